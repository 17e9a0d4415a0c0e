"""A picture's maps and a style's moments → the maps restyled → pixels.

The encoder is the frozen backbone. Every layer is restyled, the pixels too, and the decoder meets each stage on its way
up: texture on every scale, and the edges of the picture. It draws onto the picture in the style's colours.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional

from mofu.style.feedforward.blocks import convolution, doubled
from mofu.style.feedforward.moments import Maps, Moments
from mofu.style.feedforward.precision import precise
from mofu.style.feedforward.transport import adain, root, transport, transported

WIDTHS = (16, 32, 64, 96, 128)
"""Channels of the decoder at strides of 1, 2, 4, 8 and 16 px."""
WHOLE = 4
"""Layers that are restyled by their full covariance; the last has more channels than a picture fills."""


class AdainNetwork(nn.Module):
    """Restyling and decoder."""

    def __init__(self, channels: Sequence[int]) -> None:
        """Take the channels of the encoder's stages, at strides of 2, 4, 8 and 16 px."""
        super().__init__()
        self.channels = tuple(channels)
        self.shares = nn.Parameter(torch.full((len(channels),), -0.5))
        self.entries = nn.ModuleList()
        self.blocks = nn.ModuleList()
        for level in range(len(channels), 0, -1):
            deeper = WIDTHS[level + 1] if level < len(channels) else 0
            self.entries.append(convolution(channels[level - 1] + deeper, WIDTHS[level]))
            self.blocks.append(convolution(WIDTHS[level], WIDTHS[level]))
        self.entry = convolution(WIDTHS[1] + 3, WIDTHS[0])
        self.colours = convolution(WIDTHS[0], 3)

    def noise_shapes(self, count: int, height: int, width: int) -> list[tuple[int, ...]]:
        """Of the noise that pictures of this size take, sides being multiples of 16."""
        sides = [(height >> level, width >> level) for level in range(1, len(self.channels) + 1)]
        return [(count, channels, *side) for channels, side in zip(self.channels, sides, strict=True)]

    @precise
    def restyled(self, maps: Maps, content: Moments, style: Moments, noise: Maps) -> Maps:
        """The maps of every layer with the moments of a style.

        Args:
            maps: of n pictures, the pixels first.
            content: of the maps, or of those of the whole picture.
            style: n styles.
            noise: standard normal, of the stages' shapes: what texture grows from where a picture is flat.
        """
        found = []
        for level, each in enumerate(maps):
            means = content.means[level], style.means[level]
            if level < WHOLE:
                matrix = transport(content.covariances[level], style.covariances[level])
                moved = transported(each, matrix, *means)
            else:
                deviations = content.deviations[level], style.deviations[level]
                moved = adain(each, (means[0], deviations[0]), (means[1], deviations[1]))
            if level:
                moved = self._grown(level, moved, style, noise[level - 1])
            found.append(moved)
        return found

    def _grown(self, level: int, moved: torch.Tensor, style: Moments, noise: torch.Tensor) -> torch.Tensor:
        """Maps a share of whose variance is noise with the style's covariance."""
        if level < WHOLE:
            drawn = (root(style.covariances[level]) @ noise.flatten(2)).view(noise.shape)
        else:
            drawn = noise * style.deviations[level][..., None, None]
        share = self.shares[level - 1].sigmoid()
        centre = style.means[level][..., None, None]
        return centre + (1 - share**2).sqrt() * (moved - centre) + share * drawn

    def decoded(self, maps: Maps) -> torch.Tensor:
        """Restyled maps, the pixels first → (n, 3, h, w), about [0, 1]."""
        drawn = None
        for entry, block, each in zip(self.entries, self.blocks, reversed(maps[1:]), strict=True):
            given = each if drawn is None else torch.cat([each, doubled(drawn)], 1)
            drawn = functional.relu(block(functional.relu(entry(given))))
        if drawn is None:
            raise ValueError("no maps")
        fine = functional.relu(self.entry(torch.cat([maps[0], doubled(drawn)], 1)))
        found: torch.Tensor = self.colours(fine).float()
        return maps[0] + found

    def forward(
        self, maps: Maps, content: Moments, style: Moments, strength: torch.Tensor, noise: Maps
    ) -> torch.Tensor:
        """One style a picture, as in training: n moments and styles, (n,) strengths."""
        share = strength[:, None, None, None]
        restyled = self.restyled(maps, content, style, noise)
        return self.decoded([torch.lerp(each, new, share) for each, new in zip(maps, restyled, strict=True)])
