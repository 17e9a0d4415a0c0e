"""A picture and a style's moments → pixels, in one pass: the conditions and the network that they drive."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from mofu.style.feedforward.fast.condition import Conditions
from mofu.style.feedforward.fast.network import NORMALISED, STRIDES_PX, FastNetwork, Pass
from mofu.style.feedforward.moments import Maps, Moments
from mofu.style.feedforward.transport import transport, transported


class FastModel(nn.Module):
    """Conditions and network.

    Attributes:
        conditions: from a style's moments.
        network: what they drive.
    """

    def __init__(self, channels: Sequence[int]) -> None:
        """Take the channels of the encoder's stages."""
        super().__init__()
        self.conditions = Conditions((3, *channels))
        self.network = FastNetwork()

    def noise_shapes(self, count: int, height: int, width: int) -> list[tuple[int, ...]]:
        """Of the noise that pictures of this size take, sides being multiples of 4."""
        return [(count, 1, height // stride, width // stride) for stride in STRIDES_PX[: len(NORMALISED)]]

    def base(self, pixels: torch.Tensor, content: Moments, style: Moments) -> torch.Tensor:
        """(n, 3, h, w) with the moments of the styles' colours."""
        matrix = transport(content.covariances[0], style.covariances[0])
        return transported(pixels, matrix, content.means[0], style.means[0])

    def forward(
        self, maps: Maps, content: Moments, style: Moments, strength: torch.Tensor, noise: Maps
    ) -> torch.Tensor:
        """One style a picture, as in training: n pictures as the first maps, moments and styles; (n,) strengths."""
        base = torch.lerp(maps[0], self.base(maps[0], content, style), strength[:, None, None, None])
        drawn: torch.Tensor = self.network(base, Pass(self.conditions(style, strength), noise))
        return drawn
