"""Gradients of a word's evidence by the maps of several layers, position by position → a map.

Jiang et al., "LayerCAM", TIP 2021: each position of each channel is weighted by its own gradient where that is
positive, so that finer layers can be read too, and the layers are joined by their maximum.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import torch

from mofu.imaging.results import Pixels
from mofu.segmentation.classifier import RegionClassifier
from mofu.segmentation.saliency.base import Saliency, normalised, placed, present, read, resized
from mofu.segmentation.saliency.gradients import class_gradients
from mofu.segmentation.saliency.registry import method

_SCALED = 2.0
_SHALLOW = 2
"""Layers, the finest, whose maps are made louder: by the paper's γ = 2."""


@method("layercam", middle=0.2)
def layer_activation(classifier: RegionClassifier, pixels: Pixels, known: Collection[int]) -> Saliency:
    """The maximum over layers of ReLU(Σ_n ReLU(g_n) A_n)."""
    reading = read(classifier, pixels)
    scores = reading.scores[0, : len(classifier.words)].detach()
    words = present(scores, known)
    gradients = class_gradients(reading.evidence, words, reading.maps)
    layers = [layer(*each) for each in zip(gradients, reading.maps, strict=True)]
    return placed(joined(layers, (reading.maps[0].shape[2], reading.maps[0].shape[3])), words, scores, pixels)


def layer(gradients: torch.Tensor, maps: torch.Tensor) -> torch.Tensor:
    """(k, c, h, w) gradients, (1, c, h, w) maps → (k, h, w), not normalised."""
    return (gradients.relu() * maps.detach()).sum(1).relu()


def joined(layers: Sequence[torch.Tensor], size: tuple[int, int]) -> torch.Tensor:
    """(k, h, w) of each layer, the finest first → (k, *size) in [0, 1]: their maximum, of shallow ones tanh(γ M)."""
    found = [normalised(each) for each in layers]
    shallow = min(_SHALLOW, len(found) - 1)
    louder = [(_SCALED * each).tanh() for each in found[:shallow]] + found[shallow:]
    large = [resized(each, size) for each in louder]
    return torch.stack(large).amax(0)
