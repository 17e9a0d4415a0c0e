"""The gradient of a word's score by the pixels → a map.

Simonyan et al., "Deep inside convolutional networks", ICLR workshop 2014: the largest magnitude over R, G and B.
"""

from __future__ import annotations

import torch

from mofu.imaging.results import Pixels
from mofu.segmentation.classifier import RegionClassifier
from mofu.segmentation.saliency.base import Saliency, normalised, present, read, shown
from mofu.segmentation.saliency.gradients import class_gradients
from mofu.segmentation.saliency.registry import method


@method("simonyan")
def pixel_gradients(classifier: RegionClassifier, pixels: Pixels) -> Saliency:
    """Max over R, G, B of |∂y_c / ∂pixel|, over its maximum."""
    reading = read(classifier, pixels)
    scores, words = present(classifier, reading)
    maps = torch.zeros(len(scores), *reading.images.shape[2:], device=scores.device)
    if words:
        (gradients,) = class_gradients(reading.pooled, words, [reading.images])
        maps[words] = normalised(gradients.abs().amax(1))
    return shown(maps, scores, pixels)
