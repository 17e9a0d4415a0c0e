"""What every saliency method takes and gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from mofu.imaging.results import Pixels
from mofu.segmentation.classifier import Reading, RegionClassifier

PRESENT = 0.5
"""A word whose probability is above this is on the picture."""


@dataclass(frozen=True, slots=True)
class Saliency:
    """Where each word of a classifier is on a picture.

    Attributes:
        scores: (K,) float32 in [0, 1]: how sure it is that the word is there at all.
        maps: (K, h, w) float32 in [0, 1] at the size of the pixels; 0 everywhere where a word's score is 0.5 or less.
    """

    scores: NDArray[np.float32]
    maps: NDArray[np.float32]


Method = Callable[[RegionClassifier, Pixels], Saliency]
"""(classifier, pixels (h, w, 3) uint8) → maps."""


def shown(maps: torch.Tensor, scores: torch.Tensor, pixels: Pixels) -> Saliency:
    """Maps as they are given out.

    Args:
        maps: (K, rows, columns) in [0, 1], of any size.
        scores: (K,) probabilities of the words.
        pixels: the picture, whose size the maps get.
    """
    size = (pixels.shape[0], pixels.shape[1])
    large = functional.interpolate(maps[None], size, mode="bilinear", align_corners=False)[0]
    present = large * (scores > PRESENT)[:, None, None]
    return Saliency(scores.float().cpu().numpy(), present.clamp(0, 1).float().cpu().numpy())


def read(classifier: RegionClassifier, pixels: Pixels) -> Reading:
    """A picture's reading that can be differentiated."""
    with torch.enable_grad():
        reading: Reading = classifier(classifier.prepared(pixels).requires_grad_())
    return reading


def present(classifier: RegionClassifier, reading: Reading) -> tuple[torch.Tensor, list[int]]:
    """The probability of each word (K,), and the words that are on the picture."""
    scores = reading.pooled[0, : len(classifier.words)].detach().sigmoid()
    return scores, [int(each) for each in torch.nonzero(scores > PRESENT)[:, 0]]


def normalised(maps: torch.Tensor) -> torch.Tensor:
    """(k, h, w), not negative → over the maximum of each; 0 where that is 0."""
    return maps / maps.amax((1, 2), keepdim=True).clamp_min(1e-30)
