"""The classifier's own probability at every cell → maps, without a gradient.

Class activation maps (Zhou et al., "Learning deep features for discriminative localization", CVPR 2016) of a network
whose last layers are convolutions already.
"""

from __future__ import annotations

import torch

from mofu.imaging.results import Pixels
from mofu.segmentation.classifier import RegionClassifier
from mofu.segmentation.saliency.base import Saliency, shown
from mofu.segmentation.saliency.registry import method


@method("cam")
def class_activation(classifier: RegionClassifier, pixels: Pixels) -> Saliency:
    """The sigmoid of every cell's logit, between cells bilinear."""
    with torch.inference_mode():
        reading = classifier(classifier.prepared(pixels))
        count = len(classifier.words)
        return shown(reading.logits[0, :count].sigmoid(), reading.pooled[0, :count].sigmoid(), pixels)
