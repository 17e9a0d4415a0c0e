"""The gradient of a word's evidence by the pixels → a map.

Simonyan et al., "Deep inside convolutional networks", ICLR workshop 2014: the largest magnitude over R, G and B.
"""

from __future__ import annotations

from collections.abc import Collection

from mofu.imaging.results import Pixels
from mofu.segmentation.classifier import RegionClassifier
from mofu.segmentation.saliency.base import Saliency, normalised, placed, present, read
from mofu.segmentation.saliency.gradients import class_gradients
from mofu.segmentation.saliency.registry import method


@method("simonyan", middle=0.017)
def pixel_gradients(classifier: RegionClassifier, pixels: Pixels, known: Collection[int]) -> Saliency:
    """Max over R, G, B of |∂y_c / ∂pixel|, over its maximum."""
    reading = read(classifier, pixels)
    scores = reading.scores[0, : len(classifier.words)].detach()
    words = present(scores, known)
    (gradients,) = class_gradients(reading.evidence, words, [reading.images])
    return placed(normalised(gradients.abs().amax(1)), words, scores, pixels)
