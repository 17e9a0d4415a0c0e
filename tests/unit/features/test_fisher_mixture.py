"""Fisher vectors by hand, and against loops that follow the formulae term by term."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mofu.features.fisher.mixture import Mixture, improved


def by_loops(mixture: Mixture, descriptors: np.ndarray) -> np.ndarray:
    count, (gaussians, dimension) = len(descriptors), mixture.means.shape
    by_mean, by_variance = np.zeros((gaussians, dimension)), np.zeros((gaussians, dimension))
    for x in descriptors:
        densities = []
        for k in range(gaussians):
            density = float(mixture.weights[k])
            for j in range(dimension):
                mean, variance = float(mixture.means[k, j]), float(mixture.variances[k, j])
                density *= math.exp(-((x[j] - mean) ** 2) / (2 * variance)) / math.sqrt(2 * math.pi * variance)
            densities.append(density)
        for k in range(gaussians):
            posterior = densities[k] / sum(densities)
            for j in range(dimension):
                distance = (x[j] - mixture.means[k, j]) / math.sqrt(mixture.variances[k, j])
                by_mean[k, j] += posterior * distance / (count * math.sqrt(mixture.weights[k]))
                by_variance[k, j] += posterior * (distance**2 - 1) / (count * math.sqrt(2 * mixture.weights[k]))
    return np.concatenate([by_mean.ravel(), by_variance.ravel()])


def mixture_1d() -> Mixture:
    """Two far Gaussians, so that every posterior is 0 or 1: at 0 with deviation 1, at 100 with deviation 2."""
    return Mixture(np.float32([0.25, 0.75]), np.float32([[0], [100]]), np.float32([[1], [4]]))


def test_gradients_of_a_mixture_worked_by_hand() -> None:
    # x = 2 belongs to the first Gaussian: (2−0)/1 = 2; x = 96 to the second: (96−100)/2 = −2; N = 2
    found = mixture_1d().gradients([np.float32([[2], [96]])])
    by_mean = [2 / (2 * math.sqrt(0.25)), -2 / (2 * math.sqrt(0.75))]
    by_variance = [(4 - 1) / (2 * math.sqrt(0.5)), (4 - 1) / (2 * math.sqrt(1.5))]
    assert found == pytest.approx(by_mean + by_variance, rel=1e-4)


def test_descriptors_at_the_mean_pull_only_the_variance() -> None:
    found = mixture_1d().gradients([np.float32([[0], [0]])])
    assert found == pytest.approx([0, 0, -1 / math.sqrt(0.5), 0], abs=1e-6)


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 5), st.integers(1, 4), st.integers(1, 12))
def test_gradients_agree_with_loops(seed: int, gaussians: int, dimension: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    weights = rng.uniform(0.2, 1, gaussians)
    mixture = Mixture(
        (weights / weights.sum()).astype(np.float32),
        rng.normal(size=(gaussians, dimension)).astype(np.float32),
        rng.uniform(0.3, 2, (gaussians, dimension)).astype(np.float32),
    )
    descriptors = rng.normal(size=(count, dimension)).astype(np.float32)
    assert mixture.gradients([descriptors]) == pytest.approx(by_loops(mixture, descriptors), abs=2e-4)


@settings(deadline=None)
@given(st.permutations(range(6)), st.integers(1, 5))
def test_neither_order_nor_blocks_of_descriptors_matter(order: list[int], cut: int) -> None:
    descriptors = np.float32([[0], [1], [99], [101], [-2], [104]])
    found = mixture_1d().gradients([descriptors[order[:cut]], descriptors[order[cut:]]])
    assert found == pytest.approx(mixture_1d().gradients([descriptors]), abs=1e-5)


def test_a_descriptor_far_from_every_gaussian_stays_finite() -> None:
    assert np.isfinite(mixture_1d().gradients([np.float32([[1e6]])])).all()


def test_improved_takes_signed_roots_and_unit_length() -> None:
    # roots 2, −3, 0: length √13
    assert improved(np.float32([4, -9, 0])) == pytest.approx(np.array([2, -3, 0]) / math.sqrt(13))


def test_improved_leaves_nothing_as_nothing() -> None:
    assert improved(np.zeros(3, np.float32)).tolist() == [0, 0, 0]
