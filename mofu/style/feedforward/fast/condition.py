"""A style's moments → the condition of the fast network: what every normalisation is to do.

The conditions of styles that were never seen are predicted, not looked up (Ghiasi et al., "Exploring the structure of
a real-time, arbitrary neural artistic stylization network", BMVC 2017).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from mofu.style.feedforward.fast.network import CONDITION, NORMALISED, WIDTHS
from mofu.style.feedforward.moments import Moments
from mofu.style.feedforward.precision import precise

AXES = 16
"""Directions of each layer in which its covariance is read, all pairs of them."""
HIDDEN = 256


class Conditions(nn.Module):
    """(n, …) moments and strengths → (n, CONDITION).

    What it reads of a layer: the mean, the log of the deviation, and the covariance along fixed axes, by the roots of
    its entries; each less its centre and over its spread among drawn styles.
    """

    centre: torch.Tensor
    spread: torch.Tensor

    def __init__(self, channels: Sequence[int]) -> None:
        super().__init__()
        self._layers = len(channels)
        for number, each in enumerate(channels):
            self.register_buffer(f"axes{number}", torch.zeros(each, AXES))
        read = sum(2 * each + AXES * (AXES + 1) // 2 for each in channels)
        self.register_buffer("centre", torch.zeros(read))
        self.register_buffer("spread", torch.ones(read))
        last = nn.Linear(HIDDEN, CONDITION)
        self.predictor = nn.Sequential(nn.Linear(read, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, HIDDEN), nn.ReLU(), last)
        self.neutral = nn.Parameter(_start())
        nn.init.normal_(last.weight, std=0.02)
        last.bias.data.copy_(_start())

    def read(self, style: Moments) -> torch.Tensor:
        """(n, d): the numbers of a style that are read."""
        rows, columns = torch.triu_indices(AXES, AXES)
        found = []
        for number in range(self._layers):
            axes = self.get_buffer(f"axes{number}")
            sketch = (axes.mT @ style.covariances[number] @ axes)[:, rows, columns]
            rooted = sketch.sign() * sketch.abs().sqrt()
            found += [style.means[number], (style.deviations[number] + 1e-3).log(), rooted]
        return torch.cat(found, 1)

    @precise
    def forward(self, style: Moments, strength: torch.Tensor) -> torch.Tensor:
        """Conditions at strengths, (n,), between the neutral one, which draws nothing, and the style's own."""
        read = ((self.read(style) - self.centre) / self.spread).clamp(-5, 5)
        own = self.predictor(read)
        # the last normalisation decides how much is drawn: at strength 0 nothing
        neutral = torch.cat([self.neutral[: -3 * WIDTHS[0]], torch.zeros_like(self.neutral[-3 * WIDTHS[0] :])])
        return torch.lerp(neutral.expand_as(own), own, strength[:, None])


def _start() -> torch.Tensor:
    """γ = 1, β = 0 and no noise, everywhere."""
    return torch.cat([torch.cat([torch.ones(each), torch.zeros(2 * each)]) for each in NORMALISED])
