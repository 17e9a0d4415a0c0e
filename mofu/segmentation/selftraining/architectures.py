"""Names → architectures of segmenters: what is computed once of a picture, and what is learned from that."""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import nn

from mofu.errors import UnknownNameError


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a segmenter is.

    Attributes:
        width: numbers a position of what is computed once.
        hidden: channels of what is learned.
        dropout: share of the hidden channels that a training step leaves out.
    """

    width: int = 256
    hidden: int = 256
    dropout: float = 0.5


class Architecture(nn.Module, ABC):
    """Maps of a network → logits of labels."""

    @abstractmethod
    def gathered(self, maps: Sequence[torch.Tensor], size: tuple[int, int]) -> list[torch.Tensor]:
        """What is read of the maps before the projections: (n, c, rows, columns) each.

        Args:
            maps: (n, c, h, w) of each layer, the pixels first.
            size: height and width of the pictures in pixels.
        """

    @property
    @abstractmethod
    def projections(self) -> Sequence[Projection]:
        """One for each of what is gathered."""

    @abstractmethod
    def forward(self, parts: Sequence[torch.Tensor]) -> torch.Tensor:
        """Projected parts → logits (n, labels, rows, columns) on the grid of the largest part."""

    def projected(self, maps: Sequence[torch.Tensor], size: tuple[int, int]) -> list[torch.Tensor]:
        """What `forward` takes; of a frozen network it is computed once a picture."""
        found = self.gathered(maps, size)
        return [projection(part) for projection, part in zip(self.projections, found, strict=True)]


class Projection(nn.Conv2d):
    """Channels → fewer: learned with the rest, or the principal components where the network below is frozen."""

    def __init__(self, channels: int, width: int) -> None:
        super().__init__(channels, min(channels, width), 1)

    def fit(self, rows: torch.Tensor) -> None:
        """Become the principal components of (n, channels) samples, standardised before and after."""
        centre, spread = rows.mean(0), rows.std(0)
        # what hardly varies is noise that is not to be made loud
        scale = spread + 0.1 * spread.median() + 1e-6
        standard = (rows - centre) / scale
        _, _, axes = torch.pca_lowrank(standard, min(self.out_channels, *rows.shape), center=False)
        lengths = (standard @ axes).std(0)
        axes = axes / (lengths + 0.1 * lengths.max() + 1e-6)
        weight = torch.zeros(self.out_channels, rows.shape[1])
        weight[: axes.shape[1]] = axes.T / scale
        with torch.no_grad():
            self.weight.copy_(weight[:, :, None, None])
            self.bias = nn.Parameter(-weight @ centre)


Maker = Callable[[Sequence[int], int, Shape], Architecture]
"""(channels of each layer, labels, shape) → an architecture that knows nothing yet."""

REGISTRY: dict[str, Maker] = {}
_HOMES = ("fcn", "unet")


def architecture(name: str) -> Callable[[Maker], Maker]:
    """Register an architecture; a name can be taken once."""

    def decorate(maker: Maker) -> Maker:
        if name in REGISTRY:
            raise ValueError(f"segmenter {name!r} is registered twice")
        REGISTRY[name] = maker
        return maker

    return decorate


def segmenters() -> tuple[str, ...]:
    """Every name, sorted."""
    return tuple(sorted(_known()))


def make(name: str, channels: Sequence[int], labels: int, shape: Shape) -> Architecture:
    """The architecture of a name.

    Raises:
        UnknownNameError: no such segmenter; lists them.
    """
    known = _known()
    if name not in known:
        raise UnknownNameError("segmenter", name, known)
    return known[name](channels, labels, shape)


def _known() -> dict[str, Maker]:
    for home in _HOMES:
        importlib.import_module(f"mofu.segmentation.selftraining.{home}")
    return REGISTRY
