"""Maps of every resolution, from the coarsest up, → logits: a U-Net.

Ronneberger, Fischer & Brox, "U-Net: convolutional networks for biomedical image segmentation", MICCAI 2015. The way
down is the network below; this is the way up, with a bridge from each of its resolutions.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional

from mofu.segmentation.selftraining.architectures import Architecture, Projection, Shape, architecture

FINEST_PX = 4
"""Stride of the finest maps that are looked at: finer ones are many and show no surface."""
_NARROWER = 2
"""Finer maps have more positions, and get by with fewer channels."""


@architecture("unet")
class Unet(Architecture):
    """Blocks of two 3 × 3 convolutions, each on what is coarser, enlarged, and on its own resolution's maps."""

    def __init__(self, channels: Sequence[int], labels: int, shape: Shape) -> None:
        super().__init__()
        self.bridges = nn.ModuleList(Projection(each, shape.width // _NARROWER) for each in channels)
        hidden = shape.hidden // _NARROWER
        widths = [projection.out_channels for projection in self.projections]
        below = [hidden] * (len(widths) - 1) + [0]
        self.blocks = nn.ModuleList(
            _block(width + under, hidden, shape.dropout) for width, under in zip(widths, below, strict=True)
        )
        self.labels = nn.Conv2d(hidden, labels, 1)

    @property
    def projections(self) -> Sequence[Projection]:
        """See `Architecture.projections`."""
        return [each for each in self.bridges if isinstance(each, Projection)]

    def gathered(self, maps: Sequence[torch.Tensor], size: tuple[int, int]) -> list[torch.Tensor]:
        """See `Architecture.gathered`: the maps, those of fine resolutions averaged down to `FINEST_PX`."""
        finest = size[0] // FINEST_PX, size[1] // FINEST_PX
        return [functional.adaptive_avg_pool2d(each, finest) if each.shape[2] > finest[0] else each for each in maps]

    def forward(self, parts: Sequence[torch.Tensor]) -> torch.Tensor:
        """See `Architecture.forward`."""
        seen = self.blocks[-1](parts[-1])
        for block, part in zip(reversed(self.blocks[:-1]), reversed(parts[:-1]), strict=True):
            enlarged = functional.interpolate(seen, part.shape[2:], mode="bilinear", align_corners=False)
            seen = block(torch.cat([part, enlarged], 1))
        logits: torch.Tensor = self.labels(seen)
        return logits


def _block(channels: int, hidden: int, dropout: float) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, hidden, 3, padding=1, padding_mode="replicate"),
        nn.GroupNorm(8, hidden),
        nn.ReLU(),
        nn.Dropout2d(dropout),
        nn.Conv2d(hidden, hidden, 3, padding=1, padding_mode="replicate"),
        nn.GroupNorm(8, hidden),
        nn.ReLU(),
    )
