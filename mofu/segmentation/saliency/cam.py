"""The classifier's own probability at every cell → maps, without a gradient.

Class activation maps (Zhou et al., "Learning deep features for discriminative localization", CVPR 2016) of a network
whose last layers are convolutions already.
"""

from __future__ import annotations

from collections.abc import Collection

import torch

from mofu.imaging.results import Pixels
from mofu.segmentation.classifier import RegionClassifier
from mofu.segmentation.saliency.base import Saliency, among, placed, present
from mofu.segmentation.saliency.registry import method


@method("cam")
def class_activation(classifier: RegionClassifier, pixels: Pixels, known: Collection[int]) -> Saliency:
    """The probability of every cell among the words of the picture and the background, between cells bilinear."""
    with torch.inference_mode():
        reading = classifier(classifier.prepared(pixels))
        scores = reading.scores[0, : len(classifier.words)]
        words = present(scores, known)
        return placed(among(reading, words, len(scores)), words, scores, pixels)
