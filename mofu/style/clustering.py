"""Descriptors of a word's pictures → its styles: groups that look alike, and the pictures that stand for them.

k-means on principal components, with as many groups as have the best silhouette (Rousseeuw 1987), where that is better
than what the same number of groups has in data without any: normally distributed, with the same covariance (the
reference of Tibshirani, Walther & Hastie's gap statistic, 2001, in its principal axes). Otherwise, all are one style.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mofu.features.outliers import outliers
from mofu.features.reduction import principal
from mofu.style.statistics import Array

LEAST = 5
"""Pictures a group: of fewer, chance makes groups."""

FEWEST, MOST = 2, 10
"""Groups that are tried."""

DIMENSIONS = 256
MEDOIDS = 10

_STARTS = 16
_REFERENCES = 8
_DEVIATIONS = 3.0

_Rows = NDArray[np.float64]
_Labels = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """Groups, numbered from 0 by size, the largest first; of equal ones, the one whose first row comes first.

    Attributes:
        labels: (n,) the group of each row, -1 for rows that belong to none.
        medoids: of each group its rows nearest to its mean, the nearest first, at most `MEDOIDS`.
        silhouettes: number of groups → mean silhouette, -1 … 1, of the numbers that were tried.
    """

    labels: _Labels
    medoids: tuple[_Labels, ...]
    silhouettes: Mapping[int, float] = field(default_factory=dict)


def cluster(descriptors: Array, seed: int = 0, *, most: int = MOST) -> Clusters:
    """Group pictures; one group where there are too few, or where no number of groups is better than chance.

    Args:
        descriptors: (n, d), near-duplicates left out.
        seed: of the starts and of the reference.
        most: groups at most.

    Raises:
        InvalidInputError: descriptors that are not finite.
    """
    inside = np.flatnonzero(~outliers(descriptors).apart)
    labels = np.full(len(descriptors), -1, np.intp)
    if not len(inside):
        return Clusters(labels, ())
    rows = principal(descriptors[inside], min(DIMENSIONS, len(inside)))
    found, silhouettes = _chosen(rows, seed, most)
    labels[inside] = _numbered(found)
    medoids = tuple(
        inside[_middlemost(rows, np.flatnonzero(labels[inside] == each))] for each in range(labels.max() + 1)
    )
    return Clusters(labels, medoids, silhouettes)


def _chosen(rows: _Rows, seed: int, most: int) -> tuple[_Labels, dict[int, float]]:
    from sklearn.metrics import silhouette_score

    reference = _Reference(rows, seed)
    best, chosen = -1.0, np.zeros(len(rows), np.intp)
    silhouettes = {}
    for count in range(FEWEST, min(most, len(rows) // LEAST) + 1):
        labels = _grouped(rows, count, seed, _STARTS)
        silhouettes[count] = float(silhouette_score(rows, labels))
        if silhouettes[count] > max(best, reference(count)):
            best, chosen = silhouettes[count], labels
    return _dropped(chosen), silhouettes


class _Reference:
    """What groups of data without any have, by their number."""

    def __init__(self, rows: _Rows, seed: int) -> None:
        self._draws = np.random.default_rng(seed).standard_normal((_REFERENCES, *rows.shape)) * rows.std(axis=0)

    def __call__(self, count: int) -> float:
        """The silhouette that a grouping has to exceed."""
        from sklearn.metrics import silhouette_score

        found = [float(silhouette_score(rows, _grouped(rows, count, 0, 4))) for rows in self._draws]
        return float(np.mean(found) + _DEVIATIONS * np.std(found))


def _grouped(rows: _Rows, count: int, seed: int, starts: int) -> _Labels:
    from sklearn.cluster import KMeans

    return np.asarray(KMeans(count, n_init=starts, random_state=seed).fit_predict(rows), np.intp)


def _dropped(labels: _Labels) -> _Labels:
    """Groups of fewer than `LEAST` belong to none; where nothing else is left, all are one."""
    sizes = np.bincount(labels)
    small = sizes[labels] < LEAST
    return np.zeros_like(labels) if small.all() else np.where(small, -1, labels)


def _numbered(labels: _Labels) -> _Labels:
    names, first, sizes = np.unique(labels[labels >= 0], return_index=True, return_counts=True)
    order = {int(names[row]): number for number, row in enumerate(np.lexsort((first, -sizes)))}
    return np.array([order.get(int(label), -1) for label in labels], np.intp)


def _middlemost(rows: _Rows, members: _Labels) -> _Labels:
    offsets = rows[members] - rows[members].mean(axis=0)
    return members[np.argsort(np.einsum("nd,nd->n", offsets, offsets), kind="stable")[:MEDOIDS]]
