"""What every saliency method takes and gives."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from mofu.imaging.results import Pixels
from mofu.segmentation.classifier import Reading, RegionClassifier

PRESENT = 0.5
"""A word whose score is above this is on the picture."""


@dataclass(frozen=True, slots=True)
class Saliency:
    """Where each word of a classifier is on a picture.

    Attributes:
        scores: (K,) float32 in [0, 1]: how sure it is that the word is there at all.
        maps: (K, h, w) float32 in [0, 1] at the size of the pixels; 0 everywhere where a word's score is 0.5 or less,
            unless it is known to be there.
    """

    scores: NDArray[np.float32]
    maps: NDArray[np.float32]


Method = Callable[[RegionClassifier, Pixels, Collection[int]], Saliency]
"""(classifier, pixels (h, w, 3) uint8, the classes that are known to be on the picture) → maps."""


def read(classifier: RegionClassifier, pixels: Pixels) -> Reading:
    """A picture's reading that can be differentiated."""
    with torch.enable_grad():
        reading: Reading = classifier(classifier.prepared(pixels).requires_grad_())
    return reading


def present(scores: torch.Tensor, known: Collection[int]) -> list[int]:
    """The words that are on a picture: those whose score (K,) says so, and those that are known to be."""
    return [word for word, score in enumerate(scores.tolist()) if score > PRESENT or word in known]


def among(reading: Reading, words: Sequence[int], named: int) -> torch.Tensor:
    """The probability of some words at each cell (len(words), rows, columns), where no other word can be.

    Args:
        reading: of one picture.
        words: that are on the picture.
        named: how many classes are words; those after them are of the background.
    """
    classes = [*words, *range(named, reading.logits.shape[1])]
    return reading.logits[0, classes].softmax(0)[: len(words)]


def placed(maps: torch.Tensor, words: Sequence[int], scores: torch.Tensor, pixels: Pixels) -> Saliency:
    """Maps as they are given out.

    Args:
        maps: (len(words), rows, columns) in [0, 1], of any size.
        words: that they are of; the others' maps are 0.
        scores: (K,) of every word.
        pixels: the picture, whose size the maps get.
    """
    size = (pixels.shape[0], pixels.shape[1])
    found = np.zeros((len(scores), *size), np.float32)
    found[list(words)] = resized(maps.float(), size).clamp(0, 1).cpu().numpy()
    return Saliency(scores.float().cpu().numpy(), found)


def resized(maps: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """(k, h, w) → (k, *size), bilinear; k may be 0."""
    if not len(maps):
        return maps.new_zeros(0, *size)
    return functional.interpolate(maps[None], size, mode="bilinear", align_corners=False)[0]


def normalised(maps: torch.Tensor) -> torch.Tensor:
    """(k, h, w), not negative → over the maximum of each; 0 where that is 0."""
    return maps / maps.amax((1, 2), keepdim=True).clamp_min(1e-30)
