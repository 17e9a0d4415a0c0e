"""(subject, seed) → a picture: the one door to everything that the demo can draw."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

import cv2
import numpy as np

from mofu.demo.camera import develop
from mofu.demo.canvas import Array, Frame, new_frame
from mofu.demo.others import SCENES
from mofu.demo.textures import (
    blotchy,
    bubbly,
    bumpy,
    cracked,
    fluffy,
    glossy,
    grainy,
    netted,
    sparkling,
    spiky,
    striped,
    swirly,
)
from mofu.demo.words import WORDS, DemoWord
from mofu.errors import UnknownNameError

__all__ = ["DISTRACTORS", "VARIANTS", "WORDS", "DemoWord", "draw", "jpeg"]

_BY_ROMAJI: dict[str, Callable[[Frame], Array]] = {
    "mofumofu": fluffy.draw,
    "togetoge": spiky.draw,
    "bukubuku": bubbly.draw,
    "shimashima": striped.draw,
    "zarazara": grainy.draw,
    "tsuyatsuya": glossy.draw,
    "bokoboko": bumpy.draw,
    "guruguru": swirly.draw,
    "madaramadara": blotchy.draw,
    "amiami": netted.draw,
    "bakibaki": cracked.draw,
    "kirakira": sparkling.draw,
}

DISTRACTORS: tuple[str, ...] = tuple(SCENES)
"""Names of the families that show no word in particular."""

_SCENES: Mapping[str, Callable[[Frame], Array]] = {word.text: _BY_ROMAJI[word.romaji] for word in WORDS} | dict(SCENES)


def draw(subject: str, seed: int) -> Array:
    """Draw a picture; the same subject and seed give the same pixels.

    Args:
        subject: a word's text (`WORDS`) or a distractor family (`DISTRACTORS`).
        seed: 0 or more.

    Returns:
        (h, w, 3) uint8 RGB, 360 to 606 px a side.

    Raises:
        UnknownNameError: no such subject.
    """
    if subject not in _SCENES:
        raise UnknownNameError("subject", subject, _SCENES)
    digest = hashlib.sha256(f"{subject} {seed}".encode()).digest()
    frame = new_frame(np.random.default_rng(int.from_bytes(digest[:8], "big")))
    return develop(frame, _SCENES[subject](frame))


def _crop(rgb: Array) -> Array:
    dy, dx = rgb.shape[0] // 25, rgb.shape[1] // 25
    return rgb[dy:-dy, dx:-dx]


def _half(rgb: Array) -> Array:
    return cv2.resize(rgb, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)


VARIANTS: Mapping[str, tuple[Callable[[Array], Array], int]] = {
    "same": (lambda rgb: rgb, 88),
    "q40": (lambda rgb: rgb, 40),
    "half": (_half, 82),
    "crop": (_crop, 82),
    "tiny": (lambda rgb: cv2.resize(rgb, (32, 24), interpolation=cv2.INTER_AREA), 82),
}
"""What is done to a picture before it is encoded, and the JPEG quality: the original, its near-duplicates, a thumbnail."""


def jpeg(subject: str, seed: int, variant: str = "same") -> bytes:
    """Draw a picture and encode it; the same arguments give the same bytes.

    Args:
        subject: as in `draw`.
        seed: as in `draw`.
        variant: a key of `VARIANTS`: `same`, `q40` (re-encoded), `half` (half size), `crop` (4 % off each side), `tiny`.

    Raises:
        UnknownNameError: no such subject or variant.
    """
    if variant not in VARIANTS:
        raise UnknownNameError("variant", variant, VARIANTS)
    change, quality = VARIANTS[variant]
    pixels = cv2.cvtColor(change(draw(subject, seed)), cv2.COLOR_RGB2BGR)
    return cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
