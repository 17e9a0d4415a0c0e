"""Samples → a mixture of Gaussians."""

import numpy as np
import pytest
from sklearn.mixture import GaussianMixture

from mofu.ranking.mixture import LEAST_VARIANCE, DiagonalMixture, fit_mixture, improved, seed_of_start


def two_clouds(count=400):
    rng = np.random.default_rng(0)
    return np.concatenate(
        [rng.normal((-2, 0), (0.5, 1.0), (count, 2)), rng.normal((2, 1), (1.0, 0.3), (count // 2, 2))]
    ).astype(np.float32)


def test_posteriors_are_bayes_rule():
    mixture = DiagonalMixture(*(np.array(a, np.float32) for a in ([0.75, 0.25], [[0.0], [1.0]], [[1.0], [1.0]])))
    # densities at ½ are equal, at 0 the first is larger by exp(½)
    assert mixture.posteriors(np.array([[0.5]], np.float32))[0] == pytest.approx([0.75, 0.25], abs=1e-6)
    odds = 3 * np.exp(0.5)
    assert mixture.posteriors(np.zeros((1, 1), np.float32))[0] == pytest.approx([odds / (1 + odds), 1 / (1 + odds)])


def test_it_finds_what_scikit_learn_finds():
    samples = two_clouds()
    found = fit_mixture(samples, 2, 100, seed=0)
    oracle = GaussianMixture(2, covariance_type="diag", tol=1e-9, max_iter=500, random_state=0).fit(samples)
    order, expected = np.argsort(found.means[:, 0]), np.argsort(oracle.means_[:, 0])
    assert found.weights[order] == pytest.approx(oracle.weights_[expected], abs=1e-3)
    assert found.means[order] == pytest.approx(oracle.means_[expected], abs=1e-3)
    assert found.variances[order] == pytest.approx(oracle.covariances_[expected], abs=1e-3)


def test_a_sample_of_weight_two_is_two_samples():
    samples = two_clouds(60)
    start = fit_mixture(samples, 3, 0, seed=1)
    twice = np.concatenate([samples, samples[:20]])
    weights = np.where(np.arange(len(samples)) < 20, 2, 1).astype(np.float32)
    weighted = improved(start, samples, weights, 10)
    repeated = improved(start, twice, np.ones(len(twice), np.float32), 10)
    assert weighted.means == pytest.approx(repeated.means, abs=1e-3)


def test_there_are_no_more_gaussians_than_samples():
    assert len(fit_mixture(np.zeros((1, 2), np.float32), 5, 3, seed=0).weights) == 1


def test_equal_samples_keep_a_least_variance():
    mixture = fit_mixture(np.ones((50, 2), np.float32), 1, 5, seed=0)
    assert mixture.variances == pytest.approx(np.full((1, 2), LEAST_VARIANCE))
    assert mixture.means == pytest.approx(np.ones((1, 2)))


def test_a_gaussian_without_samples_does_no_harm():
    start = DiagonalMixture(*(np.array(a, np.float32) for a in ([0.5, 0.5], [[0.0], [1e4]], [[1.0], [1.0]])))
    samples = np.random.default_rng(0).normal(size=(50, 1)).astype(np.float32)
    mixture = improved(start, samples, np.ones(50, np.float32), 5)
    assert mixture.weights == pytest.approx([1, 0])
    assert np.isfinite(mixture.posteriors(samples)).all()


def test_neighbouring_seeds_share_no_start():
    assert len({seed_of_start(seed, start) for seed in range(20) for start in range(8)}) == 160
    assert seed_of_start(3, 1) == seed_of_start(3, 1)
