"""What both networks are made of: convolutions without borders, doubling, and noise."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn
from torch.nn import functional


def convolution(channels_in: int, channels: int) -> nn.Conv2d:
    """3 × 3; the picture goes on beyond its border as its reflection, so that no frame is drawn."""
    return nn.Conv2d(channels_in, channels, 3, padding=1, padding_mode="reflect")


def doubled(maps: torch.Tensor) -> torch.Tensor:
    """Each position as 2 × 2: no checkerboard, as a transposed convolution would draw."""
    return functional.interpolate(maps, scale_factor=2, mode="nearest")


def noise(seed: int, shapes: Sequence[tuple[int, ...]]) -> list[torch.Tensor]:
    """Standard normal numbers of these shapes; the same seed gives the same ones on any machine."""
    generator = np.random.default_rng(seed)
    return [torch.from_numpy(generator.standard_normal(shape, np.float32)) for shape in shapes]
