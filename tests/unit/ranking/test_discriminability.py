"""How well classes are told apart: folds that keep copies together, and scikit-learn's SVMs as the oracle."""

from __future__ import annotations

from string import ascii_lowercase

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.svm import LinearSVC

from mofu.ranking.background import PreparedBackground
from mofu.ranking.discriminability import (
    Confusable,
    Samples,
    accuracy_interval,
    chance,
    confusables,
    cross_validated,
    folds_of,
)
from mofu.ranking.metrics import Confusion

CAKE = Confusion.from_cells(
    ("ゴロゴロ", "パサパサ", "サクサク", "ふわふわ", "なめらか", "濃厚", "淡い"),
    [
        [31, 3, 10, 2, 3, 1, 0],
        [3, 26, 3, 7, 5, 6, 0],
        [8, 4, 24, 8, 2, 3, 1],
        [1, 2, 2, 42, 3, 0, 0],
        [3, 2, 3, 3, 37, 2, 0],
        [1, 0, 2, 1, 0, 46, 0],
        [0, 0, 0, 0, 3, 0, 47],
    ],
)


def _samples(sizes: list[int], groups: np.ndarray | None = None) -> Samples:
    labels = np.repeat(np.arange(len(sizes)), sizes)
    return Samples(tuple(ascii_lowercase[: len(sizes)]), labels, np.arange(len(labels)) if groups is None else groups)


def _clouds(sizes: list[int], spread: float, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(len(sizes), 12))
    labels = np.repeat(np.arange(len(sizes)), sizes)
    return (centres[labels] + spread * rng.normal(size=(len(labels), 12))).astype(np.float32)


@settings(max_examples=30, deadline=None)
@given(
    sizes=st.lists(st.integers(10, 25), min_size=2, max_size=4),
    copies=st.lists(st.integers(0, 99), max_size=8),
    seed=st.integers(0, 1000),
)
def test_copies_stay_in_one_fold_and_every_class_is_in_every_training_set(
    sizes: list[int], copies: list[int], seed: int
) -> None:
    groups = np.arange(sum(sizes))
    for number in copies:
        groups[number % len(groups)] = groups[(number * 7) % len(groups)]
    samples = _samples(sizes, groups)
    if min(len(np.unique(groups[samples.labels == k])) for k in range(len(sizes))) < 5:
        return
    fold_of = folds_of(samples, 5, seed)
    assert set(fold_of.tolist()) == {0, 1, 2, 3, 4}
    for group in np.unique(groups):
        assert len(set(fold_of[groups == group].tolist())) == 1
    for fold in range(5):
        assert set(samples.labels[fold_of != fold].tolist()) == set(range(len(sizes)))


def test_without_copies_each_fold_has_its_share_of_every_class() -> None:
    samples = _samples([20, 15])
    fold_of = folds_of(samples, 5, seed=3)
    assert [np.bincount(fold_of[samples.labels == k]).tolist() for k in (0, 1)] == [[4] * 5, [3] * 5]


def test_the_seed_draws_the_folds() -> None:
    samples = _samples([20, 20])
    assert np.array_equal(folds_of(samples, 5, 1), folds_of(samples, 5, 1))
    assert not np.array_equal(folds_of(samples, 5, 1), folds_of(samples, 5, 2))


def test_one_class_and_a_class_with_too_few_different_images_are_told() -> None:
    with pytest.raises(ValueError, match="1 class: expected at least two"):
        folds_of(_samples([20]))
    groups = np.array([*range(10), 10, 10, 10, 10, 11, 11, 11, 12, 12, 13])
    with pytest.raises(ValueError, match="class 'b' has 4 different images: expected at least 5"):
        folds_of(_samples([10, 10], groups))


def test_classes_far_apart_are_all_told_apart() -> None:
    samples = _samples([12, 15, 10])
    found = cross_validated(_clouds([12, 15, 10], spread=0.05), samples, folds_of(samples))
    assert found.counts.tolist() == [[12, 0, 0], [0, 15, 0], [0, 0, 10]]


def test_every_image_is_judged_once() -> None:
    samples = _samples([12, 15, 10])
    found = cross_validated(_clouds([12, 15, 10], spread=3.0), samples, folds_of(samples))
    assert found.counts.sum(axis=1).tolist() == [12, 15, 10]


def _oracle(rows: np.ndarray, samples: Samples, fold_of: np.ndarray) -> tuple[np.ndarray, float]:
    """Counts by scikit-learn's balanced LinearSVCs, and by how much the closest image's best class leads."""
    classes = range(len(samples.names))
    counts, leads = np.zeros((len(classes),) * 2, dtype=np.int64), []
    for fold in range(5):
        trained = fold_of != fold
        unit = PreparedBackground(rows[trained]).normalized(rows).astype(np.float64)
        scores = []
        for k in classes:
            oracle = LinearSVC(C=1.0, class_weight="balanced", tol=1e-8, max_iter=100_000)
            oracle.fit(unit[trained], samples.labels[trained] == k)
            scores.append(oracle.decision_function(unit[~trained]))
        best = np.sort(np.array(scores), axis=0)
        leads += (best[-1] - best[-2]).tolist()
        np.add.at(counts, (samples.labels[~trained], np.argmax(scores, axis=0)), 1)
    return counts, min(leads)


def test_the_prediction_is_that_of_balanced_linear_svcs_one_against_the_others() -> None:
    samples, rows = _samples([30, 20, 25]), _clouds([30, 20, 25], spread=1.5, seed=1)
    fold_of = folds_of(samples)
    counts, lead = _oracle(rows, samples, fold_of)
    found = cross_validated(rows, samples, fold_of)
    assert lead > 1e-3  # no image is so close that rounding decides
    assert 0.4 < found.accuracy < 0.95
    assert found.counts.tolist() == counts.tolist()


def test_twenty_classes_of_fifty_images_are_told_apart_as_linear_svcs_tell_them() -> None:
    sizes = [50] * 20
    samples, rows = _samples(sizes), _clouds(sizes, spread=1.0, seed=2)
    fold_of = folds_of(samples)
    counts, lead = _oracle(rows, samples, fold_of)
    found = cross_validated(rows, samples, fold_of)
    assert lead > 1e-4
    assert 0.4 < found.accuracy < 0.95
    assert found.counts.tolist() == counts.tolist()


def test_copies_in_other_folds_would_flatter() -> None:
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(40, 64)).astype(np.float32)
    rows, groups = np.repeat(noise, 2, axis=0), np.repeat(np.arange(40), 2)
    kept_together, torn = _samples([40, 40], groups), _samples([40, 40])
    honest = cross_validated(rows, kept_together, folds_of(kept_together))
    flattered = cross_validated(rows, torn, folds_of(torn))
    assert honest.accuracy < 0.7 < flattered.accuracy


def test_lengths_that_differ_are_told() -> None:
    samples = _samples([10, 10])
    with pytest.raises(ValueError, match="19 activations for 20 labels"):
        cross_validated(np.zeros((19, 3), np.float32), samples, folds_of(samples))


def test_the_published_table_of_cakes_has_its_accuracy_and_interval() -> None:
    assert CAKE.accuracy == pytest.approx(0.723, abs=5e-4)
    interval = accuracy_interval(CAKE)
    assert (interval.low, interval.high) == pytest.approx((0.674, 0.767), abs=5e-4)
    assert chance(CAKE) == pytest.approx(1 / 7)


def test_the_most_confused_pair_comes_first() -> None:
    pairs = confusables(CAKE)
    assert len(pairs) == 21
    assert pairs[0] == Confusable("ゴロゴロ", "サクサク", 0.2, 0.16)
    assert pairs[0].share == pytest.approx(0.18)
    assert pairs[-1].share == 0.0
