"""A picture with what is known of it → masks that say nothing else, and how easy it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mofu.errors import InvalidInputError
from mofu.imaging.results import Pixels

Probabilities = NDArray[np.float32]
"""(K + 1, h, w) float32 of K words and the background, last, summing to 1 at each pixel."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """What self-training is given of a picture.

    Attributes:
        pixels: (h, w, 3) uint8 RGB.
        words: which of the K words it is known to show, by number; none: it is background all over.
        masks: (K + 1, h', w') soft masks as they are before refinement, of any size; None where nothing has looked at
            it yet: a picture from further down the ranking, which joins once it is found to be easy.
    """

    pixels: Pixels
    words: tuple[int, ...]
    masks: Probabilities | None = None


def restricted(probabilities: Probabilities, words: Sequence[int]) -> Probabilities:
    """Masks in which words that the picture is known not to show have no share.

    Returns:
        (K + 1, h, w) that sum to 1: a pixel of which nothing is left is background.
    """
    kept = np.zeros_like(probabilities)
    rows = [*words, -1]
    kept[rows] = probabilities[rows]
    sums = kept.sum(axis=0)
    kept[-1] += sums <= 0
    return np.asarray(kept / np.where(sums > 0, sums, 1), np.float32)


def easiness(before: Probabilities, after: Probabilities, words: Sequence[int]) -> float:
    """Mean over the words of a picture of the IoU of their masks before and after refinement, in [0, 1].

    A mask that a refinement leaves as it is follows the picture's own edges, and is more often right. A word that the
    picture shows and that has no mask counts 0; a picture of the background alone is as easy as can be: 1.

    Args:
        before, after: (K + 1, h, w) each.
        words: that the picture is known to show.
    """
    one, other = before.argmax(axis=0), after.argmax(axis=0)
    return float(np.mean([_iou(one == word, other == word) for word in words])) if words else 1.0


def resized(probabilities: Probabilities, size: tuple[int, int]) -> Probabilities:
    """Masks at (rows, columns): means of what a cell covers where they shrink, bilinear where they grow."""
    rows, columns = size
    if probabilities.shape[1:] == size:
        return probabilities
    shrinks = rows * columns < probabilities[0].size
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    planes = [cv2.resize(np.ascontiguousarray(plane), (columns, rows), interpolation=how) for plane in probabilities]
    found = np.clip(np.stack(planes), 0, None)
    return np.asarray(found / found.sum(axis=0), np.float32)


def check(pictures: Sequence[Picture], words: int) -> None:
    """Raise InvalidInputError where a picture's words or masks are not those of so many words."""
    for number, picture in enumerate(pictures):
        unknown = [word for word in picture.words if not 0 <= word < words]
        if unknown:
            raise InvalidInputError(f"picture {number}: word {unknown[0]}, expected 0 to {words - 1}")
        if picture.masks is not None and (picture.masks.ndim != 3 or len(picture.masks) != words + 1):
            raise InvalidInputError(
                f"picture {number}: masks of shape {picture.masks.shape}, expected ({words + 1}, h, w):"
                " one of each word and one of the background"
            )


def _iou(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    either = int((one | other).sum())
    return float((one & other).sum()) / either if either else 0.0
