"""Maps of several layers → the probability of every class at every cell of a grid, and a score of the whole picture.

A surface is known by the statistics of its neighbourhood, not by one position: what is classified is the mean and the
deviation of every channel over a window around each cell, as the embedded backbone pools them over whole pictures.
A cell is of one class: words and background compete for it. Alone, a sigmoid a word, they were worse at saying where
(mean IoU of composed pictures whose words are known: 0.28 pooled by a log-sum-exp near the maximum, 0.43 by one near
the mean, 0.52 where they compete with one class of background; training makes several of it, up to four unless told
otherwise, which these figures are not of).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

_EPSILON = 1e-6


@dataclass(frozen=True, slots=True)
class HeadSettings:
    """The shape of a head.

    Attributes:
        cell_px: side of a cell of the grid.
        window: cells a side of the neighbourhood whose statistics are classified; odd.
        hidden: units between statistics and classes.
        power: of the mean of the cells that scores a picture: 1 asks for a class everywhere, infinity anywhere.
    """

    cell_px: int = 16
    window: int = 3
    hidden: int = 256
    power: float = 2.0


class Head(nn.Module):
    """Local statistics, standardised, and two layers with a ReLU between them, the same at every cell."""

    centre: torch.Tensor
    spread: torch.Tensor

    def __init__(self, channels: Sequence[int], classes: int, settings: HeadSettings) -> None:
        """Make a head that knows nothing yet.

        Args:
            channels: of the maps of each layer.
            classes: scores a cell.
            settings: its shape.
        """
        super().__init__()
        self.settings = settings
        width = 2 * sum(channels)
        self.register_buffer("centre", torch.zeros(width))
        self.register_buffer("spread", torch.ones(width))
        # a convolution of 1 × 1 is a product of matrices, which runs both ways at full speed on few cells too
        self.hidden = nn.Linear(width, settings.hidden)
        self.classes = nn.Linear(settings.hidden, classes)

    def classify(self, cells: torch.Tensor, dropout: float = 0.0) -> torch.Tensor:
        """(…, 2 · channels) → logits (…, classes); `dropout` of the hidden units."""
        standard = (cells - self.centre) / self.spread
        hidden = functional.dropout(functional.relu(self.hidden(standard)), dropout, training=dropout > 0)
        logits: torch.Tensor = self.classes(hidden)
        return logits

    def forward(self, maps: Sequence[torch.Tensor], shape: tuple[int, int]) -> torch.Tensor:
        """Maps of every layer → logits (n, classes, rows, columns): `classify` of their `statistics`."""
        # layer by layer, standardised in the weights: what nobody differentiates costs nothing on the way back
        size, window = grid(shape, self.settings.cell_px), self.settings.window
        found = [part for each in maps for part in _local(each, size, window)]
        weight = self.hidden.weight / self.spread
        hidden = self.hidden.bias - weight @ self.centre
        for part, columns in zip(found, torch.split(weight, [part.shape[3] for part in found], 1), strict=True):
            hidden = hidden + functional.linear(part, columns)
        logits: torch.Tensor = self.classes(functional.relu(hidden))
        return logits.permute(0, 3, 1, 2)

    def pool(self, cells: torch.Tensor) -> torch.Tensor:
        """Probabilities (n, classes, …) of cells, in any order → scores (n, classes) in [0, 1], their power mean."""
        power = self.settings.power
        mean: torch.Tensor = cells.flatten(2).clamp_min(_EPSILON).pow(power).mean(2)
        return mean.pow(1 / power)


def statistics(maps: Sequence[torch.Tensor], shape: tuple[int, int], settings: HeadSettings) -> torch.Tensor:
    """Means and deviations around each cell.

    Args:
        maps: (n, c, h, w) of each layer.
        shape: height and width of the picture in pixels.
        settings: cells and window.

    Returns:
        (n, rows, columns, 2 · channels): of each layer all means, then all deviations.
    """
    size = grid(shape, settings.cell_px)
    return torch.cat([part for each in maps for part in _local(each, size, settings.window)], 3)


def grid(shape: tuple[int, int], cell_px: int) -> tuple[int, int]:
    """Rows and columns of cells of a picture of (h, w) pixels; at least one of each."""
    return max(1, round(shape[0] / cell_px)), max(1, round(shape[1] / cell_px))


def _local(maps: torch.Tensor, size: tuple[int, int], window: int) -> tuple[torch.Tensor, torch.Tensor]:
    """(n, c, h, w) → means and deviations around each cell, (n, rows, columns, c) each."""
    down, right = (
        torch.from_numpy(_averaging(side, cells, window)).to(maps.device)
        for side, cells in zip(maps.shape[2:], size, strict=True)
    )
    found: tuple[torch.Tensor, torch.Tensor] = _Moments.apply(maps.permute(0, 2, 3, 1), down, right)
    return found


class _Moments(torch.autograd.Function):
    """Means and deviations over rectangles; their gradients pass over the maps twice, where torch's own do six times.

    A twentieth of DCSM's time, more where memory is slow.
    """

    @staticmethod
    def forward(
        ctx: Any, maps: torch.Tensor, down: torch.Tensor, right: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        mean, square = (_averaged(each, down, right) for each in (maps, maps * maps))
        variance = square - mean * mean
        deviation = (variance.clamp_min(0) + _EPSILON).sqrt()
        # where rounding left less than nothing, nothing depends on it
        ctx.save_for_backward(maps, down, right, mean, torch.where(variance >= 0, 0.5 / deviation, 0.0))
        return mean, deviation

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        maps, down, right, mean, of_variance = ctx.saved_tensors
        by_square = gradients[1] * of_variance
        by_mean = torch.addcmul(gradients[0], mean, by_square, value=-2)
        through_mean, through_square = (_averaged(each, down.T, right.T) for each in (by_mean, by_square))
        return torch.addcmul(through_mean, maps, through_square, value=2), None, None


def _averaged(maps: torch.Tensor, down: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """(n, h, w, c), (rows, h), (columns, w) → (n, rows, columns, c): what is cut is cut first."""
    count, height, width, channels = maps.shape
    if len(right) > width:
        return (down @ (right @ maps).reshape(count, height, -1)).view(count, len(down), len(right), channels)
    rows = down @ maps.reshape(count, height, width * channels)
    return right @ rows.view(count, len(down), width, channels)


@lru_cache(maxsize=1024)
def _averaging(side: int, cells: int, window: int) -> NDArray[np.float32]:
    """(cells, side) weights of the positions in the neighbourhood of each cell, along one axis.

    Means over rectangles are two products of matrices, which run both ways at the speed of those.
    """
    # the length of each position that lies in each cell
    edges = np.arange(cells + 1) * side / cells
    place = np.arange(side)
    within = np.minimum(edges[1:, None], place + 1) - np.maximum(edges[:-1, None], place)
    near = np.abs(np.subtract.outer(np.arange(cells), np.arange(cells))) <= window // 2
    weights = near @ np.maximum(within, 0)
    return np.asarray(weights / weights.sum(1, keepdims=True), np.float32)
