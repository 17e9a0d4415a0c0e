"""Activations of samples → their inner products, as far as an SVM asks for them."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mofu.ranking.background import Activations, PreparedBackground

Indices = NDArray[np.intp]
Rows = NDArray[np.floating]


class Kernel(Protocol):
    """Inner products of N samples, each known by its index."""

    def __len__(self) -> int:
        """N, the number of samples."""

    def block(self, indices: Indices) -> NDArray[np.float64]:
        """The inner products of k samples with each other, (k, k)."""

    def products(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Σ_j weights_j x_i·x_j of every sample i, (N,), to the precision of the samples."""


class RowsKernel:
    """The inner products of samples, each computed when it is first asked for and kept.

    An SVM needs those of the few hundred samples near its margin; another that starts from its solution finds nearly
    all of them here.
    """

    def __init__(self, *parts: Rows) -> None:
        """Take the samples, (n_1, d), (n_2, d) …, numbered through; their memory is shared, not copied.

        Raises:
            ValueError: numbers of dimensions that differ, NaN or infinity.
        """
        shapes = ", ".join(str(part.shape) for part in parts)
        if {part.ndim for part in parts} != {2} or len({part.shape[1] for part in parts}) != 1:
            raise ValueError(f"samples of shapes {shapes}: expected (n, d) each, with one d")
        if not all(np.isfinite(part).all() for part in parts):
            raise ValueError(f"samples of shapes {shapes}: expected finite numbers")
        self._parts = parts
        self._starts = np.cumsum([0, *(len(part) for part in parts)])
        self._place = np.full(len(self), -1, dtype=np.intp)
        self._members = np.empty((0, parts[0].shape[1]), dtype=parts[0].dtype)
        self._gram = np.empty((0, 0), dtype=parts[0].dtype)

    def __len__(self) -> int:
        """N, the number of samples."""
        return int(self._starts[-1])

    def rows(self, indices: Indices) -> Rows:
        """Samples, (k, d)."""
        rows = np.empty((len(indices), self._members.shape[1]), dtype=self._members.dtype)
        for part, start in zip(self._parts, self._starts, strict=False):
            inside = (indices >= start) & (indices < start + len(part))
            rows[inside] = part[indices[inside] - start]
        return rows

    def block(self, indices: Indices) -> NDArray[np.float64]:
        """The inner products of k samples with each other, (k, k)."""
        self._admit(indices[self._place[indices] < 0])
        places = self._place[indices]
        return self._gram[np.ix_(places, places)].astype(np.float64)

    def products(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Σ_j weights_j x_i·x_j of every sample i, (N,), to the precision of the samples."""
        w = self.direction(weights).astype(self._members.dtype)
        return np.concatenate([part @ w for part in self._parts]).astype(np.float64)

    def direction(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """W = Σ_j weights_j x_j, (d,)."""
        support = np.flatnonzero(weights)
        return np.asarray(weights[support] @ self.rows(support).astype(np.float64))

    def _admit(self, new: Indices) -> None:
        if not len(new):
            return
        known, rows = len(self._gram), self.rows(new)
        gram = np.empty((known + len(new),) * 2, dtype=self._gram.dtype)
        gram[:known, :known] = self._gram
        gram[known:, :known] = rows @ self._members.T
        gram[:known, known:] = gram[known:, :known].T
        gram[known:, known:] = rows @ rows.T
        self._place[new] = np.arange(known, len(gram))
        self._members, self._gram = np.concatenate([self._members, rows]), gram


class WordKernel(RowsKernel):
    """The inner products of a word's images, samples 0 … n − 1, and of a background, samples n … n + m − 1.

    Attributes:
        images: (n, d) activations of the word, as `PreparedBackground.normalized` gives them.
        background: what they are held against.
    """

    def __init__(self, images: Activations, background: PreparedBackground) -> None:
        super().__init__(images, background.rows)
        self.images, self.background = images, background

    def labels(self, positives: Indices) -> NDArray[np.int8]:
        """(N,) 1 for these images, 0 (not trained on) for the others, -1 for the background."""
        labels = np.zeros(len(self), dtype=np.int8)
        labels[len(self.images) :] = -1
        labels[positives] = 1
        return labels

    def scores(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """w·x + b of the word's images, (n,), to double precision: equal images differ in the last bits at most."""
        return np.asarray(self.images.astype(np.float64) @ self.direction(weights) + weights.sum())
