"""Descriptors of a word's pictures → its styles: groups that look alike.

k-means on principal components, with as many groups as have the best silhouette (Rousseeuw 1987), of those numbers that
are clearly better than in data without any: normally distributed, with the same covariance (as the gap statistic of
Tibshirani, Walther & Hastie, 2001, has its reference). Where there are none, all are one style.
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

DIMENSIONS = 50
"""Of the principal components: what lies beyond the fiftieth of a hundred pictures is each picture's own."""

MARGIN = 0.125
"""Of a silhouette over that of data without groups; chosen on thirty mixtures of two to five drawn families."""

_STARTS = 96
_REFERENCES = 6
_STARTS_OF_REFERENCES = 2
_SAME = 1e-6
"""A share of the inertia below which two are the same."""

_Rows = NDArray[np.float64]
_Labels = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """Groups, numbered from 0 by size, the largest first; of equal ones, the one whose first row comes first.

    Attributes:
        labels: (n,) the group of each row, -1 for rows that belong to none.
        silhouettes: number of groups → mean silhouette, -1 … 1, of the numbers that were tried.
    """

    labels: _Labels
    silhouettes: Mapping[int, float] = field(default_factory=dict)

    @property
    def groups(self) -> tuple[_Labels, ...]:
        """The rows of each group."""
        return tuple(np.flatnonzero(self.labels == each) for each in range(self.labels.max(initial=-1) + 1))


def cluster(descriptors: Array, seed: int = 0, *, most: int = MOST) -> Clusters:
    """Group pictures; one group where there are too few, or where no number of groups is better than chance.

    Args:
        descriptors: (n, d), near-duplicates left out.
        seed: of the starts.
        most: groups at most.

    Raises:
        InvalidInputError: descriptors that are not finite.
    """
    inside = _inside(descriptors)
    labels = np.full(len(descriptors), -1, np.intp)
    if not len(inside):
        return Clusters(labels)
    rows = principal(descriptors[inside], DIMENSIONS)
    found, silhouettes = _chosen(rows, seed, most)
    labels[inside] = _numbered(found)
    return Clusters(labels, silhouettes)


def _inside(descriptors: Array) -> _Labels:
    """The rows that have others like them: as many as make a group, so that a small group is no set of outliers."""
    apart = outliers(descriptors, LEAST - 1).apart
    return np.flatnonzero(~apart | (len(descriptors) < 2 * LEAST))


def _chosen(rows: _Rows, seed: int, most: int) -> tuple[_Labels, dict[int, float]]:
    from sklearn.metrics import silhouette_score

    distinct = len(np.unique(rows.round(4), axis=0))
    counts = range(FEWEST, min(most, distinct - 1, len(rows) // LEAST) + 1)
    groupings = {count: _grouped(rows, count, seed) for count in counts}
    silhouettes = {count: float(silhouette_score(rows, labels)) for count, labels in groupings.items()}
    reference = _Reference(rows)
    clear = [count for count in counts if silhouettes[count] > MARGIN + reference.silhouette(count)]
    if not clear:
        return np.zeros(len(rows), np.intp), silhouettes
    return _dropped(groupings[max(clear, key=lambda count: silhouettes[count])]), silhouettes


class _Reference:
    """Data without groups: the same whatever the seed, so that chance decides nothing twice."""

    def __init__(self, rows: _Rows) -> None:
        # principal components have a diagonal covariance
        self._draws = np.random.default_rng(0).standard_normal((_REFERENCES, *rows.shape)) * rows.std(axis=0)

    def silhouette(self, count: int) -> float:
        """The mean silhouette of so many groups."""
        from sklearn.cluster import KMeans
        from sklearn.metrics import silhouette_score

        means = KMeans(count, n_init=_STARTS_OF_REFERENCES, random_state=0)
        return float(np.mean([silhouette_score(rows, means.fit_predict(rows)) for rows in self._draws]))


def _grouped(rows: _Rows, count: int, seed: int) -> _Labels:
    """The tightest of many k-means; one begins where Ward's clusters are (1963), which no seed changes."""
    from sklearn.cluster import AgglomerativeClustering, KMeans

    joined = AgglomerativeClustering(count).fit_predict(rows)
    centres = np.stack([rows[joined == each].mean(axis=0) for each in range(count)])
    settled = KMeans(count, init=centres, n_init=1).fit(rows)
    found = KMeans(count, n_init=_STARTS, random_state=seed).fit(rows)
    return np.asarray((found if found.inertia_ < (1 - _SAME) * settled.inertia_ else settled).labels_, np.intp)


def _dropped(labels: _Labels) -> _Labels:
    """Groups of fewer than `LEAST` belong to none; where nothing else is left, all are one."""
    sizes = np.bincount(labels)
    small = sizes[labels] < LEAST
    return np.zeros_like(labels) if small.all() else np.where(small, -1, labels)


def _numbered(labels: _Labels) -> _Labels:
    names, first, sizes = np.unique(labels[labels >= 0], return_index=True, return_counts=True)
    order = {int(names[row]): number for number, row in enumerate(np.lexsort((first, -sizes)))}
    return np.array([order.get(int(label), -1) for label in labels], np.intp)
