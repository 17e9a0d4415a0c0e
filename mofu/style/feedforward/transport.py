"""The maps of a picture → the same maps with the moments of a style.

Two ways: each channel on its own (AdaIN; Huang & Belongie, "Arbitrary style transfer in real-time with adaptive
instance normalization", ICCV 2017), and all channels together by the linear map that changes the maps least (optimal
transport between Gaussians; Lu et al., "A closed-form solution to universal style transfer", ICCV 2019).
"""

from __future__ import annotations

import torch

FLOOR = 1e-5
"""Variance below which a channel is constant: what is constant cannot be stretched to a style's."""
_SHRINKAGE = 1e-3  # of the mean variance, added to all: directions that hardly occur are noise, and stay faint


def adain(
    maps: torch.Tensor, content: tuple[torch.Tensor, torch.Tensor], style: tuple[torch.Tensor, torch.Tensor]
) -> torch.Tensor:
    """σ_s · (f − μ_c) / σ_c + μ_s.

    Args:
        maps: (n, c, h, w).
        content: the mean and the deviation of the maps, (n, c) each.
        style: those they are given.
    """
    (mean, deviation), (new_mean, new_deviation) = content, style
    gain = new_deviation / (deviation**2 + FLOOR).sqrt()
    return maps * gain[..., None, None] + (new_mean - mean * gain)[..., None, None]


def transported(maps: torch.Tensor, matrix: torch.Tensor, mean: torch.Tensor, new_mean: torch.Tensor) -> torch.Tensor:
    """A (f − μ_c) + μ_s of (n, c, h, w) maps, with (n, c, c) and (n, c)."""
    offset = new_mean - (matrix @ mean[..., None])[..., 0]
    return (matrix @ maps.flatten(2) + offset[..., None]).view(maps.shape)


def transport(content: torch.Tensor, style: torch.Tensor) -> torch.Tensor:
    """The symmetric A with A C Aᵀ = S that moves a Gaussian of covariance C to one of S by the least mean square.

    A = C^(−1/2) (C^(1/2) S C^(1/2))^(1/2) C^(−1/2), for (n, c, c) covariances.
    """
    scale = content.diagonal(dim1=1, dim2=2).mean(1)
    identity = torch.eye(content.shape[1], dtype=content.dtype, device=content.device)
    lifted = content + (FLOOR + _SHRINKAGE * scale)[:, None, None] * identity
    values, vectors = torch.linalg.eigh(lifted)
    values = values.clamp_min(FLOOR)
    half = (vectors * values.sqrt()[:, None]) @ vectors.mT
    inverse = (vectors * values.rsqrt()[:, None]) @ vectors.mT
    found: torch.Tensor = inverse @ root(half @ style @ half) @ inverse
    return found


def root(matrix: torch.Tensor) -> torch.Tensor:
    """The positive semi-definite square root of (n, c, c) matrices; what is negative in them is taken as 0."""
    values, vectors = torch.linalg.eigh((matrix + matrix.mT) / 2)
    found: torch.Tensor = (vectors * values.clamp_min(0).sqrt()[:, None]) @ vectors.mT
    return found
