"""A network with fully connected layers → the same layers at every place of a picture of any size.

A fully connected layer over a window of cells is a convolution with that window (Long et al., "Fully convolutional
networks for semantic segmentation", CVPR 2015): VGG's fc6 over 7 × 7 cells of the last pooling, AlexNet's over 6 × 6,
fc7 over one.

Zeros around the last pooling give as many cells as that has, one every 32 px: 8 × 8 at 256 px. Without them a picture
below 224 px would have none, and the cells would not lie where those of other layers do. At 224 px the window of the
middle cell holds exactly what the vector is made of; near the border it reaches over it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch.nn import functional


class Windowed(torch.nn.Module):
    """A fully connected layer as a convolution with stride 1; shares the layer's weights, whatever becomes of them."""

    def __init__(self, layer: torch.nn.Linear, side: int) -> None:
        """Take the layer of a window of `side` × `side` cells."""
        super().__init__()
        self.layer, self.side = layer, side

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """(n, c, h, w) → (n, d, h, w); of an even window one more cell lies after the middle than before it."""
        before, after = (self.side - 1) // 2, self.side // 2
        around = functional.pad(maps, (before, after, before, after))
        windows = around.unfold(2, self.side, 1).unfold(3, self.side, 1)
        # by the layer itself: torch's convolution brings VGG16's 400 MB into another order at every call, and a batch
        # of gradients takes six times as long
        cells: torch.Tensor = self.layer(windows.permute(0, 2, 3, 1, 4, 5).flatten(3))
        return cells.permute(0, 3, 1, 2)


class FullyConvolutional(torch.nn.Module):
    """A network cut at its last ReLU before the fully connected layers, and these."""

    def __init__(
        self, below: torch.nn.Module, last: str, pooling: Any, connected: Mapping[str, torch.nn.Linear], cells: int
    ) -> None:
        """Take the parts of a network over.

        Args:
            below: gives maps by name, those of `last` among them.
            last: the ReLU before the last pooling.
            pooling: that pooling.
            connected: the fully connected layers from the first on, by the name that their maps are to have.
            cells: of the last pooling that the first of them takes, a side.
        """
        super().__init__()
        self.below, self.last, self.pooling = below, last, pooling
        self.names = tuple(connected)
        sides = (cells, *[1] * (len(connected) - 1))
        self.connected = torch.nn.ModuleList(map(Windowed, connected.values(), sides))

    def forward(self, images: torch.Tensor) -> dict[str, torch.Tensor]:
        """Return the maps of `below`, and those of the fully connected layers after their ReLU, without dropout."""
        found: dict[str, torch.Tensor] = dict(self.below(images))
        maps = self.pooling(_filled(found[self.last], self.pooling.kernel_size))
        for name, layer in zip(self.names, self.connected, strict=True):
            found[name] = maps = functional.relu(layer(maps))
        return found


def _filled(maps: torch.Tensor, side: int) -> torch.Tensor:
    """Zeros, which no maximum after a ReLU heeds, after maps that are smaller than a window of the pooling."""
    height, width = (max(0, side - each) for each in maps.shape[2:])
    return functional.pad(maps, (0, width, 0, height))
