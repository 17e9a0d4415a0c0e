"""Held-out scores: what the SVM would say of a sample, had it not been trained on it."""

import numpy as np
import pytest

from mofu.ranking.held_out import held_out_scores
from mofu.ranking.kernels import RowsKernel
from mofu.ranking.svm import balanced_costs, fit_linear_svm


def trained(seed=0, n=30, m=80, d=200):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n + m, d)).astype(np.float32)
    rows[:n] += 0.3 * rng.normal(size=d)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    labels = np.repeat([1.0, -1.0], [n, m])
    kernel, costs = RowsKernel(rows), balanced_costs(labels)
    return kernel, labels, costs, fit_linear_svm(kernel, labels, costs)


@pytest.mark.parametrize("seed", range(3))
def test_it_is_the_score_of_a_training_without_the_sample(seed):
    kernel, labels, costs, svm = trained(seed)
    samples = np.arange(5)
    found = held_out_scores(kernel, svm, labels, costs, samples)
    for sample, score in zip(samples, found, strict=True):
        without = costs.copy()
        without[sample] = 0.0
        assert score == pytest.approx(fit_linear_svm(kernel, labels, without).scores[sample], abs=0.02)


def test_a_positive_loses_what_being_one_gave_it():
    kernel, labels, costs, svm = trained()
    positives = np.arange(30)
    assert (held_out_scores(kernel, svm, labels, costs, positives) < svm.scores[positives]).all()


def test_a_sample_that_was_not_trained_on_keeps_its_score():
    kernel, labels, costs, _ = trained()
    costs[3] = 0.0
    svm = fit_linear_svm(kernel, labels, costs)
    assert held_out_scores(kernel, svm, labels, costs, np.array([3])).tolist() == [svm.scores[3]]
