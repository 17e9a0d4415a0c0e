"""The dual SVM: the same optimum as liblinear's, hand-worked where it can be."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.svm import LinearSVC

from mofu.ranking.svm import fit_linear_svm


def problem(seed, positives, negatives, dimension):
    rng = np.random.default_rng(seed)
    rows = np.concatenate([rng.normal(0.3, 1, (positives, dimension)), rng.normal(0, 1, (negatives, dimension))])
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows, np.repeat([1, -1], [positives, negatives])


def test_two_points_worked_by_hand():
    # x = ±1, y = ±1, balanced costs 1, C = 1: by symmetry b = 0 and w minimises ½w² + 2(1 − w)², so w = 4/5.
    gram = np.array([[1.0, -1.0], [-1.0, 1.0]])
    svm = fit_linear_svm(gram, np.array([1, -1]))
    assert svm.scores(gram) == pytest.approx([0.8, -0.8])
    assert svm.objective == pytest.approx(0.5 * 0.64 + 2 * 0.04)


@given(
    seed=st.integers(0, 2**32 - 1),
    positives=st.integers(1, 12),
    negatives=st.integers(1, 60),
    dimension=st.integers(2, 40),
    c=st.sampled_from([0.1, 1.0, 10.0]),
)
@settings(max_examples=40, deadline=None)
def test_scores_and_objective_are_those_of_liblinear(seed, positives, negatives, dimension, c):
    rows, labels = problem(seed, positives, negatives, dimension)
    svm = fit_linear_svm(rows @ rows.T, labels, c)
    oracle = LinearSVC(C=c, class_weight="balanced", dual=True, tol=1e-9, max_iter=1_000_000).fit(rows, labels)
    decided = oracle.decision_function(rows)
    weights = np.where(labels > 0, labels.size / (2 * positives), labels.size / (2 * negatives))
    slack = np.maximum(0, 1 - labels * decided)
    objective = 0.5 * (np.sum(oracle.coef_**2) + oracle.intercept_[0] ** 2) + c * np.sum(weights * slack**2)
    assert svm.scores(rows @ rows.T) == pytest.approx(decided, abs=1e-3)
    assert svm.objective <= objective * (1 + 1e-6) + 1e-9


def test_unseen_samples_are_scored_by_their_products_with_the_training_samples():
    rows, labels = problem(0, 5, 20, 8)
    svm = fit_linear_svm(rows @ rows.T, labels)
    oracle = LinearSVC(C=1, class_weight="balanced", tol=1e-9, max_iter=1_000_000).fit(rows, labels)
    new = np.random.default_rng(1).normal(size=(3, 8))
    assert svm.scores(new @ rows.T) == pytest.approx(oracle.decision_function(new), abs=1e-4)


def test_identical_samples_of_both_classes_are_no_trouble():
    svm = fit_linear_svm(np.ones((6, 6)), np.array([1, 1, 1, -1, -1, -1]))
    assert svm.scores(np.ones((1, 6))) == pytest.approx([0.0], abs=1e-9)


@pytest.mark.parametrize("labels", [[1, 1], [-1, -1]])
def test_one_class_only_is_an_error(labels):
    with pytest.raises(ValueError, match="one class"):
        fit_linear_svm(np.eye(2), np.array(labels))


def test_nan_is_an_error():
    with pytest.raises(ValueError, match="finite"):
        fit_linear_svm(np.array([[1.0, np.nan], [np.nan, 1.0]]), np.array([1, -1]))
