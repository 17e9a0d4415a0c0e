"""Activations of samples → their inner products, as far as an SVM asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mofu.ranking.background import Activations, PreparedBackground
from mofu.ranking.blas import single_threaded

Indices = NDArray[np.intp]
Rows = NDArray[np.floating]

_AT_ONCE = 16
"""Rows of the background's Gram matrix that are gathered at once: they stay in the processor's cache."""
_MULTIPLIED = 512
"""Rows of the background that are multiplied at once, for the same reason."""


class Kernel(Protocol):
    """Inner products of N samples, each known by its index."""

    def __len__(self) -> int:
        """N, the number of samples."""

    def block(self, indices: Indices) -> Rows:
        """The inner products of k samples with each other, (k, k), a copy."""

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
            ValueError: numbers of dimensions that differ.
        """
        shapes = ", ".join(str(part.shape) for part in parts)
        if {part.ndim for part in parts} != {2} or len({part.shape[1] for part in parts}) != 1:
            raise ValueError(f"samples of shapes {shapes}: expected (n, d) each, with one d")
        self._parts = parts
        self._starts = np.cumsum([0, *(len(part) for part in parts)])
        self._place = np.full(len(self), -1, dtype=np.intp)
        self._count = 0
        self._members: Rows = np.empty((0, parts[0].shape[1]), dtype=parts[0].dtype)
        self._gram: Rows = np.empty((0, 0), dtype=parts[0].dtype)

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

    def block(self, indices: Indices) -> Rows:
        """The inner products of k samples with each other, (k, k)."""
        self._admit(indices[self._place[indices] < 0])
        places = self._place[indices]
        return self._gram[np.ix_(places, places)]

    def products(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Σ_j weights_j x_i·x_j of every sample i, (N,), to the precision of the samples."""
        support = np.flatnonzero(weights)
        w = weights[support].astype(self._members.dtype) @ self.rows(support)
        return np.concatenate([part @ w for part in self._parts]).astype(np.float64)

    def direction(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """W = Σ_j weights_j x_j, (d,), to double precision."""
        support = np.flatnonzero(weights)
        return np.asarray(weights[support] @ self.rows(support).astype(np.float64))

    def _admit(self, new: Indices) -> None:
        """Compute what new members have in common with each other and with all before them."""
        if not len(new):
            return
        known, count = self._count, self._count + len(new)
        if count > len(self._gram):
            self._make_room(2 * count)
        rows = self._members[known:count] = self.rows(new)
        gram = self._gram
        gram[known:count, :count] = rows @ self._members[:count].T
        gram[:known, known:count] = gram[known:count, :known].T
        self._place[new] = np.arange(known, count)
        self._count = count

    def _make_room(self, most: int) -> None:
        most = min(most, len(self))
        members = np.empty((most, self._members.shape[1]), dtype=self._members.dtype)
        gram = np.empty((most, most), dtype=self._gram.dtype)
        members[: self._count] = self._members[: self._count]
        gram[: self._count, : self._count] = self._gram[: self._count, : self._count]
        self._members, self._gram = members, gram


class GramKernel:
    """The inner products of samples that nearly all take part in some training: all of them computed at once.

    A training then costs what its solves cost, however many dimensions there are: for many classes of one set.
    """

    def __init__(self, rows: Rows) -> None:
        """Multiply the samples, (N, d), with each other; they are not kept."""
        self._gram = rows @ rows.T

    def __len__(self) -> int:
        """N, the number of samples."""
        return len(self._gram)

    def block(self, indices: Indices) -> Rows:
        """The inner products of k samples with each other, (k, k), a copy."""
        return np.asarray(self._gram[np.ix_(indices, indices)])

    def products(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Σ_j weights_j x_i·x_j of every sample i, (N,), to the precision of the samples."""
        support = np.flatnonzero(weights)
        return np.asarray(weights[support].astype(self._gram.dtype) @ self._gram[support], dtype=np.float64)


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
        with single_threaded():
            return np.asarray(self.images.astype(np.float64) @ self.direction(weights) + weights.sum())


class SharedKernel(WordKernel):
    """The same from the background's Gram matrix: for many words, or many trainings of one.

    That matrix is computed once for all of them; a word adds its products with the background, (n, m).
    """

    def __init__(self, images: Activations, background: PreparedBackground) -> None:
        super().__init__(images, background)
        self._own = images @ images.T
        self._cross = np.empty((len(images), len(background.rows)), dtype=np.float32)
        for start in range(0, len(background.rows), _MULTIPLIED):
            some = slice(start, start + _MULTIPLIED)
            np.matmul(images, background.rows[some].T, out=self._cross[:, some])

    def between(self, these: Indices, those: Indices) -> NDArray[np.float32]:
        """The inner products of k samples with l others, (k, l); of both, the word's own stand first."""
        n = len(self.images)
        i, j = np.count_nonzero(these < n), np.count_nonzero(those < n)
        mine, theirs = (these[:i], those[:j]), (these[i:] - n, those[j:] - n)
        block = np.empty((len(these), len(those)), dtype=np.float32)
        block[:i, :j] = self._own[np.ix_(*mine)]
        block[:i, j:] = self._cross[mine[0]].take(theirs[1], axis=1)
        block[i:, :j] = self._cross[mine[1]].take(theirs[0], axis=1).T
        for some, rows in self._gathered(theirs[0]):
            block[i:][some, j:] = rows.take(theirs[1], axis=1)
        return block

    def products_of_all(self, weights: NDArray[np.float32]) -> NDArray[np.float32]:
        """Σ_j weights_fj x_i·x_j of every sample i under each of F sets of weights, (F, N) → (F, N)."""
        n = len(self.images)
        support = np.flatnonzero(weights[:, n:].any(axis=0))
        mine, theirs = weights[:, :n], weights[:, n + support]
        of_background = mine @ self._cross
        for some, rows in self._gathered(support):
            of_background += theirs[:, some] @ rows
        return np.concatenate([mine @ self._own + theirs @ self._cross[:, support].T, of_background], axis=1)

    def nearness(self, these: Indices) -> NDArray[np.float32]:
        """How much each background image is like the mean of these of the word's images, decorrelated, (m,)."""
        return self.background.decorrelation.applied(self._cross[these].mean(axis=0))

    def _gathered(self, these: Indices) -> Iterator[tuple[slice, NDArray[np.float32]]]:
        """Rows of the background's Gram matrix, some at a time and in the same memory, and which of these they are."""
        gram = self.background.gram
        room = np.empty((_AT_ONCE, gram.shape[1]), dtype=np.float32)
        for start in range(0, len(these), _AT_ONCE):
            indices = these[start : start + _AT_ONCE]
            # "clip" writes where it is told to at once; the indices are in range
            yield slice(start, start + len(indices)), gram.take(indices, axis=0, out=room[: len(indices)], mode="clip")
