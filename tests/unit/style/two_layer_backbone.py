"""A backbone whose every number is written down: 1 × 1 convolutions on the means of 2 × 2 and of 4 × 4 pixels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from mofu.features.backbone import Backbone, BackboneSpec, Layer, Vectors
from mofu.features.preprocessing import Preprocessing
from mofu.imaging.results import Pixels

FIRST = np.array([[2.0, 0.5, -1.0], [-1.0, 1.0, 1.5]], np.float32)
SECOND = np.array([[1.0, -0.5], [-0.5, 2.0], [1.0, 1.0]], np.float32)

SPEC = BackboneSpec(
    name="two-layer",
    about="two layers of 1 × 1 convolutions",
    layers=(Layer.of_maps("first", 2, 2), Layer.of_maps("second", 3, 4)),
    default_layer="second",
    preprocessing=Preprocessing(64, "longer", mean=(0.5,) * 3, std=(0.5,) * 3),
)


class TwoLayers(nn.Module):
    """ReLU after each convolution."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 2, 1, bias=False), nn.Conv2d(2, 3, 1, bias=False)
        with torch.no_grad():
            self.first.weight.copy_(torch.from_numpy(FIRST)[:, :, None, None])
            self.second.weight.copy_(torch.from_numpy(SECOND)[:, :, None, None])

    def forward(self, images: torch.Tensor) -> list[torch.Tensor]:
        first = functional.relu(self.first(functional.avg_pool2d(images, 2)))
        return [first, functional.relu(self.second(functional.avg_pool2d(first, 2)))]


class TwoLayerBackbone(Backbone):
    """It computes no activations: styles need its module alone."""

    id, spec, layer = "two-layer-0", SPEC, "second"

    def module(self, layers: Sequence[str]) -> nn.Module:
        self.spec.check_maps(layers)
        return TwoLayers()

    def _compute(self, pixels: Sequence[Pixels]) -> Vectors:
        raise NotImplementedError


def blocks(seed: int, height: int = 40, width: int = 48, side: int = 8) -> Pixels:
    """Random colours, side × side pixels each."""
    shape = (height // side, width // side, 3)
    coarse = np.random.default_rng(seed).integers(0, 256, shape, np.uint8)
    return coarse.repeat(side, 0).repeat(side, 1)
