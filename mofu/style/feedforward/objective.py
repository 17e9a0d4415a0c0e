"""Stylised pictures → how far they are from their style and from their content, by the maps of the frozen backbone.

Style: the moments of every stage against the style's (Gatys et al. 2016; Huang & Belongie 2017), each channel over its
own deviation in the style, so that the faint channels of fine texture count as the loud ones do. Content: the deep maps
over their moments, and the structure of the edges (SSIM of Sobel magnitudes; Wang et al. 2004).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn import functional

from mofu.style.feedforward.moments import Maps, Moments
from mofu.style.feedforward.precision import precise

_WINDOW = 7
_C1, _C2 = 0.01**2, 0.03**2
_FLOOR = 1e-3
_GREY = (0.299, 0.587, 0.114)


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each part of the loss counts.

    Attributes:
        layers: of the style, from the pixels up.
        mean: of the means against the covariances.
        content: of the deep maps.
        edges: of 1 − SSIM of the edges.
        variation: of the differences of neighbouring pixels.
    """

    layers: tuple[float, ...] = (1.0, 2.0, 1.5, 1.0, 0.5)
    mean: float = 1.0
    content: float = 0.01
    edges: float = 0.05
    variation: float = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Loss:
    """The parts, each (n,), weighted; their sum is what is minimised."""

    style: torch.Tensor
    content: torch.Tensor
    edges: torch.Tensor
    variation: torch.Tensor

    @property
    def whole(self) -> torch.Tensor:
        """The mean over the pictures of the sum."""
        return (self.style + self.content + self.edges + self.variation).mean()


def style_distance(found: Moments, wanted: Moments, weights: Weights) -> torch.Tensor:
    """(n,): over the stages, the relative distance of covariances and of means."""
    distances = []
    for weight, mean, covariance, target, goal in zip(
        weights.layers, found.means, found.covariances, wanted.means, wanted.covariances, strict=True
    ):
        variance = goal.diagonal(dim1=1, dim2=2)
        scale = variance + 0.05 * variance.mean(1, keepdim=True) + _FLOOR
        over = scale.rsqrt()
        apart = (covariance - goal) * over[:, :, None] * over[:, None]
        size = (goal * over[:, :, None] * over[:, None]).square().sum((1, 2))
        distance = (apart.square().sum((1, 2)) / (size + 1e-2)).clamp_min(1e-8).sqrt()
        shift = ((mean - target).square() / scale).mean(1)
        distances.append(weight * (distance + weights.mean * (shift + 1e-8).sqrt()))
    return torch.stack(distances).sum(0) / sum(weights.layers)


def content_distance(found: torch.Tensor, content: torch.Tensor) -> torch.Tensor:
    """(n,): the mean square difference of (n, c, h, w) maps, each channel over its own moments."""
    return (_standard(found) - _standard(content)).square().mean((1, 2, 3))


def _standard(maps: torch.Tensor) -> torch.Tensor:
    maps = maps.float()
    variance, mean = torch.var_mean(maps, (2, 3), correction=0, keepdim=True)
    return (maps - mean) * (variance + _FLOOR).rsqrt()


def edges(pixels: torch.Tensor) -> torch.Tensor:
    """(n, 3, h, w) in [0, 1] → (n, 1, h − 2, w − 2): Sobel magnitudes of the lightness, 1 for a step from 0 to 1."""
    grey = (pixels * pixels.new_tensor(_GREY)[:, None, None]).sum(1, keepdim=True)
    smooth, step = pixels.new_tensor([1.0, 2.0, 1.0]) / 4, pixels.new_tensor([-1.0, 0.0, 1.0])
    kernels = torch.stack([smooth[:, None] * step, step[:, None] * smooth])[:, None]
    return (functional.conv2d(grey, kernels).square().mean(1, keepdim=True) + 1e-8).sqrt()


def edge_ssim(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """(n,): the mean structural similarity of the edges of two pictures, (n, 3, h, w) in [0, 1]."""
    x, y = edges(one), edges(other)
    mx, my, xx, yy, xy = (functional.avg_pool2d(each, _WINDOW, 1) for each in (x, y, x * x, y * y, x * y))
    luminance = (2 * mx * my + _C1) / (mx * mx + my * my + _C1)
    structure = (2 * (xy - mx * my) + _C2) / ((xx - mx * mx) + (yy - my * my) + _C2)
    return (luminance * structure).mean((1, 2, 3))


def variation(pixels: torch.Tensor) -> torch.Tensor:
    """(n,): the mean absolute difference of neighbouring pixels."""
    down, right = pixels.diff(dim=2).abs(), pixels.diff(dim=3).abs()
    return down.mean((1, 2, 3)) + right.mean((1, 2, 3))


@precise
def loss(maps: Maps, before: Maps, wanted: Moments, weights: Weights) -> Loss:
    """The loss of n stylised pictures.

    Args:
        maps: of the stylised pictures.
        before: of the pictures.
        wanted: the moments they should have.
    """
    from mofu.style.feedforward.moments import of_maps

    return Loss(
        style_distance(of_maps(maps), wanted, weights),
        weights.content * content_distance(maps[3], before[3]),
        weights.edges * (1 - edge_ssim(maps[0], before[0])),
        weights.variation * variation(maps[0]),
    )
