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


def windows(height: int, width: int, cells: int, device: torch.device) -> torch.Tensor:
    """(cells², h, w) that sum to 1 at every pixel: a grid of places, each fading into its neighbours.

    A style that has the right statistics on the whole may be all in one corner; in each of these it cannot.
    """
    across, down = (
        functional.interpolate(torch.eye(cells, device=device)[None], size=side, mode="linear", align_corners=False)[0]
        for side in (width, height)
    )
    return (down[:, None, :, None] * across[None, :, None, :]).flatten(0, 1)


def distance(maps: Maps, masks: torch.Tensor, wanted: Targets) -> torch.Tensor:
    """The mean over the layers of the relative distance of covariances and of means, over the masks by their area.

    Args:
        maps: of one picture.
        masks: (k, h, w), not negative, how much each pixel counts in each of k places.
        wanted: of the layers that count.

    Returns:
        A number: 0 where all is as wanted, about 1 where no channel goes with the others as it should.
    """
    areas = masks.mean((1, 2))
    shares = areas / areas.sum()
    found = [shares @ _apart(maps[layer][0], masks, target) for layer, target in wanted.items()]
    return torch.stack(found).mean()


def _apart(maps: torch.Tensor, masks: torch.Tensor, target: Target) -> torch.Tensor:
    """(k,) of one layer (c, h, w)."""
    # by area, so that a place keeps its share whatever the layer's resolution
    weights = functional.adaptive_avg_pool2d(masks[None], (maps.shape[1], maps.shape[2]))[0].flatten(1)
    weights = weights / weights.sum(1, keepdim=True).clamp_min(1e-8)
    flat = (maps.flatten(1) - target.mean[:, None]) * target.scale[:, None]
    shift = flat @ weights.T
    moment = (flat * weights[:, None]) @ flat.T
    covariance = moment - shift.T[:, :, None] * shift.T[:, None]
    return (covariance - target.covariance).square().sum((1, 2)) / target.size + shift.square().mean(0)
