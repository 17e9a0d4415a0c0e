"""Soft masks → what a Segment Anything network is asked: of each piece of a word a box, points, and the mask itself.

Kirillov et al., "Segment Anything", ICCV 2023, has boxes, points of both kinds and masks of low resolution as prompts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mofu.segmentation.refinement.registry import Probabilities

LEAST_PIECE = 0.002
"""Share of a picture below which a piece is not asked about."""
MOST_PIECES = 8
"""Of a word, the largest: each costs a pass of the network's decoder."""
_POINTS = 3
"""Of each kind that a piece has at most."""
_SURE = 0.75
"""Probability of one other label from which on a pixel tells where the word is not."""
_AROUND = 0.25
"""How far beyond its box, as a share of the box's sides, a piece is told where the word is not."""
_FLOOR = 1e-4
"""Least probability that the logarithm is taken of: sure masks of the network itself reach about as far."""


@dataclass(frozen=True, slots=True, eq=False)
class Prompt:
    """What is asked about a connected piece of the picture in which a word is the likeliest label.

    Attributes:
        label: the word's.
        piece: (h, w) where the piece is.
        box: (4,) float32: left, top, right and bottom in pixels, that of the last pixels.
        points: (n, 2) float32 x and y, deep inside the piece or deep inside what is another label's.
        is_inside: (n,) which of the points are on the piece.
        lead: (h, w) float32: log of the word's probability over that of the likeliest other label; 0 on other pieces of
            the word, so that it is open whether they belong to this one.
    """

    label: int
    piece: NDArray[np.bool_]
    box: NDArray[np.float32]
    points: NDArray[np.float32]
    is_inside: NDArray[np.bool_]
    lead: NDArray[np.float32]


def prompts(probabilities: Probabilities) -> list[Prompt]:
    """What to ask of a picture: by label, the largest pieces first; nothing of a label that is nowhere the likeliest.

    Args:
        probabilities: (labels, h, w) float32 that sum to 1, the background last; at least two labels.
    """
    likeliest = probabilities.argmax(axis=0)
    return [
        each for label in range(len(probabilities) - 1) for each in _of_word(probabilities, label, likeliest == label)
    ]


def _of_word(probabilities: Probabilities, label: int, mask: NDArray[np.bool_]) -> Iterator[Prompt]:
    count, numbers, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    areas = stats[:, cv2.CC_STAT_AREA]
    found = [each for each in range(1, count) if areas[each] >= LEAST_PIECE * mask.size]
    if not found:
        return
    rival = np.delete(probabilities, label, axis=0).max(axis=0)
    lead = np.log(np.maximum(probabilities[label], _FLOOR)) - np.log(np.maximum(rival, _FLOOR))
    for number in sorted(found, key=lambda each: -int(areas[each]))[:MOST_PIECES]:
        piece = numbers == number
        left, top, width, height = (int(side) for side in stats[number, : cv2.CC_STAT_AREA])
        inside = _deepest(piece, probabilities[label])
        near = _window(mask.shape, left, top, width, height)
        outside = _deepest((rival >= _SURE) & ~mask & near, rival)
        yield Prompt(
            label,
            piece,
            np.array([left, top, left + width - 1, top + height - 1], np.float32),
            np.array(inside + outside, np.float32),
            np.arange(len(inside) + len(outside)) < len(inside),
            np.asarray(np.where(mask & ~piece, 0, lead), np.float32),
        )


def _window(shape: tuple[int, ...], left: int, top: int, width: int, height: int) -> NDArray[np.bool_]:
    near = np.zeros(shape, np.bool_)
    across, down = round(_AROUND * width), round(_AROUND * height)
    near[max(top - down, 0) : top + height + down, max(left - across, 0) : left + width + across] = True
    return near


def _deepest(mask: NDArray[np.bool_], sureness: NDArray[np.float32]) -> list[tuple[int, int]]:
    """The x and y where depth in a mask times sureness is most, each next one outside the last one's depth."""
    # what is beyond the picture is not known, and so is no place to be deep in
    depth = cv2.distanceTransform(np.pad(mask, 1).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
    worth = depth * sureness
    found: list[tuple[int, int]] = []
    while len(found) < _POINTS and worth.max() > 0:
        y, x = (int(each) for each in np.unravel_index(worth.argmax(), worth.shape))
        found.append((x, y))
        cv2.circle(worth, (x, y), int(depth[y, x]), 0, cv2.FILLED)
    return found
