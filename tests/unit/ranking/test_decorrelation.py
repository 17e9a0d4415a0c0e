"""Which negatives are like a word, less what makes all pictures alike."""

import numpy as np
import pytest

from mofu.ranking.background import PreparedBackground
from mofu.ranking.decorrelation import DIRECTIONS, SHRINKAGE, Decorrelation
from mofu.ranking.kernels import SharedKernel
from mofu.ranking.svm import balanced_costs, fit_linear_svm


def rows_of(m, d=12):
    rng = np.random.default_rng(3)
    return (rng.normal(size=(m, d)) * np.linspace(3, 0.5, d)).astype(np.float32)


def test_with_as_many_directions_as_dimensions_it_is_the_inverse_of_the_covariance():
    rows, word = rows_of(300), np.ones(12, dtype=np.float32)
    covariance = rows.T @ rows / 300
    ridge = SHRINKAGE * np.trace(covariance) / 12
    expected = rows @ np.linalg.solve(covariance + ridge * np.eye(12), word) * ridge
    assert Decorrelation(rows @ rows.T, 12).applied(rows @ word) == pytest.approx(expected, abs=1e-3)


def test_rows_of_nothing_have_nothing_in_common():
    products = np.arange(5, dtype=np.float32)
    assert Decorrelation(np.zeros((5, 5), dtype=np.float32), 4).applied(products).tolist() == [0, 1, 2, 3, 4]


def test_more_of_the_first_negatives_are_support_vectors_than_of_the_nearest():
    rng = np.random.default_rng(0)
    spectrum = (np.arange(200) + 1.0) ** -0.8
    background = PreparedBackground((rng.normal(size=(1500, 200)) * spectrum).astype(np.float32))
    shown = (rng.normal(size=(30, 200)) + 0.7 * rng.normal(size=200)) * spectrum
    kernel = SharedKernel(background.normalized(shown.astype(np.float32)), background)
    labels = kernel.labels(np.arange(30))
    support = np.flatnonzero(fit_linear_svm(kernel, labels, balanced_costs(labels)).weights) - 30
    nearest = np.argsort(-(background.rows @ kernel.images.mean(axis=0)))[:100]
    first = np.argsort(-kernel.nearness(np.arange(30)))[:100]
    assert len(background.rows) > DIRECTIONS
    assert np.isin(first, support).sum() > np.isin(nearest, support).sum()
