"""The background's activations → what every word is held against: a normalisation, rows, and their Gram matrix."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from mofu.ranking.blas import cores, single_threaded
from mofu.ranking.decorrelation import Decorrelation

Activations = NDArray[np.float32]
"""(n, d), a row an image."""

_BLOCK = 512
"""Rows that are normalised at once: they stay in the processor's cache."""


class Normalisation:
    """How activations are made comparable: by a background's mean and deviation, then to unit length.

    Attributes:
        mean: (d,) of the background's activations, as they came.
        scale: (d,) what a dimension is divided by.
    """

    def __init__(self, mean: NDArray[np.float32], scale: NDArray[np.float32]) -> None:
        self.mean, self.scale = mean, scale

    def normalized(self, activations: Activations) -> Activations:
        """Standardise each dimension by the background's, then scale each row to length 1; (n, d) → (n, d).

        A dimension is divided by its deviation plus the median deviation: one that hardly varies in a small background
        is noise, and dividing it by next to nothing would make the noise loud. Measured on five texture words (Fisher
        vectors of two codebooks, 12 simulated searches each, 250 background images): precision@50 0.911 against 0.900
        for the plain deviation and 0.904 without standardisation, precision@100 0.836 against 0.817 and 0.826.

        Raises:
            ValueError: another number of dimensions than the background's, NaN or infinity.
        """
        if activations.ndim != 2 or activations.shape[1] != len(self.mean):
            raise ValueError(f"activations of shape {activations.shape}: expected (n, {len(self.mean)}) dimensions")
        rows = np.empty(activations.shape, dtype=np.float32)
        for start in range(0, len(rows), _BLOCK):
            block = rows[start : start + _BLOCK]
            np.subtract(activations[start : start + _BLOCK], self.mean, out=block)
            block /= self.scale
            lengths = np.sqrt(np.einsum("ij,ij->i", block, block, dtype=np.float64))
            if not np.isfinite(lengths).all():
                raise ValueError("activations that are not finite: expected numbers")
            block /= np.where(lengths > 0, lengths, 1.0).astype(np.float32)[:, None]
        return rows


class PreparedBackground(Normalisation):
    """A background made ready, to be kept in memory for as long as its words are worked on.

    Attributes:
        rows: (m, d) normalised activations.
    """

    def __init__(self, activations: Activations) -> None:
        """Measure each dimension, and normalise.

        Args:
            activations: (m, d) float32, as they come from the backbone.

        Raises:
            ValueError: no row, or NaN or infinity.
        """
        if activations.ndim != 2 or not activations.size or not np.isfinite(activations).all():
            raise ValueError(f"a background of shape {activations.shape}: expected (m, d), m > 0, and finite")
        super().__init__(*_statistics(activations))
        self.rows = self.normalized(activations)
        self._gram: NDArray[np.float32] | None = None
        self._decorrelation: Decorrelation | None = None
        self._lock = threading.Lock()

    @property
    def gram(self) -> NDArray[np.float32]:
        """(m, m) inner products of the rows; computed once, when first asked for, and kept."""
        with self._lock:
            if self._gram is None:
                self._gram = _gram(self.rows)
            return self._gram

    @property
    def decorrelation(self) -> Decorrelation:
        """Of inner products with the rows; made once, when first asked for, and kept."""
        gram = self.gram
        with self._lock:
            if self._decorrelation is None:
                with single_threaded():
                    self._decorrelation = Decorrelation(gram, self.rows.shape[1])
            return self._decorrelation


def _gram(rows: Activations) -> NDArray[np.float32]:
    gram = np.empty((len(rows),) * 2, dtype=np.float32)

    def fill(start: int) -> None:
        stop = start + _BLOCK
        gram[start:stop, :stop] = rows[start:stop] @ rows[:stop].T
        gram[:start, start:stop] = gram[start:stop, :start].T

    with single_threaded(), ThreadPoolExecutor(cores()) as threads:
        list(threads.map(fill, reversed(range(0, len(rows), _BLOCK))))
    return gram


def _statistics(activations: Activations) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    mean = activations.mean(axis=0, dtype=np.float64)
    squares = np.zeros_like(mean)
    for start in range(0, len(activations), _BLOCK):
        centred = activations[start : start + _BLOCK] - mean
        squares += np.einsum("ij,ij->j", centred, centred)
    deviation = np.sqrt(squares / len(activations))
    scale = deviation + np.median(deviation)
    return mean.astype(np.float32), np.where(scale > 0, scale, 1.0).astype(np.float32)
