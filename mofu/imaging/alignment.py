"""Two thumbnails → whether they show one picture: re-encoded, scaled or cropped, but the same.

Hashes and activations say which pairs look alike; only the pixels tell two striped cloths from one cloth twice. One
thumbnail is slid over the other at the scales that a crop leaves (normalised cross-correlation), first small and in
grey to see where it might fit, then larger and in colour, and where it fits the colours themselves must agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray

FINE, COARSE = 64, 32
_COARSE_SIDES = (32, 31, 30, 29, 28, 27, 26, 25, 24, 22)
"""Template sides: the whole, then less and less of it, down to 16 % off each edge."""
_FINE_SIDES = (64, 60, 59, 58, 56, 54, 52)
_RIM = 16
"""One part in so many of a template's edge is left out: a crop's edge never falls on a whole pixel."""

WORTH_A_LOOK = 0.5
CORRELATED = 0.78
CORRELATED_IF_ALIKE = 0.6
ALIKE_COSINE = 0.92
COLOURS_APART = 24.0
"""When colours fit.

Measured on 1,100 web photographs, 200 of them against copies of quality 40, half the size and 4 % off each edge, and
mixtures of these: every copy correlates by at least 0.82 with colours at most 20.5 apart; different photographs that
hashes and activations mistake for one another correlate by up to 0.94 (striped cloths), with colours at least 25 apart.
Fine stripes alias at this size and correlate less (0.75); activations that all but coincide speak for them.
"""

_MEAN_COLOURS_APART = 25.0

Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Signature:
    """A thumbnail without its aspect.

    Attributes:
        fine: (64, 64, 3) float32 RGB, 0 … 255.
        coarse: (32, 32) float32 grey.
    """

    fine: Plane
    coarse: Plane


def signature(thumbnail: Path) -> Signature | None:
    """A thumbnail of ours, reduced; None where there is none that can be read."""
    try:
        pixels = simplejpeg.decode_jpeg(thumbnail.read_bytes(), fastdct=True)
    except (OSError, ValueError):
        return None
    fine = cv2.resize(pixels, (FINE, FINE), interpolation=cv2.INTER_AREA).astype(np.float32)
    coarse = cv2.resize(cv2.cvtColor(fine, cv2.COLOR_RGB2GRAY), (COARSE, COARSE), interpolation=cv2.INTER_AREA)
    return Signature(fine, np.asarray(coarse, dtype=np.float32))


def is_same_picture(first: Signature, second: Signature, cosine: float) -> bool:
    """Whether one shows the other or a part of it, at least two thirds of its width.

    Args:
        cosine: of the activations of both pictures.
    """
    if np.abs(first.fine.mean(axis=(0, 1)) - second.fine.mean(axis=(0, 1))).max() > _MEAN_COLOURS_APART:
        return False
    if max(first.fine.std(axis=(0, 1)).max(), second.fine.std(axis=(0, 1)).max()) < 1.0:
        # An even surface correlates with nothing; its colours alone decide.
        return bool(np.abs(first.fine - second.fine).mean() < COLOURS_APART / 4)
    alike = cosine >= ALIKE_COSINE
    needed = CORRELATED_IF_ALIKE if alike else CORRELATED
    correlation, whole, part, side = max(
        ((_best(a.coarse, b.coarse, side)[0], a, b, side) for a, b in ((first, second), (second, first))
         for side in _COARSE_SIDES),
        key=lambda fit: fit[0],
    )  # fmt: skip
    if correlation >= WORTH_A_LOOK:
        around = range(max(2 * side - 2, 2), min(2 * side + 2, FINE) + 1)
        if any(_fits(whole.fine, part.fine, fine, needed) for fine in around):
            return True
    return alike and any(
        _fits(a.fine, b.fine, fine, needed) for fine in _FINE_SIDES for a, b in ((first, second), (second, first))
    )


def _template(part: Plane, side: int) -> Plane:
    rim = max(1, side // _RIM)
    small = cv2.resize(part, (side, side), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(small[rim:-rim, rim:-rim], dtype=np.float32)


def _best(whole: Plane, part: Plane, side: int) -> tuple[float, tuple[int, int], Plane]:
    """How well and where `part`, scaled to `side`, fits into `whole`: correlation, place, and what was fitted."""
    template = _template(part, side)
    if template.std(axis=(0, 1)).max() < 1.0:
        return -1.0, (0, 0), template
    _, best, _, place = cv2.minMaxLoc(cv2.matchTemplate(whole, template, cv2.TM_CCOEFF_NORMED))
    return float(best), (int(place[0]), int(place[1])), template


def _fits(whole: Plane, part: Plane, side: int, needed: float) -> bool:
    best, (x, y), template = _best(whole, part, side)
    there = whole[y : y + template.shape[0], x : x + template.shape[1]]
    return best >= needed and bool(np.abs(there - template).mean() < COLOURS_APART)
