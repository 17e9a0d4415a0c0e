"""A classifier whose every number is written down: two layers of 1 × 1 convolutions on 8 × 8 means, three classes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from mofu.features.backbone import Backbone, BackboneSpec, Layer, Vectors
from mofu.features.preprocessing import Preprocessing
from mofu.imaging.results import Pixels
from mofu.segmentation.classifier import Provenance, RegionClassifier
from mofu.segmentation.heads import Head, HeadSettings

FIRST = np.array([[2.0, 0.5, -1.0], [-1.0, 1.0, 1.5]], np.float32)
SECOND = np.array([[1.0, -0.5], [-0.5, 2.0]], np.float32)
HIDDEN = np.array([[2.0, -1.0, 1.0, 0.5], [-1.0, 2.0, 0.5, 1.0], [1.0, 1.0, -1.0, 0.5]], np.float32)
"""Units × (first layer's channels, second layer's)."""
HIDDEN_BIAS = np.array([-0.5, -0.3, 0.1], np.float32)
CLASSES = np.array([[3.0, -2.0, 0.5], [-1.0, 3.0, 0.2], [0.2, -0.5, 1.5]], np.float32)
CLASSES_BIAS = np.array([-0.4, -0.2, 0.6], np.float32)
SIDE_PX = 80
STRIDE_PX = 8

SPEC = BackboneSpec(
    name="tiny",
    about="two layers of 1 × 1 convolutions",
    layers=(Layer.of_maps("first", 2, STRIDE_PX), Layer.of_maps("second", 2, STRIDE_PX)),
    default_layer="second",
    preprocessing=Preprocessing(SIDE_PX, "longer", mean=(0.0,) * 3, std=(1.0,) * 3),
)


class TinyBody(nn.Module):
    """Means of 8 × 8 pixels, then twice a 1 × 1 convolution and a ReLU that is called as a function."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 2, 1, bias=False), nn.Conv2d(2, 2, 1, bias=False)
        with torch.no_grad():
            self.first.weight.copy_(torch.from_numpy(FIRST)[:, :, None, None])
            self.second.weight.copy_(torch.from_numpy(SECOND)[:, :, None, None])

    def forward(self, images: torch.Tensor) -> list[torch.Tensor]:
        first = functional.relu(self.first(functional.avg_pool2d(images, STRIDE_PX)))
        return [first, torch.relu(self.second(first))]


class OneSize(TinyBody):
    """The same, of squares of `SIDE_PX` alone, as vision transformers are."""

    def forward(self, images: torch.Tensor) -> list[torch.Tensor]:
        assert images.shape[2:] == (SIDE_PX, SIDE_PX), "wrong size of picture"
        return super().forward(images)


class TinyBackbone(Backbone):
    """`body` may be another network with the same layers."""

    id, spec, layer = "tiny-0", SPEC, "second"

    def __init__(self, body: nn.Module | None = None, spec: BackboneSpec = SPEC) -> None:
        self._body, self.spec = body or TinyBody(), spec

    def module(self, layers: Sequence[str]) -> nn.Module:
        self.spec.check_maps(layers)
        return self._body

    def _compute(self, pixels: Sequence[Pixels]) -> Vectors:
        raise NotImplementedError


def tiny(
    words: tuple[str, ...] = ("赤い", "青い"), bias: Sequence[float] = (0.0, 0.0, 0.0), body: nn.Module | None = None
) -> RegionClassifier:
    """Its third class, and more where there are fewer words, is of the background; `bias` is added to the classes'."""
    settings = HeadSettings(cell_px=STRIDE_PX, window=1, hidden=3)
    head = Head((2, 2), 3, settings)
    weight = np.zeros((3, 8), np.float32)
    weight[:, [0, 1, 4, 5]] = HIDDEN  # deviations, of one position 0 anyway, do not count
    with torch.no_grad():
        head.hidden.weight.copy_(torch.from_numpy(weight))
        head.hidden.bias.copy_(torch.from_numpy(HIDDEN_BIAS))
        head.classes.weight.copy_(torch.from_numpy(CLASSES))
        head.classes.bias.copy_(torch.from_numpy(CLASSES_BIAS + np.array(bias, np.float32)))
    provenance = Provenance(
        words=words, images=(9,) * len(words), contrasts=3 - len(words), background=9, skipped=0, backbone="tiny",
        backbone_id="tiny-0", layers=("first", "second"), side_px=SIDE_PX, square=False, head=settings, seed=0,
        training={}, mofu="0",
    )  # fmt: skip
    return RegionClassifier(TinyBackbone(body), head, provenance)


def blocks(seed: int, side: int = SIDE_PX // 2) -> Pixels:
    """Random colours, 8 × 8 pixels each."""
    coarse = np.random.default_rng(seed).integers(0, 256, (side // 8, side // 8, 3), np.uint8)
    return coarse.repeat(8, 0).repeat(8, 1)
