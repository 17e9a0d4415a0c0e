"""Local descriptors → a Fisher vector: gradients of their likelihood under a mixture of Gaussians.

Perronnin, Sánchez and Mensink, "Improving the Fisher kernel for large-scale image classification", ECCV 2010.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Mixture:
    """K Gaussians of diagonal covariance in D dimensions, all float32.

    Attributes:
        weights: (K,), sum 1.
        means: (K, D).
        variances: (K, D), above 0.
    """

    weights: Array
    means: Array
    variances: Array

    @cached_property
    def _log_linear(self) -> tuple[Array, Array]:
        """(2D, K) coefficients of (x, x²) and (K,) constants of the joint log density, without its (2π)-term."""
        precision = 1 / self.variances
        coefficients = np.concatenate([(self.means * precision).T, (-0.5 * precision).T])
        spread = np.log(self.variances).sum(axis=1) + (self.means**2 * precision).sum(axis=1)
        return coefficients, np.log(self.weights) - np.float32(0.5) * spread

    def gradients(self, descriptors: Array) -> Array:
        """Mean gradient of the log-likelihood with respect to means and variances, by the Fisher information's root.

        For posteriors γ: G_μ = Σ γ (x−μ)/σ / (N √w); G_σ = Σ γ ((x−μ)²/σ² − 1) / (N √(2w)).

        Args:
            descriptors: (n, D) float32, n at least 1.

        Returns:
            (2·K·D,) float32: all of G_μ, Gaussian by Gaussian, then all of G_σ.
        """
        powers = np.concatenate([descriptors, descriptors * descriptors], axis=1)
        coefficients, constants = self._log_linear
        posteriors = powers @ coefficients
        posteriors += constants
        posteriors -= posteriors.max(axis=1, keepdims=True)
        np.exp(posteriors, out=posteriors)
        posteriors /= posteriors.sum(axis=1, keepdims=True)
        mass = posteriors.sum(axis=0)[:, None]
        first, second = np.split(posteriors.T @ powers, 2, axis=1)
        root_weight = np.sqrt(self.weights)[:, None] * np.float32(len(descriptors))
        by_mean = (first - mass * self.means) / np.sqrt(self.variances) / root_weight
        centred = second - 2 * self.means * first + mass * self.means**2
        by_variance = (centred / self.variances - mass) / (np.float32(np.sqrt(2)) * root_weight)
        return np.concatenate([by_mean.ravel(), by_variance.ravel()])


def improved(gradients: Array) -> Array:
    """Signed square root, then unit length: the two steps that make a Fisher vector "improved"."""
    rooted = np.sign(gradients) * np.sqrt(np.abs(gradients))
    unit: Array = rooted / np.maximum(np.linalg.norm(rooted), np.float32(1e-12))
    return unit
