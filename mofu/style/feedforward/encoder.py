"""A backbone → its maps as the stylists see them: the pixels first, then the stages, frozen."""

from __future__ import annotations

import torch
from torch import nn

from mofu.errors import InvalidInputError
from mofu.features.backbone import Backbone
from mofu.style.feedforward.moments import Maps
from mofu.style.layers import PIXELS, style_layers

STRIDES_PX = (2, 4, 8, 16)
"""Of the stages that both stylists are made for."""
MULTIPLE_PX = STRIDES_PX[-1]


class Encoder(nn.Module):
    """(n, 3, h, w) in [0, 1] → pixels and stages.

    Attributes:
        layers: names, the pixels first.
        channels: of the stages.
        backbone_id: of the backbone.
    """

    mean: torch.Tensor
    deviation: torch.Tensor

    def __init__(self, backbone: Backbone) -> None:
        """Cut the backbone; InvalidInputError where its stages are not at strides of 2, 4, 8 and 16 px."""
        super().__init__()
        names = style_layers(backbone.spec)
        found = [layer.spatial for layer in backbone.spec.maps() if layer.name in names and layer.spatial is not None]
        if tuple(each.stride_px for each in found) != STRIDES_PX:
            raise InvalidInputError(
                f"backbone {backbone.spec.name} has maps at strides {[each.stride_px for each in found]}, expected"
                f" {list(STRIDES_PX)}: use the stylist gatys, or styles learned with embedded_cnn"
            )
        self.layers, self.channels = (PIXELS, *names), tuple(each.channels for each in found)
        self.backbone_id = backbone.id
        how = backbone.spec.preprocessing
        self.register_buffer("mean", torch.tensor(how.mean)[:, None, None])
        self.register_buffer("deviation", torch.tensor(how.std)[:, None, None])
        self.stages = backbone.module(names).eval().requires_grad_(False)

    def forward(self, pixels: torch.Tensor) -> Maps:
        """The maps of every layer."""
        return [pixels, *self.stages((pixels - self.mean) / self.deviation)]
