"""From true and predicted labels to a confusion matrix with its margins: row recall, column precision, accuracy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Confusion:
    """How often each true label (row) was taken for each predicted one (column).

    Attributes:
        labels: the c labels, of rows and of columns.
        counts: (c, c) int64.

    Raises:
        ValueError: counts that are no whole numbers ≥ 0, not square, or not one row a label, or a label twice.
    """

    labels: tuple[str, ...]
    counts: NDArray[np.int64]

    def __post_init__(self) -> None:
        size = len(self.labels)
        if self.counts.shape != (size, size) or len(set(self.labels)) != size:
            raise ValueError(f"{size} labels for counts of shape {self.counts.shape}: expected a row and a column each")
        if not np.issubdtype(self.counts.dtype, np.integer) or (self.counts < 0).any():
            raise ValueError("counts below 0 or not whole: expected how often each pair of labels occurred")

    @classmethod
    def from_cells(cls, labels: Sequence[str], cells: ArrayLike) -> Confusion:
        """A published table: its labels and the (c, c) whole numbers of its cells, row by row."""
        counts = np.asarray(cells)
        return cls(tuple(labels), counts.astype(np.int64) if np.issubdtype(counts.dtype, np.integer) else counts)

    @property
    def accuracy(self) -> float:
        """The share of the diagonal in all; NaN where nothing was counted."""
        total = int(self.counts.sum())
        return int(np.trace(self.counts)) / total if total else math.nan

    @property
    def recall(self) -> NDArray[np.float64]:
        """(c,) of each row, the share that was predicted right; NaN for a label that nothing truly has."""
        return _share(self.counts.diagonal(), self.counts.sum(axis=1))

    @property
    def precision(self) -> NDArray[np.float64]:
        """(c,) of each column, the share that is truly so; NaN for a label that was never predicted."""
        return _share(self.counts.diagonal(), self.counts.sum(axis=0))

    @property
    def row_shares(self) -> NDArray[np.float64]:
        """(c, c) each row over its sum; NaN in the row of a label that nothing truly has."""
        return _share(self.counts, self.counts.sum(axis=1, keepdims=True))


def confusion_matrix(truth: Sequence[str], predicted: Sequence[str], labels: Sequence[str] | None = None) -> Confusion:
    """Count pairs of labels.

    Args:
        truth: (n,) the true labels.
        predicted: (n,) what was said instead.
        labels: the rows and columns in order; without them, all that occur, sorted.

    Raises:
        ValueError: lengths that differ, a label twice, or one that `labels` lacks.
    """
    if len(truth) != len(predicted):
        raise ValueError(f"{len(truth)} true and {len(predicted)} predicted labels: expected one each")
    known = tuple(sorted({*truth, *predicted}) if labels is None else labels)
    places = {label: place for place, label in enumerate(known)}
    if unknown := {*truth, *predicted} - places.keys():
        raise ValueError(f"label {min(unknown)!r} is not among {', '.join(known) or 'none'}: add it, or leave it out")
    counts = np.zeros((len(known), len(known)), dtype=np.int64)
    np.add.at(counts, ([places[label] for label in truth], [places[label] for label in predicted]), 1)
    return Confusion(known, counts)


def _share(part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    known = np.broadcast_to(whole > 0, part.shape)
    shares = np.full(part.shape, np.nan)
    np.divide(part, whole, out=shares, where=known)
    return shares
