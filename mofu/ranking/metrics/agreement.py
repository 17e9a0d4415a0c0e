"""From the labels that people gave to how far they agree beyond chance: Cohen's and Fleiss' κ."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mofu.ranking.metrics.confusion import confusion_matrix

Weights = Literal["equal", "linear", "quadratic"]
_POWERS: dict[Weights, int] = {"equal": 0, "linear": 1, "quadratic": 2}


def cohens_kappa(
    first: Sequence[str], second: Sequence[str], labels: Sequence[str] | None = None, weights: Weights = "equal"
) -> float:
    """Cohen's κ of two people who judged the same images: 1 − observed over expected disagreement (Cohen 1960, 1968).

    Args:
        first: (n,) labels of one person.
        second: (n,) labels of the other.
        labels: all labels in their order, which weighted disagreement needs ("reject", "unsure", "accept"); without
            them, all that occur, sorted.
        weights: how much a disagreement counts: all the same, or by the distance of the labels or its square.

    Returns:
        At most 1; 0 is chance. NaN where chance alone would make them agree: no image, or both gave one label only.

    Raises:
        ValueError: lengths that differ, unknown weights, a label twice, or one that `labels` lacks.
    """
    if weights not in _POWERS:
        raise ValueError(f"weights {weights!r}: expected {', '.join(_POWERS)}")
    counts = confusion_matrix(first, second, labels).counts
    places = np.arange(len(counts))
    distances = np.abs(places[:, None] - places)
    costs = np.where(distances > 0, distances ** _POWERS[weights], 0)
    # in whole numbers, so that agreement by chance is exactly 0 and not nearly
    expected = int((costs * np.outer(counts.sum(axis=1), counts.sum(axis=0))).sum())
    return 1.0 - int((costs * counts).sum()) * int(counts.sum()) / expected if expected else math.nan


def fleiss_kappa(counts: ArrayLike) -> float:
    """Fleiss' κ of several people who judged the same images (Fleiss 1971); they need not be the same people.

    Args:
        counts: (n, c) how many people gave image i the label j; each image judged by the same number of people.

    Returns:
        At most 1; 0 is chance. NaN where chance alone would make them agree (no image, or one label only), and where
        fewer than two people judged.

    Raises:
        ValueError: counts that are not (n, c) whole numbers ≥ 0, or rows that sum to different numbers of people.
    """
    table = np.asarray(counts)
    if table.size == 0:
        return math.nan
    if table.ndim != 2 or not np.issubdtype(table.dtype, np.integer) or (table < 0).any():
        raise ValueError(
            f"counts of shape {table.shape} and type {table.dtype}: expected (n, c) whole numbers of at least 0"
        )
    people = table.sum(axis=1)
    if (people != people[0]).any():
        raise ValueError(f"images judged by {people.min()} to {people.max()} people: expected the same number for each")
    return _fleiss(table.astype(np.int64), int(people[0]))


def _fleiss(table: NDArray[np.int64], people: int) -> float:
    images = len(table)
    expected = (images * people) ** 2 - int((table.sum(axis=0) ** 2).sum())
    if people < 2 or expected == 0:
        return math.nan
    agreeing = int((table * (table - 1)).sum())
    observed = 1 - agreeing / (images * people * (people - 1))
    return 1.0 - observed * (images * people) ** 2 / expected
