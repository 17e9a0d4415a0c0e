"""Samples → a mixture of Gaussians with diagonal covariances, by weighted EM in single precision.

A step is two matrix products: a third of scikit-learn's time, and samples may weigh differently, which it lacks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import kmeans_plusplus

Samples = NDArray[np.float32]

LEAST_VARIANCE = 1e-3
"""Of standardised samples: no Gaussian shrinks onto a single one."""
_FIRST_VARIANCE = 0.5
_LEAST_MASS = 1e-6


@dataclass(frozen=True, slots=True)
class DiagonalMixture:
    """K Gaussians in d dimensions, all float32.

    Attributes:
        weights: (K,), sum 1.
        means, variances: (K, d).
    """

    weights: Samples
    means: Samples
    variances: Samples

    def posteriors(self, samples: Samples) -> Samples:
        """P(c_j | x) of samples (n, d): (n, K), each row of sum 1."""
        joint = _with_squares(samples) @ self._coefficients() + self._constants()
        joint -= joint.max(axis=1, keepdims=True)
        np.exp(joint, out=joint)
        joint /= joint.sum(axis=1, keepdims=True)
        return np.asarray(joint, np.float32)

    def _coefficients(self) -> Samples:
        """(2d, K): what x and x² are multiplied with in the log density."""
        return np.concatenate([(self.means / self.variances).T, (-0.5 / self.variances).T])

    def _constants(self) -> Samples:
        spread = np.log(self.variances).sum(axis=1) + (self.means**2 / self.variances).sum(axis=1)
        return np.asarray(np.log(np.maximum(self.weights, np.finfo(np.float32).tiny)) - np.float32(0.5) * spread)


def seed_of_start(seed: int, start: int) -> int:
    """A seed for each of several starts, so that neighbouring seeds share none."""
    return int(np.random.SeedSequence([seed, start]).generate_state(1)[0])


def fit_mixture(samples: Samples, gaussians: int, steps: int, seed: int) -> DiagonalMixture:
    """Fit to samples (n, d) by so many steps of EM from a k-means++ start that the seed draws.

    Gaussians are `gaussians` or n, whichever is less.
    """
    count = min(gaussians, len(samples))
    means, _ = kmeans_plusplus(samples, count, random_state=seed)
    means = np.asarray(means, np.float32)
    start = DiagonalMixture(np.full(count, 1 / count, np.float32), means, np.full_like(means, _FIRST_VARIANCE))
    return improved(start, samples, np.ones(len(samples), np.float32), steps)


def improved(mixture: DiagonalMixture, samples: Samples, weights: Samples, steps: int) -> DiagonalMixture:
    """A mixture after some further steps of EM; samples (n, d) count by their weights (n,), of any sum above 0."""
    powers = _with_squares(samples)
    for _ in range(steps):
        mixture = _step(mixture, powers, mixture.posteriors(samples) * weights[:, None])
    return mixture


def _step(mixture: DiagonalMixture, powers: Samples, shares: Samples) -> DiagonalMixture:
    mass = shares.sum(axis=0)
    total = mass.sum()
    moments = (shares.T @ powers) / np.maximum(mass, _LEAST_MASS * total)[:, None]
    first, second = np.split(moments, 2, axis=1)
    # a Gaussian that no sample wants any more stays where it is, without weight
    wanted = (mass > _LEAST_MASS * total)[:, None]
    variances = np.maximum(second - first**2, np.float32(LEAST_VARIANCE))
    return DiagonalMixture(
        mass / total, np.where(wanted, first, mixture.means), np.where(wanted, variances, mixture.variances)
    )


def _with_squares(samples: Samples) -> Samples:
    return np.concatenate([samples, samples * samples], axis=1)
