"""A picture and a condition → pixels: encoder, residual blocks and decoder with conditional instance normalisation.

Johnson, Alahi & Fei-Fei, "Perceptual losses for real-time style transfer", ECCV 2016; Dumoulin, Shlens & Kudlur, "A
learned representation for artistic style", ICLR 2017. What a style decides is γ, β and how much noise, of every
channel of every normalisation.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

from mofu.style.feedforward.blocks import convolution, doubled

WIDTHS = (16, 32, 64)
BLOCKS = 5
EPSILON = 1e-5


@dataclass(frozen=True, slots=True, eq=False)
class Affine:
    """What a normalisation does: scale · f + shift + gain · noise.

    Attributes:
        scale, shift, gain: (n, c, 1, 1), or (1, c, h, w) where styles vary over the picture.
    """

    scale: torch.Tensor
    shift: torch.Tensor
    gain: torch.Tensor


def normalising(maps: torch.Tensor, gamma: torch.Tensor, beta: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Scale and shift, (n, c, 1, 1), such that scale · f + shift = γ (f − μ) / σ + β of (n, c, h, w) maps."""
    maps = maps.float()
    mean = maps.mean((2, 3))
    variance = (maps.square().mean((2, 3)) - mean.square()).clamp_min(0)
    scale = gamma * (variance + EPSILON).rsqrt()
    return scale[..., None, None], (beta - scale * mean)[..., None, None]


class Pass:
    """One way through the network: its condition, its noise, and what the normalisations came to.

    Attributes:
        affines: of every normalisation that was passed, in order.
    """

    def __init__(self, condition: torch.Tensor, noise: list[torch.Tensor], given: list[Affine] | None = None) -> None:
        """Take (n, d) conditions, and affines that are to be used instead of the picture's own."""
        self._condition, self._noise, self._given = condition, noise, given
        self._at = 0
        self.affines: list[Affine] = []

    def normalised(self, maps: torch.Tensor) -> torch.Tensor:
        """Conditional instance normalisation of the next layer."""
        number, channels = len(self.affines), maps.shape[1]
        if self._given is not None:
            affine = self._given[number]
        else:
            gamma, beta, gain = self._condition[:, self._at : self._at + 3 * channels].chunk(3, 1)
            affine = Affine(*normalising(maps, gamma, beta), gain[..., None, None])
        self._at += 3 * channels
        self.affines.append(affine)
        kind = maps.dtype
        drawn = affine.gain.to(kind) * self._noise[number].to(kind)
        return maps * affine.scale.to(kind) + affine.shift.to(kind) + drawn


NORMALISED = (*WIDTHS, *(WIDTHS[-1],) * (2 * BLOCKS), WIDTHS[1], WIDTHS[0])
"""Channels of every normalisation, in order."""
STRIDES_PX = (1, 2, 4, *(4,) * (2 * BLOCKS), 2, 1)
CONDITION = 3 * sum(NORMALISED)
"""Numbers that a style decides."""


class FastNetwork(nn.Module):
    """(n, 3, h, w) and a condition → what is added to the picture."""

    def __init__(self) -> None:
        super().__init__()
        fine, middle, coarse = WIDTHS
        self.stem = convolution(3, fine)
        self.down = nn.ModuleList([convolution(fine, middle), convolution(middle, coarse)])
        self.blocks = nn.ModuleList([convolution(coarse, coarse) for _ in range(2 * BLOCKS)])
        self.up = nn.ModuleList([convolution(coarse + middle, middle), convolution(middle + fine, fine)])
        self.colours = convolution(fine, 3)

    def forward(self, pixels: torch.Tensor, way: Pass) -> torch.Tensor:
        """(n, 3, h, w) in the style's colours → (n, 3, h, w), about [0, 1]; sides are multiples of 4."""
        fine = functional.relu(way.normalised(self.stem(pixels - 0.5)))
        middle = functional.relu(way.normalised(self.down[0](functional.avg_pool2d(fine, 2))))
        maps = functional.relu(way.normalised(self.down[1](functional.avg_pool2d(middle, 2))))
        for first, second in zip(self.blocks[::2], self.blocks[1::2], strict=True):
            inner = functional.relu(way.normalised(first(maps)))
            maps = maps + way.normalised(second(inner))
        maps = functional.relu(way.normalised(self.up[0](torch.cat([doubled(maps), middle], 1))))
        maps = functional.relu(way.normalised(self.up[1](torch.cat([doubled(maps), fine], 1))))
        drawn: torch.Tensor = self.colours(maps).float()
        return pixels + drawn
