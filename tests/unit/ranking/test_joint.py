"""The SVMs of all folds at once: near the optimum that each has alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mofu.ranking.background import PreparedBackground
from mofu.ranking.joint import scores_of_folds
from mofu.ranking.kernels import SharedKernel, WordKernel
from mofu.ranking.svm import balanced_costs, fit_linear_svm


def word_and_background(seed, n=25, m=900, d=40):
    rng = np.random.default_rng(seed)
    background = PreparedBackground(rng.normal(size=(m, d)).astype(np.float32))
    return background.normalized(rng.normal(0.25, 1, (n, d)).astype(np.float32)), background


def costs_of_folds(labels, folds, c):
    return np.stack([balanced_costs(np.where(folds == f, 0, labels), c) for f in range(folds.max() + 1)])


def objective(kernel, labels, costs, scores):
    """What an SVM minimises, from its scores alone: w and b are what gives them."""
    rows = np.concatenate([kernel.images, kernel.background.rows]).astype(float)
    weights = np.linalg.lstsq(np.column_stack([rows, np.ones(len(rows))]), scores.astype(float))[0]
    return 0.5 * weights @ weights + costs @ np.maximum(0, 1 - labels * scores) ** 2


@given(seed=st.integers(0, 2**32 - 1), c=st.sampled_from([0.1, 1.0, 10.0]))
@settings(max_examples=8, deadline=None)
def test_each_fold_s_scores_are_near_those_of_its_own_training(seed, c):
    images, background = word_and_background(seed)
    kernel = SharedKernel(images, background)
    labels, folds = kernel.labels(np.arange(len(images))), np.arange(len(kernel)) % 5
    costs = costs_of_folds(labels, folds, c)
    scores = scores_of_folds(kernel, labels, costs.astype(np.float32), tolerance=1e-5)
    for fold in range(5):
        alone = fit_linear_svm(WordKernel(images, background), np.where(folds == fold, 0, labels), costs[fold])
        assert scores[fold] == pytest.approx(alone.scores, abs=0.1)
        assert objective(kernel, labels, costs[fold], scores[fold]) == pytest.approx(alone.objective, rel=1e-3)


def test_inner_products_of_the_shared_kernel_are_those_of_the_rows():
    images, background = word_and_background(0, n=6, m=30)
    rows = np.concatenate([images, background.rows])
    shared, these, those = SharedKernel(images, background), np.array([1, 4, 9, 33]), np.array([5, 0, 35, 6, 7])
    assert shared.between(these, those) == pytest.approx(rows[these] @ rows[those].T, abs=1e-6)
    weights = np.random.default_rng(0).normal(size=(3, 36)).astype(np.float32)
    weights[:, 10:20] = 0
    assert shared.products_of_all(weights) == pytest.approx(weights @ rows @ rows.T, abs=1e-5)


def test_identical_images_of_both_classes_are_no_trouble():
    background = PreparedBackground(np.ones((20, 4), dtype=np.float32))
    kernel = SharedKernel(background.normalized(np.ones((10, 4), dtype=np.float32)), background)
    labels, folds = kernel.labels(np.arange(10)), np.arange(30) % 5
    scores = scores_of_folds(kernel, labels, costs_of_folds(labels, folds, 1.0).astype(np.float32))
    assert scores == pytest.approx(np.zeros((5, 30)), abs=1e-4)
