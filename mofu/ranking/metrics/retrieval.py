"""From an order and what is relevant to how good the order is: average precision, precision and recall at k, NDCG.

Images with equal scores stand in random order: each value is its expectation over these orders (McSherry and Najork
2008, "Computing information retrieval performance measures efficiently in the presence of tied scores"), so that it
depends neither on how the images were listed nor on luck. Where ties are decided otherwise, by the search's order say,
list the images in the decided order and give no scores.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Reals = NDArray[np.float64]


def average_precision(relevant: ArrayLike, scores: ArrayLike | None = None) -> float:
    """AP = Σ_k P@k · rel_k / n_pos, in [0, 1]; expected over the orders of ties.

    Without ties it is scikit-learn's `average_precision_score`. With ties that one differs, as it takes a tied group
    whole: all scores equal give it the share of positives, while a random order has a little more.

    Args:
        relevant: (n,) bool, or 0 and 1.
        scores: (n,) higher is better; without them the images are listed best first.

    Returns:
        NaN where nothing is relevant, n = 0 included.

    Raises:
        ValueError: relevance other than 0 and 1, NaN among the scores, or lengths that differ.
    """
    ranked = _rank(_binary(relevant), scores)
    positives = ranked.sums.sum()
    if positives == 0:
        return math.nan
    # Given a relevant image at a place, each other place of its group is relevant with (r − 1) / (g − 1).
    size, sums = ranked.size, ranked.total
    others = (sums - 1) / np.maximum(size - 1, 1)
    hits_so_far = ranked.before + 1 + ranked.inside * others
    precision = hits_so_far / np.arange(1, len(size) + 1)
    return float((sums / size * precision).sum() / positives)


def precision_at_k(relevant: ArrayLike, k: int, scores: ArrayLike | None = None) -> float:
    """The relevant share of the first k, in [0, 1]; expected over the orders of ties.

    Args:
        relevant: (n,) bool, or 0 and 1.
        k: at least 1.
        scores: (n,) higher is better; without them the images are listed best first.

    Returns:
        NaN where k > n: there are no first k.

    Raises:
        ValueError: k < 1, or as `average_precision`.
    """
    ranked = _rank(_binary(relevant), scores)
    return float(ranked.expected[: _at_least_one(k)].sum() / k) if k <= len(ranked.size) else math.nan


def recall_at_k(relevant: ArrayLike, k: int, scores: ArrayLike | None = None) -> float:
    """The share of all relevant images that stand among the first k, in [0, 1]; expected over the orders of ties.

    Arguments and errors are those of `precision_at_k`.

    Returns:
        NaN where nothing is relevant; 1 where k ≥ n and something is.
    """
    ranked = _rank(_binary(relevant), scores)
    found, positives = ranked.expected[: _at_least_one(k)].sum(), ranked.sums.sum()
    return float(found / positives) if positives else math.nan


def ndcg(gains: ArrayLike, k: int | None = None, scores: ArrayLike | None = None) -> float:
    """Normalised discounted cumulative gain of the first k, in [0, 1]; expected over the orders of ties.

    DCG = Σ gain_i / log₂(i + 1), i from 1, over that of the best order (Järvelin and Kekäläinen 2002, linear gains).

    Args:
        gains: (n,) finite and ≥ 0: 0 and 1, or grades.
        k: at least 1; None or more than n takes all.
        scores: (n,) higher is better; without them the images are listed best first.

    Returns:
        NaN where no gain is above 0, n = 0 included.

    Raises:
        ValueError: a gain below 0 or not finite, k < 1, NaN among the scores, or lengths that differ.
    """
    values = _vector(gains, "gains")
    if not (np.isfinite(values).all() and (values >= 0).all()):
        raise ValueError("gains below 0 or not finite: expected finite gains of at least 0")
    first = len(values) if k is None else _at_least_one(k)
    largest = values.max(initial=0.0)
    values = values / largest if largest else values  # sums of the largest numbers there are would overflow
    discounts = 1 / np.log2(np.arange(2, len(values) + 2))
    ideal = (np.sort(values)[::-1] * discounts)[:first].sum()
    return min(1.0, float((_rank(values, scores).expected * discounts)[:first].sum() / ideal)) if ideal else math.nan


@dataclass(frozen=True, slots=True)
class _Ranked:
    """An order by its places, best first; images with equal scores are a group.

    Attributes:
        size: (n,) images in the group of each place.
        total: (n,) what the group of each place sums to.
        before: (n,) what all better groups sum to.
        inside: (n,) the place within its group, from 0.
        sums: (g,) what each group sums to.
    """

    size: NDArray[np.intp]
    total: Reals
    before: Reals
    inside: NDArray[np.intp]
    sums: Reals

    @property
    def expected(self) -> Reals:
        """(n,) the expected value at each place."""
        return self.total / self.size


def _rank(values: Reals, scores: ArrayLike | None) -> _Ranked:
    sizes, sums = _groups(values, scores)
    starts = np.cumsum(sizes) - sizes
    return _Ranked(
        size=np.repeat(sizes, sizes),
        total=np.repeat(sums, sizes),
        before=np.repeat(np.cumsum(sums) - sums, sizes),
        inside=np.arange(len(values)) - np.repeat(starts, sizes),
        sums=sums,
    )


def _groups(values: Reals, scores: ArrayLike | None) -> tuple[NDArray[np.intp], Reals]:
    """(g,) how many images have each score, best first, and (g,) what their values sum to."""
    if scores is None:
        return np.ones(len(values), dtype=np.intp), values
    given = _vector(scores, "scores")
    if len(given) != len(values):
        raise ValueError(f"{len(given)} scores for {len(values)} images: expected one each")
    if np.isnan(given).any():
        raise ValueError("NaN among the scores: expected numbers; leave out what has no score")
    _, group, sizes = np.unique(-given, return_inverse=True, return_counts=True)
    sums = np.zeros(len(sizes))
    np.add.at(sums, group, values)
    return sizes, sums


def _binary(relevant: ArrayLike) -> Reals:
    values = _vector(relevant, "relevance")
    if not np.isin(values, (0.0, 1.0)).all():
        raise ValueError("relevance other than 0 and 1: expected booleans; graded gains are for ndcg")
    return values


def _vector(values: ArrayLike, name: str) -> Reals:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise ValueError(f"{name} of shape {array.shape}: expected one dimension")
    return array


def _at_least_one(k: int) -> int:
    if k < 1:
        raise ValueError(f"k = {k}: expected at least 1")
    return k
