"""Local descriptors → a Fisher vector: gradients of their likelihood under a mixture of Gaussians.

Perronnin, Sánchez and Mensink, "Improving the Fisher kernel for large-scale image classification", ECCV 2010.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

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
        """(K, 2D) coefficients of (x, x²) and (K, 1) constants of the joint log density, without its (2π)-term."""
        precision = 1 / self.variances
        coefficients = np.concatenate([self.means * precision, -0.5 * precision], axis=1)
        spread = np.log(self.variances).sum(axis=1) + (self.means**2 * precision).sum(axis=1)
        return coefficients, (np.log(self.weights) - np.float32(0.5) * spread)[:, None]

    def gradients(self, blocks: Iterable[Array], seen: Callable[[Array], None] = lambda _posteriors: None) -> Array:
        """Mean gradient of the log-likelihood with respect to means and variances, by the Fisher information's root.

        For posteriors γ: G_μ = Σ γ (x−μ)/σ / (N √w); G_σ = Σ γ ((x−μ)²/σ² − 1) / (N √(2w)).

        Args:
            blocks: (n, D) float32 descriptors each, at least one row in all; small blocks stay in the cache.
            seen: is given the posteriors of each block, (K, n) float32, which are the mixture's again afterwards.

        Returns:
            (2·K·D,) float32: all of G_μ, Gaussian by Gaussian, then all of G_σ.
        """
        dimension = self.means.shape[1]
        mass = np.zeros(len(self.weights), np.float32)
        moments = np.zeros((len(self.weights), 2 * dimension), np.float32)
        count = 0
        for block in blocks:
            powers = np.empty((len(block), 2 * dimension), np.float32)
            powers[:, :dimension] = block
            np.multiply(block, block, out=powers[:, dimension:])
            posteriors = self._posteriors(powers)
            seen(posteriors)
            mass += posteriors.sum(axis=1)
            moments += posteriors @ powers
            count += len(block)
        return self._gradients(mass[:, None], moments[:, :dimension], moments[:, dimension:], count)

    def sums(self, descriptors: Array, places: Sequence[NDArray[np.integer]], counts: Sequence[int]) -> list[Array]:
        """What the descriptors of each region add up to, each way they are parted.

        Args:
            descriptors: (n, D) float32.
            places: (n,) each, the region of every descriptor.
            counts: of regions, each way.

        Returns:
            (regions, K, 1 + 2D) each: Σγ, Σγx and Σγx² of the regions' descriptors.
        """
        powers = np.concatenate([descriptors, descriptors * descriptors], axis=1)
        posteriors = self._posteriors(powers)
        powers = np.concatenate([np.ones((len(powers), 1), np.float32), powers], axis=1)
        return [_added(posteriors, powers, of, count) for of, count in zip(places, counts, strict=True)]

    def of_sums(self, sums: Array) -> Array:
        """What `gradients` gives of each of n sets of descriptors, by what they add up to: (n, 2·K·D).

        Args:
            sums: (n, K, 1 + 2D) as `sums` gives them, or sums of such; of no descriptor, all is 0.
        """
        dimension = self.means.shape[1]
        counts = np.maximum(np.rint(sums[:, :, 0].sum(1)), 1).astype(int)
        first, second = sums[:, :, 1 : 1 + dimension], sums[:, :, 1 + dimension :]
        rows = zip(sums[:, :, :1], first, second, counts, strict=True)
        return np.stack([self._gradients(*row) for row in rows])

    def _posteriors(self, powers: Array) -> Array:
        """(n, 2D) descriptors beside their squares → (K, n) probabilities of the Gaussians, each column of sum 1."""
        coefficients, constants = self._log_linear
        # a row a Gaussian: numpy reduces over many short rows several times as slowly as over a few long ones
        posteriors: Array = coefficients @ powers.T
        posteriors += constants
        posteriors -= posteriors.max(axis=0)
        np.exp(posteriors, out=posteriors)
        posteriors /= posteriors.sum(axis=0)
        return posteriors

    def _gradients(self, mass: Array, first: Array, second: Array, count: int) -> Array:
        """The formulae of `gradients` from the sums of γ, γx and γx²."""
        root_weight = np.sqrt(self.weights)[:, None] * np.float32(count)
        by_mean = (first - mass * self.means) / np.sqrt(self.variances) / root_weight
        centred = second - 2 * self.means * first + mass * self.means**2
        by_variance = (centred / self.variances - mass) / (np.float32(np.sqrt(2)) * root_weight)
        return np.concatenate([by_mean.ravel(), by_variance.ravel()])


def _added(posteriors: Array, powers: Array, places: NDArray[np.integer], count: int) -> Array:
    """(K, n) posteriors times (n, 1 + 2D) powers, over the descriptors of each region."""
    order = np.argsort(places, kind="stable")
    posteriors, powers = posteriors[:, order], powers[order]
    ends = np.searchsorted(places[order], np.arange(count + 1))
    return np.stack([posteriors[:, first:last] @ powers[first:last] for first, last in pairwise(ends)])


def improved(gradients: Array) -> Array:
    """Signed square root, then unit length: the two steps that make a Fisher vector "improved"."""
    rooted = np.sign(gradients) * np.sqrt(np.abs(gradients))
    return unit(rooted)


def unit(vector: Array) -> Array:
    """Scaled to length 1; zeros stay zeros."""
    return np.asarray(vector / np.maximum(np.linalg.norm(vector), np.float32(1e-12)), np.float32)
