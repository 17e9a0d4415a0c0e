"""Pictures → random crops of them, turned, mirrored and recoloured: what the embedded network must see through."""

from __future__ import annotations

import torch
from torch.nn import functional

_LEAST_AREA = 0.2
_ASPECT = 0.25  # in natural logarithms, either way


def random_crops(pictures: torch.Tensor, side_px: int, generator: torch.Generator) -> torch.Tensor:
    """One crop of each picture.

    Args:
        pictures: (n, 3, h, w) float32 in [0, 1].
        side_px: of the crops.
        generator: on the CPU, so that a run is the same on every device.

    Returns:
        (n, 3, side, side) float32 in [0, 1].
    """
    where = _windows(len(pictures), generator).to(pictures.device)
    grid = functional.affine_grid(where, [len(pictures), 3, side_px, side_px], align_corners=False)
    return _recoloured(functional.grid_sample(pictures, grid, align_corners=False), generator)


def _windows(count: int, generator: torch.Generator) -> torch.Tensor:
    """(n, 2, 3) maps from a crop's coordinates to its picture's: a window, maybe mirrored, maybe its axes swapped."""

    def uniform() -> torch.Tensor:
        return torch.rand(count, generator=generator)

    side = _LEAST_AREA ** (uniform() / 2)
    aspect = torch.exp((2 * uniform() - 1) * _ASPECT)
    width, height = (side * aspect).clamp(max=1), (side / aspect).clamp(max=1)
    left, top = (2 * uniform() - 1) * (1 - width), (2 * uniform() - 1) * (1 - height)
    width, height = (part * torch.where(uniform() < 0.5, 1.0, -1.0) for part in (width, height))
    swapped = uniform() < 0.5
    none = torch.zeros(count)
    rows = (
        torch.stack([torch.where(swapped, none, width), torch.where(swapped, width, none), left], dim=1),
        torch.stack([torch.where(swapped, height, none), torch.where(swapped, none, height), top], dim=1),
    )
    return torch.stack(rows, dim=1)


def _recoloured(crops: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Mix the channels, sometimes to grey; change contrast and brightness."""
    count = len(crops)
    mixture = torch.eye(3) + 0.15 * torch.randn(count, 3, 3, generator=generator)
    grey = torch.rand(count, 1, 1, generator=generator) < 0.2
    mixture = torch.where(grey, torch.full((3, 3), 1 / 3), mixture)
    gain = torch.exp(0.3 * torch.randn(count, 1, 1, 1, generator=generator)).to(crops.device)
    shift = 0.1 * torch.randn(count, 1, 1, 1, generator=generator).to(crops.device)
    mixed = torch.einsum("nij,njhw->nihw", mixture.to(crops.device), crops)
    return (mixed * gain + shift).clamp(0, 1)
