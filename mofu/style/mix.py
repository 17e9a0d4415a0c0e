"""Styles with weights, and maps of where each of them is to be → weights that sum to 1 at every pixel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mofu.errors import InvalidInputError

if TYPE_CHECKING:
    from mofu.style.statistics import Statistics

Where = NDArray[np.float32]
"""(h, w) float32 in [0, 1] at the size of the picture."""


@dataclass(frozen=True, slots=True)
class Part:
    """One style of a mix.

    Attributes:
        statistics: of the style, by layer.
        weight: its share against the other parts, 0 or more.
        where: its share of each pixel, times the weight; None: everywhere the same.
        label: what a message and a recipe call it.
    """

    statistics: Statistics
    weight: float = 1.0
    where: Where | None = None
    label: str = ""

    def __post_init__(self) -> None:
        if not (np.isfinite(self.weight) and self.weight >= 0):
            raise InvalidInputError(f"weight {self.weight:g} of style {self.label!r}: expected a number of 0 or more")
        if self.where is not None and not _is_map(self.where):
            raise InvalidInputError(f"map of style {self.label!r}: expected (h, w) float32 in [0, 1]")


Mix = tuple[Part, ...]


def normalised(mix: Sequence[Part]) -> Mix:
    """The parts that count, their weights summing to 1, with maps at every pixel.

    A part whose weight is 0 is left out, so that weights of 1 and 0 are one style alone. Where no map leaves anything,
    the weights count as if there were no maps.

    Args:
        mix: at least one part whose weight is not 0; their maps of one shape.

    Returns:
        Without maps, parts whose weights sum to 1; with any, parts of weight 1 whose maps do, each with its own.

    Raises:
        InvalidInputError: nothing is left, or the maps differ in shape.
    """
    kept = [part for part in mix if part.weight > 0]
    if not kept:
        raise InvalidInputError(f"mix of {len(mix)} styles: expected at least one with a weight above 0")
    shapes = sorted({part.where.shape for part in kept if part.where is not None})
    if len(shapes) > 1:
        raise InvalidInputError(f"mix: maps of {shapes}: expected all of the picture's size")
    total = sum(part.weight for part in kept)
    if not shapes or len(kept) == 1:
        return tuple(replace(part, weight=part.weight / total, where=None) for part in kept)
    weights = np.array([part.weight / total for part in kept], np.float32)[:, None, None]
    shares = _shares(weights, [np.float32(1) if part.where is None else part.where for part in kept], shapes[0])
    return tuple(
        replace(part, weight=1.0, where=share) for part, share in zip(kept, shares, strict=True) if share.any()
    )


def _shares(
    weights: NDArray[np.float32], maps: Sequence[Where | np.float32], shape: tuple[int, ...]
) -> NDArray[np.float32]:
    """(parts, h, w) that sum to 1 over the parts."""
    shares = weights * np.stack([np.broadcast_to(each, shape) for each in maps])
    total = shares.sum(0)
    return np.asarray(np.where(total > 0, shares / np.where(total > 0, total, 1), weights), np.float32)


def _is_map(where: Where) -> bool:
    if where.ndim != 2 or where.dtype != np.float32 or not where.size:
        return False
    return bool(np.isfinite(where).all() and where.min() >= 0 and where.max() <= 1)
