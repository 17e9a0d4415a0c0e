"""Maps, or a pack's statistics → means and covariances as tensors, in batches, with the layers in one order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from mofu.style.feedforward.precision import precise
from mofu.style.statistics import Statistics

Maps = list[torch.Tensor]
"""(n, c, h, w) of each layer, from the pixels up."""


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """First and second moments of n pictures or styles at every layer.

    Attributes:
        means: (n, c) of each layer.
        covariances: (n, c, c) of each layer, about the mean.
    """

    means: tuple[torch.Tensor, ...]
    covariances: tuple[torch.Tensor, ...]

    @property
    def deviations(self) -> tuple[torch.Tensor, ...]:
        """(n, c) of each layer, at least 0."""
        return tuple(each.diagonal(dim1=1, dim2=2).clamp_min(0).sqrt() for each in self.covariances)

    def towards(self, other: Moments, share: torch.Tensor) -> Moments:
        """These moments with a share, (n,) in [0, 1], of the others'."""
        return Moments(
            tuple(torch.lerp(a, b, share[:, None]) for a, b in zip(self.means, other.means, strict=True)),
            tuple(
                torch.lerp(a, b, share[:, None, None]) for a, b in zip(self.covariances, other.covariances, strict=True)
            ),
        )


@precise
def of_maps(maps: Sequence[torch.Tensor]) -> Moments:
    """The moments over the positions of each picture."""
    found = [_of_layer(each.float()) for each in maps]
    return Moments(tuple(mean for mean, _ in found), tuple(covariance for _, covariance in found))


def _of_layer(maps: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    flat = maps.flatten(2)
    mean = flat.mean(2)
    centred = flat - mean[:, :, None]
    return mean, centred @ centred.mT / flat.shape[2]


def of_statistics(styles: Sequence[Statistics], layers: Sequence[str]) -> Moments:
    """The moments of styles by a pack's statistics."""
    means = [np.stack([style[layer].mean for style in styles]) for layer in layers]
    covariances = [np.stack([style[layer].covariance for style in styles]) for layer in layers]
    return Moments(tuple(map(torch.from_numpy, means)), tuple(map(torch.from_numpy, covariances)))
