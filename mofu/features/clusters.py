"""The activations of one word → groups of images that look alike, each with the image that stands in its middle.

k-means (Lloyd 1982; k-means++ starts, Arthur & Vassilvitskii 2007) on principal components, with the number of groups
that has the best mean silhouette (Rousseeuw 1987); where none is worth the name, all images are one group.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mofu.features.backbone import Vectors
from mofu.features.reduction import principal

MOST = 10
"""Groups at most: as many as a person takes in."""

LEAST = 5
"""Images a group on average: of fewer, chance makes groups."""

WORTH = 0.05
"""A mean silhouette below this is no grouping."""

_STARTS = 4
_SAMPLE = 2000
"""Rows of which the silhouette is taken: its cost grows with the square."""


@dataclass(frozen=True, slots=True)
class Clusters:
    """Groups, numbered from 0 by size, the largest first; of equal ones, the one whose first row comes first.

    Attributes:
        labels: (n,) the group of each row.
        medoids: (k,) the row nearest to the mean of each group: it stands for it.
        silhouette: -1 … 1, how well the groups are apart; 0 for one group.
    """

    labels: NDArray[np.intp]
    medoids: NDArray[np.intp]
    silhouette: float


def clusters(vectors: Vectors, seed: int = 0, most: int = MOST) -> Clusters:
    """Group the images of a word; one group where there are fewer than ten or all are the same, none of none.

    Args:
        vectors: (n, d) activations.
        seed: of the starts.
        most: groups at most.

    Raises:
        InvalidInputError: activations that are not finite.
    """
    reduced = principal(vectors)
    distinct = len(np.unique(reduced.round(4), axis=0))
    best, best_labels = WORTH, np.zeros(len(reduced), dtype=np.intp)
    for count in range(2, min(most, distinct, len(reduced) // LEAST) + 1):
        labels, silhouette = _grouped(reduced, count, seed)
        if silhouette > best:
            best, best_labels = silhouette, labels
    return _described(reduced, best_labels, best if best_labels.any() else 0.0)


def _grouped(reduced: NDArray[np.float64], count: int, seed: int) -> tuple[NDArray[np.intp], float]:
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score

    labels = KMeans(count, n_init=_STARTS, random_state=seed).fit_predict(reduced).astype(np.intp)
    some = np.random.default_rng(seed).permutation(len(reduced))[:_SAMPLE]
    if len(np.unique(labels[some])) < 2:
        return labels, 0.0
    return labels, float(silhouette_score(reduced[some], labels[some]))


def _described(reduced: NDArray[np.float64], labels: NDArray[np.intp], silhouette: float) -> Clusters:
    names, first, sizes = np.unique(labels, return_index=True, return_counts=True)
    order = np.lexsort((first, -sizes))
    numbers = np.empty(len(names), dtype=np.intp)
    numbers[order] = np.arange(len(names))
    numbered = numbers[np.searchsorted(names, labels)]
    medoids = [_medoid(reduced, np.flatnonzero(numbered == number)) for number in range(len(names))]
    return Clusters(numbered, np.array(medoids, dtype=np.intp), silhouette)


def _medoid(reduced: NDArray[np.float64], members: NDArray[np.intp]) -> int:
    offsets = reduced[members] - reduced[members].mean(axis=0)
    return int(members[np.einsum("nd,nd->n", offsets, offsets).argmin()])
