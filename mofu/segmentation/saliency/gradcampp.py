"""Gradients of a word's evidence by the deepest maps → weights of their channels → a map.

Chattopadhay et al., "Grad-CAM++", WACV 2018, for a score that is exponential in the logit.
"""

from __future__ import annotations

from collections.abc import Collection

import torch

from mofu.imaging.results import Pixels
from mofu.segmentation.classifier import RegionClassifier
from mofu.segmentation.saliency.base import Saliency, normalised, placed, present, read
from mofu.segmentation.saliency.gradients import class_gradients
from mofu.segmentation.saliency.registry import method


@method("gradcam++", middle=0.45)
def weighted_activation(classifier: RegionClassifier, pixels: Pixels, known: Collection[int]) -> Saliency:
    """The deepest maps, each weighted by its positive gradients."""
    reading = read(classifier, pixels)
    scores = reading.scores[0, : len(classifier.words)].detach()
    words = present(scores, known)
    deepest = reading.maps[-1]
    (gradients,) = class_gradients(reading.evidence, words, [deepest])
    return placed(normalised(activation(gradients, deepest.detach())), words, scores, pixels)


def activation(gradients: torch.Tensor, maps: torch.Tensor) -> torch.Tensor:
    """L = ReLU(Σ_n w_n A_n), w_n = Σ_ij α_ij ReLU(g_ij), α = g² / (2 g² + Σ_ab A_ab · g³).

    Args:
        gradients: g, (k, c, h, w) of k classes.
        maps: A, (1, c, h, w).

    Returns:
        (k, h, w), not normalised.
    """
    square = gradients.square()
    below = 2 * square + maps.sum((2, 3), keepdim=True) * square * gradients
    alpha = torch.where(below != 0, square / torch.where(below != 0, below, 1), 0.0)
    weights = (alpha * gradients.relu()).sum((2, 3), keepdim=True)
    return (weights * maps).sum(1).relu()
