"""The interval of a mean of folds' average precisions: its ends, its centre, its seed."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from mofu.ranking.bootstrap import fold_interval


def scored(seed, positives=20, negatives=300, shift=1.5):
    rng = np.random.default_rng(seed)
    scores = np.concatenate([rng.normal(shift, 1, positives), rng.normal(0, 1, negatives)])
    labels = np.repeat([1, -1], [positives, negatives]).astype(np.int8)
    return labels, scores, np.arange(positives + negatives) % 2, np.arange(positives + negatives)


def test_it_is_that_of_drawing_every_image_again():
    labels, scores, folds, groups = scored(0)
    rng, means = np.random.default_rng(1), []
    classes = [np.flatnonzero((folds == fold) & (labels == y)) for fold in (0, 1) for y in (1, -1)]
    for _ in range(500):
        drawn = [rng.choice(each, len(each)) for each in classes]
        pairs = [np.concatenate(drawn[:2]), np.concatenate(drawn[2:])]
        means.append(np.mean([average_precision_score(labels[pair] > 0, scores[pair]) for pair in pairs]))
    interval = fold_interval(labels, scores, folds, groups, 4000, seed=0)
    # scikit-learn takes copies of an image as tied, which stand one behind the other here: a little apart
    assert (interval.low, interval.high) == pytest.approx(tuple(np.percentile(means, (2.5, 97.5))), abs=0.03)


def test_perfect_scores_leave_no_width():
    labels = np.array([1, 1, -1, -1], dtype=np.int8)
    interval = fold_interval(labels, np.array([4.0, 3, 2, 1]), np.zeros(4, dtype=int), np.arange(4), 50, seed=0)
    assert (interval.low, interval.high) == (1.0, 1.0)


def test_near_duplicates_are_one_draw_and_widen_it():
    labels, scores, folds, groups = scored(2)
    scores[:20] = np.repeat(scores[:20:4], 4)
    together = groups.copy()
    together[:20] = np.repeat(np.arange(5), 4)
    folds[:20] = 0
    folds[20:] = 0
    alone = fold_interval(labels, scores, folds, groups, 2000, seed=0)
    assert fold_interval(labels, scores, folds, together, 2000, seed=0).width > 1.3 * alone.width


def test_samples_of_no_fold_take_no_part():
    labels, scores, folds, groups = scored(3)
    with_more = [np.append(array, extra) for array, extra in ((labels, -1), (scores, 99.0), (folds, -1), (groups, 0))]
    plain = fold_interval(labels, scores, folds, groups, 200, seed=5)
    assert fold_interval(with_more[0].astype(np.int8), *with_more[1:], 200, seed=5) == plain
