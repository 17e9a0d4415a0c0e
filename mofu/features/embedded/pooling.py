"""Maps of a stage → what the backbone reads of them: statistics over positions, in numpy."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mofu.features.embedded.weights import CELLS, EPSILON

Array = NDArray[np.float32]


def statistics(maps: Array) -> Array:
    """(h, w, c) → (4c,) float32: `STATISTICS` of every channel, first all means, then all deviations, and so on."""
    mean = maps.mean((0, 1))
    squares = (maps - mean) ** 2
    cells, energy = _cells(maps), np.sqrt(_cells(squares) + np.float32(EPSILON))
    deviation = np.sqrt(squares.mean((0, 1)) + np.float32(EPSILON))
    apart = [np.sqrt(each.var((0, 1)) + np.float32(EPSILON)) for each in (cells, energy)]
    return np.concatenate([mean, deviation, *apart])


def _cells(maps: Array) -> Array:
    """Means of CELLS × CELLS cells, which share positions where a side is no multiple: torch's adaptive pooling."""
    rows = np.tensordot(_averaging(maps.shape[0]), maps, axes=1)
    return np.asarray(np.matmul(_averaging(maps.shape[1]), rows))


@lru_cache(maxsize=512)
def _averaging(side: int) -> Array:
    """(CELLS, side) weights of the positions of each cell."""
    weights = np.zeros((CELLS, side), np.float32)
    for cell in range(CELLS):
        first, last = cell * side // CELLS, -(-(cell + 1) * side // CELLS)
        weights[cell, first:last] = 1 / (last - first)
    return weights
