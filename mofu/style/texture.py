"""The maps of a picture and where they count → how far their statistics are from those of a style, differentiable.

Of each layer the covariance and the mean of the channels, each channel over its own deviation in the style: the faint
channels of fine texture count as much as the loud ones do (Gatys et al. 2016 take the raw second moments). Under
masks, they are the guided Gram matrices of Gatys et al., "Controlling perceptual factors in neural style transfer"
(CVPR 2017).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch.nn import functional

from mofu.style.statistics import LayerStatistics, Statistics

FLOOR = 0.05
"""Of the mean variance of a layer, added to each channel's: a channel that is silent in the style is not to be loud."""

Maps = Mapping[str, torch.Tensor]
"""(1, c, h, w) by layer."""


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """What a layer is to have.

    Attributes:
        mean: (c,).
        covariance: (c, c), each channel over its deviation.
        scale: (c,) one over that deviation.
        size: the square of the covariance's Frobenius norm.
    """

    mean: torch.Tensor
    covariance: torch.Tensor
    scale: torch.Tensor
    size: torch.Tensor

    @classmethod
    def of(cls, statistics: LayerStatistics, device: torch.device) -> Target:
        """Of a style's statistics."""
        covariance = torch.tensor(statistics.covariance, device=device)
        variance = covariance.diagonal()
        scale = (variance.clamp_min(0) + FLOOR * variance.mean() + 1e-8).rsqrt()
        shown = covariance * scale[:, None] * scale
        return cls(torch.tensor(statistics.mean, device=device), shown, scale, shown.square().sum())


Targets = Mapping[str, Target]


def targets(statistics: Statistics, layers: tuple[str, ...], device: torch.device) -> dict[str, Target]:
    """What each layer is to have."""
    return {layer: Target.of(statistics[layer], device) for layer in layers}


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where in a picture a style is wanted.

    Attributes:
        where: (1, 1, h, w) in [0, 1], how much each pixel counts; None: all the same.
        cells: the style is wanted in each of cells × cells parts of it, as many as there are positions for: a style
            that has the right statistics on the whole may be all in one corner.
        known: the weights at each resolution and number of parts, once they were asked for.
    """

    where: torch.Tensor | None
    cells: int
    known: dict[tuple[int, ...], tuple[torch.Tensor, torch.Tensor]]

    @classmethod
    def of(cls, where: torch.Tensor | None, cells: int) -> Place:
        """A place of which no weights are known yet."""
        return cls(where, cells, {})

    def weights(self, maps: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Of each of k parts what each position of (1, c, h, w) maps counts there, (k, h · w) that sum to 1; its area.

        The areas (k,) sum to the mean of `where`.
        """
        channels, height, width = maps.shape[1:]
        cells = self.cells
        # moments of fewer positions than channels are those of these positions, not of a texture
        while cells > 1 and height * width < cells * cells * channels:
            cells -= 1
        key = (height, width, cells)
        if key not in self.known:
            masks = windows(height, width, cells, maps.device)
            if self.where is not None:
                masks = masks * functional.adaptive_avg_pool2d(self.where, (height, width))[0]
            flat = masks.flatten(1)
            total = flat.sum(1, keepdim=True)
            self.known[key] = flat / total.clamp_min(1e-8), total[:, 0] / (height * width)
        return self.known[key]


def windows(height: int, width: int, cells: int, device: torch.device) -> torch.Tensor:
    """(cells², h, w) that sum to 1 at every pixel: a grid of parts, each fading into its neighbours."""
    across, down = (
        functional.interpolate(torch.eye(cells, device=device)[None], size=side, mode="linear", align_corners=False)[0]
        for side in (width, height)
    )
    return (down[:, None, :, None] * across[None, :, None, :]).flatten(0, 1)


def distance(maps: Maps, place: Place, wanted: Targets) -> torch.Tensor:
    """The mean over the layers of the relative distance of covariances and of means, times the area of the place.

    Args:
        maps: of one picture.
        place: where they count.
        wanted: of the layers that count.

    Returns:
        A number: 0 where all is as wanted, about the area where no channel goes with the others as it should.
    """
    found = [_apart(maps[layer], *place.weights(maps[layer]), target) for layer, target in wanted.items()]
    return torch.stack(found).mean()


def _apart(maps: torch.Tensor, weights: torch.Tensor, areas: torch.Tensor, target: Target) -> torch.Tensor:
    """Of one layer (1, c, h, w)."""
    flat = (maps[0].flatten(1) - target.mean[:, None]) * target.scale[:, None]
    shift = weights @ flat.T
    moment = (flat * weights[:, None]) @ flat.T
    covariance = moment - shift[:, :, None] * shift[:, None]
    return areas @ ((covariance - target.covariance).square().sum((1, 2)) / target.size + shift.square().mean(1))
