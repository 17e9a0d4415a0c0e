"""Scores of positives and negatives in folds → an interval for the mean of the folds' average precisions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mofu.ranking.metrics import Interval

_BOUNDS = (2.5, 97.5)
"""Percentiles: 95 %."""


def fold_interval(
    labels: NDArray[np.int8],
    scores: NDArray[np.float64],
    folds: NDArray[np.intp],
    groups: NDArray[np.intp],
    resamples: int,
    seed: int,
) -> Interval:
    """95 % percentile interval of the mean AP over folds, each fold's images drawn again with replacement.

    Near-duplicates are drawn together: a group is one draw. Where every positive leads every negative the interval has
    no width, as no draw can differ.

    Args:
        labels: (N,) 1 and -1.
        scores: (N,) higher is better.
        folds: (N,) from 0; negative ones take no part. Every fold has positives and negatives.
        groups: (N,) of the positives; those of negatives are not read.
        resamples: how many times all is drawn.
        seed: of the draws.
    """
    rng = np.random.default_rng([seed, 2])
    means = np.zeros(resamples)
    numbers = np.unique(folds[folds >= 0])
    for fold in numbers:
        inside = folds == fold
        positives = inside & (labels > 0)
        means += _resampled(scores[positives], groups[positives], scores[inside & (labels < 0)], resamples, rng)
    low, high = np.percentile(means / len(numbers), _BOUNDS)
    return Interval(float(low), float(high))


def _resampled(
    positives: NDArray[np.float64],
    groups: NDArray[np.intp],
    negatives: NDArray[np.float64],
    resamples: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """(resamples,) the AP of each draw.

    Of the negatives only matters how many stand before each positive, so that a multinomial over the gaps between
    positives draws them; a negative that ties with a positive counts as half before it.
    """
    order = np.argsort(-positives, kind="stable")
    _, of_group = np.unique(groups[order], return_inverse=True)
    ascending = np.sort(-negatives)
    sides = [np.searchsorted(ascending, -positives[order], side) for side in ("left", "right")]
    before = np.round((sides[0] + sides[1]) / 2.0).astype(np.intp)
    gaps = np.diff(np.concatenate([[0], before, [len(negatives)]]))
    drawn_before = rng.multinomial(len(negatives), gaps / len(negatives), size=resamples).cumsum(axis=1)[:, :-1]
    times = _copies(int(of_group.max()) + 1, resamples, rng)[:, of_group]
    # copies of one positive stand one behind the other: the middle one has the precision of their mean
    hits = times.cumsum(axis=1) - (times - 1) / 2.0
    precision = np.divide(hits, hits + drawn_before, out=np.zeros(hits.shape), where=times > 0)
    return np.asarray((times * precision).sum(axis=1) / times.sum(axis=1))


def _copies(groups: int, resamples: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """(resamples, groups) how often each is among so many draws; counting them is faster than NumPy's multinomial."""
    drawn = rng.integers(0, groups, (resamples, groups)) + groups * np.arange(resamples)[:, None]
    return np.bincount(drawn.ravel(), minlength=resamples * groups).reshape(resamples, groups)
