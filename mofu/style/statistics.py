"""The maps of a layer → the numbers that make its style, and their descriptor.

A style is the mean and the raw second moment F Fᵀ / (h w) of the c channels over all positions: the normalised Gram
matrix of Gatys, Ecker & Bethge, "Image style transfer using convolutional neural networks", CVPR 2016.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mofu.errors import InvalidInputError

Array = NDArray[np.float32]

FEWEST = 5
"""Positions, by the sum of their weights, below which moments are the memory of a few points."""


@dataclass(frozen=True, slots=True, eq=False)
class LayerStatistics:
    """What is kept of one layer of one picture, or of several merged.

    Attributes:
        mean: (c,) float32, of each channel over the positions.
        moment: (c, c) float32, raw: the mean over the positions of f fᵀ; symmetric, positive semi-definite.
    """

    mean: Array
    moment: Array

    @property
    def channels(self) -> int:
        """The c of the shapes."""
        return len(self.mean)

    @property
    def energy(self) -> float:
        """The trace of the moment: the mean square length of a position's activations."""
        return float(np.trace(self.moment, dtype=np.float64))

    @property
    def covariance(self) -> Array:
        """(c, c): the moment less the outer product of the mean."""
        mean = self.mean.astype(np.float64)
        return np.asarray(self.moment - np.outer(mean, mean), np.float32)

    @property
    def deviation(self) -> Array:
        """(c,): of each channel, at least 0."""
        variance = np.diagonal(self.moment).astype(np.float64) - self.mean.astype(np.float64) ** 2
        return np.sqrt(np.maximum(variance, 0)).astype(np.float32)


Statistics = Mapping[str, LayerStatistics]
"""By the layer's name, from the pixels up."""


def gram(maps: Array) -> Array:
    """(c, h, w) → (c, c): F Fᵀ / (h w)."""
    flat = maps.reshape(len(maps), -1)
    return np.asarray(flat @ flat.T / flat.shape[1], np.float32)


def measured(maps: Array, weights: Array | None = None) -> LayerStatistics:
    """Statistics of one layer of one picture.

    Args:
        maps: (c, h, w) float32.
        weights: (h, w) in [0, 1], how much each position counts; None: all the same.

    Raises:
        InvalidInputError: maps that are not finite, or fewer positions, or weights of fewer, than `FEWEST`.
    """
    with np.errstate(over="ignore", invalid="ignore"):  # said below
        found = _whole(maps) if weights is None else _weighted(maps.reshape(len(maps), -1), weights.reshape(-1))
    if not np.isfinite(found.moment).all():
        raise InvalidInputError("maps of a picture are not finite: leave it out, or check the weights of the backbone")
    return found


def _whole(maps: Array) -> LayerStatistics:
    positions = maps[0].size
    _check_positions("a map", positions, positions)
    return LayerStatistics(maps.mean((1, 2), dtype=np.float64).astype(np.float32), gram(maps))


def _weighted(flat: Array, weights: Array) -> LayerStatistics:
    total = float(weights.sum(dtype=np.float64))
    _check_positions("a mask", total, weights.size)
    shares = (weights / total).astype(np.float32)
    moment = (flat * shares) @ flat.T
    return LayerStatistics(np.asarray(flat @ shares, np.float32), np.asarray((moment + moment.T) / 2, np.float32))


def _check_positions(what: str, left: float, positions: int) -> None:
    if left < FEWEST:
        raise InvalidInputError(
            f"{what} that leaves {left:.1f} of {positions} positions: expected at least {FEWEST}:"
            " use the whole picture, or a larger one"
        )


def half_vector(matrix: Array) -> Array:
    """(c, c) symmetric → (c (c + 1) / 2,): its upper triangle, row by row, what is off the diagonal times √2.

    The inner product of two half vectors is that of the matrices, so that lengths and distances are kept.
    """
    rows, columns = np.triu_indices(len(matrix))
    scale = np.where(rows == columns, 1.0, np.sqrt(2.0))
    return np.asarray(matrix[rows, columns] * scale, np.float32)


def nearest_psd(matrix: Array) -> Array:
    """The positive semi-definite matrix that is nearest to (c, c) in the Frobenius norm.

    Its symmetric part without its negative eigenvalues (Higham 1988, "Computing a nearest symmetric positive
    semidefinite matrix").
    """
    symmetric = (matrix.astype(np.float64) + matrix.T) / 2
    values, vectors = np.linalg.eigh(symmetric)
    if values[0] >= 0:
        return symmetric.astype(np.float32)
    kept = (vectors * np.maximum(values, 0)) @ vectors.T
    return np.asarray((kept + kept.T) / 2, np.float32)


def descriptor(statistics: Statistics) -> Array:
    """(d,) float32: of each layer the half-vectorised moment, its signed square root, at length 1; all in one row.

    The length takes the energy of the picture out: k-fold activations give the same row. A layer without any gives
    zeros.
    """
    return np.concatenate([_rooted(half_vector(layer.moment)) for layer in statistics.values()])


def _rooted(half: Array) -> Array:
    rooted = np.sign(half) * np.sqrt(np.abs(half))
    return np.asarray(rooted / (np.linalg.norm(rooted) or 1.0), np.float32)
