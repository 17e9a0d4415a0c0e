"""The dual SVM: the same optimum as liblinear's, hand-worked where it can be."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.svm import LinearSVC

from mofu.ranking.background import PreparedBackground
from mofu.ranking.kernels import GramKernel, RowsKernel, WordKernel
from mofu.ranking.svm import balanced_costs, fit_linear_svm


def problem(seed, positives, negatives, dimension):
    rng = np.random.default_rng(seed)
    rows = np.concatenate([rng.normal(0.3, 1, (positives, dimension)), rng.normal(0, 1, (negatives, dimension))])
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows, np.repeat([1, -1], [positives, negatives])


def liblinear(rows, labels, c, weights=None):
    """Decision values and the objective of LinearSVC, whose penalised bias is ours."""
    oracle = LinearSVC(C=c, class_weight="balanced", dual=True, tol=1e-9, max_iter=1_000_000)
    decided = oracle.fit(rows, labels, weights).decision_function(rows)
    slack = np.maximum(0, 1 - labels * decided)
    squares = np.sum(oracle.coef_**2) + oracle.intercept_[0] ** 2
    return decided, 0.5 * squares + np.sum(balanced_costs(labels, c, weights) * slack**2)


def test_two_points_worked_by_hand():
    # x = ±1, y = ±1, balanced costs 1, C = 1: by symmetry b = 0 and w minimises ½w² + 2(1 − w)², so w = 4/5.
    labels = np.array([1, -1])
    svm = fit_linear_svm(RowsKernel(np.array([[1.0], [-1.0]])), labels, balanced_costs(labels))
    assert svm.scores == pytest.approx([0.8, -0.8])
    assert svm.weights == pytest.approx([0.4, -0.4])
    assert svm.objective == pytest.approx(0.5 * 0.64 + 2 * 0.04)


def test_balanced_costs_worked_by_hand():
    # weights 2 + 1 against 1 + 1 + 1, in all 6: positives cost 6 / (2 · 3) each unit, negatives 6 / (2 · 3)
    assert balanced_costs([1, 1, -1, -1, -1, 0], 1.0, [2, 1, 1, 1, 1, 9]) == pytest.approx([2, 1, 1, 1, 1, 0])
    # 1 positive against 3 negatives: 4 / 2 and 4 / 6, times C
    assert balanced_costs([1, -1, -1, -1], 3.0) == pytest.approx([6, 2, 2, 2])


@given(
    seed=st.integers(0, 2**32 - 1),
    positives=st.integers(1, 12),
    negatives=st.integers(1, 60),
    dimension=st.integers(2, 40),
    c=st.sampled_from([0.1, 1.0, 10.0]),
    weighted=st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_scores_and_objective_are_those_of_liblinear(seed, positives, negatives, dimension, c, weighted):
    rows, labels = problem(seed, positives, negatives, dimension)
    weights = np.random.default_rng(seed).uniform(0.2, 5, labels.size) if weighted else None
    svm = fit_linear_svm(RowsKernel(rows), labels, balanced_costs(labels, c, weights))
    decided, objective = liblinear(rows, labels, c, weights)
    assert svm.scores == pytest.approx(decided, abs=1e-3)
    assert svm.objective <= objective * (1 + 1e-6) + 1e-9


def test_a_kernel_of_all_inner_products_gives_the_same_svm():
    rows, labels = problem(0, 30, 200, 60)
    costs = balanced_costs(labels)
    by_rows, by_gram = (fit_linear_svm(kernel, labels, costs) for kernel in (RowsKernel(rows), GramKernel(rows)))
    assert by_gram.weights == pytest.approx(by_rows.weights, abs=1e-9)
    assert by_gram.scores == pytest.approx(by_rows.scores, abs=1e-9)


def test_a_working_set_that_has_to_grow_ends_at_liblinear_s_optimum():
    rows, labels = problem(0, 30, 2000, 60)
    kernel = RowsKernel(rows.astype(np.float32))
    svm = fit_linear_svm(kernel, labels, balanced_costs(labels, 0.01))
    decided, objective = liblinear(rows, labels, 0.01)
    assert np.count_nonzero(svm.weights) > 600
    assert svm.scores == pytest.approx(decided, abs=1e-3)
    assert svm.objective == pytest.approx(objective, rel=1e-5)


def test_samples_without_a_label_are_scored_and_not_trained_on():
    rows, labels = problem(0, 5, 20, 8)
    new = np.random.default_rng(1).normal(size=(3, 8))
    labels_of_all = np.concatenate([labels, np.zeros(3)])
    svm = fit_linear_svm(RowsKernel(rows, new), labels_of_all, balanced_costs(labels_of_all))
    oracle = LinearSVC(C=1, class_weight="balanced", tol=1e-9, max_iter=1_000_000).fit(rows, labels)
    assert svm.weights[25:].tolist() == [0, 0, 0]
    assert svm.scores[25:] == pytest.approx(oracle.decision_function(new), abs=1e-4)


@given(seed=st.integers(0, 2**32 - 1), flipped=st.lists(st.integers(0, 99), min_size=1, max_size=5))
@settings(max_examples=25, deadline=None)
def test_a_former_solution_changes_nothing_but_the_time(seed, flipped):
    rows, labels = problem(seed, 20, 80, 30)
    kernel = RowsKernel(rows)
    former = fit_linear_svm(kernel, labels, balanced_costs(labels))
    labels[flipped] *= -1
    costs = balanced_costs(labels)
    warm, cold = fit_linear_svm(kernel, labels, costs, former), fit_linear_svm(RowsKernel(rows), labels, costs)
    assert warm.weights == pytest.approx(cold.weights, abs=1e-9)


def test_a_solution_is_its_own_fixed_point():
    rows, labels = problem(3, 20, 80, 30)
    kernel, costs = RowsKernel(rows), balanced_costs(labels)
    first = fit_linear_svm(kernel, labels, costs)
    again = fit_linear_svm(kernel, labels, costs, first)
    assert again.weights == pytest.approx(first.weights, abs=1e-12)
    assert again.steps == 2


def test_identical_samples_of_both_classes_are_no_trouble():
    labels = np.array([1, 1, 1, -1, -1, -1])
    svm = fit_linear_svm(RowsKernel(np.ones((6, 3))), labels, balanced_costs(labels))
    assert svm.scores == pytest.approx(np.zeros(6), abs=1e-9)


@pytest.mark.parametrize("labels", [[1, 1], [-1, -1], [1, 0], [0, -1]])
def test_one_class_only_is_an_error(labels):
    with pytest.raises(ValueError, match="one class"):
        balanced_costs(labels)
    with pytest.raises(ValueError, match="one class"):
        fit_linear_svm(RowsKernel(np.eye(2)), labels, np.abs(labels).astype(float))


@pytest.mark.parametrize("weights", [[1, -1], [1, np.nan], [1, 1, 1]])
def test_weights_that_weigh_nothing_sensible_are_an_error(weights):
    with pytest.raises(ValueError, match="weights"):
        balanced_costs([1, -1], 1.0, weights)


def test_nan_is_an_error():
    with pytest.raises(ValueError, match="finite"):
        fit_linear_svm(RowsKernel(np.array([[1.0, np.nan], [1.0, 2.0]])), [1, -1], np.ones(2))


def test_costs_that_single_precision_cannot_hold_are_an_error():
    rows = np.repeat(np.random.default_rng(0).normal(size=(20, 5)).astype(np.float32), 5, axis=0)
    labels = np.resize([1, -1], 100)
    with pytest.raises(ValueError, match="too high"):
        fit_linear_svm(RowsKernel(rows), labels, balanced_costs(labels, 1e12))


def test_a_word_s_images_are_scored_to_double_precision():
    rng = np.random.default_rng(0)
    background = PreparedBackground(rng.normal(size=(40, 12)).astype(np.float32))
    images = background.normalized(np.repeat(rng.normal(0.5, 1, (6, 12)), 2, axis=0).astype(np.float32))
    kernel = WordKernel(images, background)
    labels = kernel.labels(np.array([0, 1, 4]))
    assert (labels > 0).sum() == 3
    assert labels[12:].tolist() == [-1] * 40
    svm = fit_linear_svm(kernel, labels, balanced_costs(labels))
    scores = kernel.scores(svm.weights)
    assert scores == pytest.approx(svm.scores[:12], abs=1e-5)
    assert scores[::2] == pytest.approx(scores[1::2], abs=1e-14)
