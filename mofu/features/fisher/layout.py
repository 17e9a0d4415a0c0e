"""Where in a picture each Gaussian has its descriptors → how unevenly: a texture is the same everywhere, a thing not.

A Fisher vector forgets places. This remembers one number a Gaussian: the deviation of its share of the descriptors
over 4 × 4 cells of the picture, by the root of its mean share, as chance alone would scatter them. What these 112
numbers are worth on photographs is in docs/methods.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

CELLS = 4
WEIGHT = 0.4
"""Of the layout beside the Fisher vectors, whose length together is 1."""
_FLOOR = 0.02  # shares below its square are too small to be uneven in a way that means something


@dataclass(slots=True)
class Layout:
    """What the cells of one picture hold of each Gaussian, added up over sizes.

    Attributes:
        shapes: rows and columns of the positions of each block of descriptors, in the order of the blocks.
        twins: descriptors a position.
    """

    shapes: Iterator[tuple[int, int]]
    twins: int
    _mass: Array | None = field(default=None, init=False)
    _count: Array = field(default_factory=lambda: np.zeros(CELLS * CELLS, np.float32), init=False)

    def add(self, posteriors: Array) -> None:
        """Count a block: (K, n) posteriors of its descriptors, position by position, row by row."""
        rows, columns = next(self.shapes)
        down, along = _share(rows), _share(columns)
        placed = posteriors.reshape(len(posteriors), rows, columns, self.twins).sum(axis=3)
        mass = np.asarray(down @ placed @ along.T, np.float32).reshape(len(posteriors), -1)
        self._mass = mass if self._mass is None else self._mass + mass
        self._count += self.twins * np.outer(down.sum(axis=1), along.sum(axis=1)).ravel()

    def unevenness(self, level: float) -> Array:
        """(K,) deviation of the cells' shares by the root of their mean, above a level that drawn pictures have."""
        assert self._mass is not None, "a picture has at least one block of descriptors"  # noqa: S101 - for the type checker
        held = self._count > 0
        shares = self._mass[:, held] / self._count[held]
        scatter = shares.std(axis=1) / (np.sqrt(shares.mean(axis=1)) + np.float32(_FLOOR))
        return np.asarray(scatter - np.float32(level), np.float32)


def _share(positions: int) -> Array:
    """(CELLS, positions) 1 where a position along one side lies in a cell."""
    cell = np.arange(positions) * CELLS // positions
    return np.asarray(np.arange(CELLS)[:, None] == cell[None, :], np.float32)
