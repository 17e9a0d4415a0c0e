"""A word's regions and those of other images → P(X|r): which of the word's regions show it.

Yanai and Barnard, "Image region entropy", ACM MM 2005. Their selection is kept, with one addition: the image that a
region lies in has no say about it, so that what only one image has does not count as the word's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mofu.ranking.mixture import DiagonalMixture, Samples, fit_mixture, improved, seed_of_start

GAUSSIANS = 64
ROUNDS = 10
STARTS = 4
"""Of EM, over which P(X|r) is averaged: each ends elsewhere."""
_SAMPLES_A_GAUSSIAN = 20
_FIRST_STEPS, _NEXT_STEPS = 20, 3
_LEAST_MASS = 0.01  # of a region: what is left of a Gaussian below that is rounding
_SETTLED = 0.01
"""The selection has converged when a round changes at most this share of it."""


@dataclass(frozen=True, slots=True)
class ImageRegions:
    """The regions of some images.

    Attributes:
        descriptors: (r, d) float32.
        images: (r,) the image of each, from 0.
    """

    descriptors: Samples
    images: NDArray[np.intp]

    @classmethod
    def of(cls, by_image: Sequence[Samples]) -> Self:
        """From the descriptors of each image, (r_i, d)."""
        images = np.repeat(np.arange(len(by_image)), [len(rows) for rows in by_image])
        return cls(np.concatenate(by_image) if by_image else np.zeros((0, 0), np.float32), images)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which of a word's regions show it.

    Attributes:
        probabilities: (r,) float32, P(X|r) of every region, the mean over the starts.
        chosen: (r,) those of at least one half.
        rounds: how many it took at the most.
        converged: whether the last round of every start changed next to nothing.
    """

    probabilities: Samples
    chosen: NDArray[np.bool_]
    rounds: int
    converged: bool


def select_regions(word: ImageRegions, others: Samples, seed: int = 0) -> Selection:
    """Find a word's regions by EM.

    A mixture is fitted to the regions of X (the word) and of non-X, both weighing the same. Gaussian j belongs to X by
    P(X|c_j) = Σ_{r∈X} P(c_j|r) / Σ_r P(c_j|r), without the regions of the image in question; a region by
    P(X|r) = Σ_j P(X|c_j) P(c_j|r). Those under one half become non-X, and the mixture is fitted again.

    Args:
        word: of all the word's images, standardised.
        others: (m, d) regions of images of anything else, standardised alike; several times as many are best.
        seed: draws where the mixtures start.

    Raises:
        ValueError: there are no others.
    """
    if not len(others):
        raise ValueError("no regions of other images: a word's regions can only be told from others")
    if not len(word.images):
        return Selection(np.zeros(0, np.float32), np.zeros(0, np.bool_), 0, True)
    found = [_selected(word, others, seed_of_start(seed, start)) for start in range(STARTS)]
    probabilities = np.stack([each.probabilities for each in found]).mean(axis=0)
    converged = all(each.converged for each in found)
    return Selection(
        np.asarray(probabilities, np.float32),
        np.asarray(probabilities >= 0.5),
        max(each.rounds for each in found),
        converged,
    )


def _selected(word: ImageRegions, others: Samples, seed: int) -> Selection:
    """From one start."""
    count = len(word.images)
    samples = np.concatenate([word.descriptors, others])
    is_x = np.arange(len(samples)) < count
    gaussians = max(1, min(GAUSSIANS, len(samples) // _SAMPLES_A_GAUSSIAN))
    mixture, steps = fit_mixture(samples, gaussians, 0, seed), _FIRST_STEPS
    for number in range(1, ROUNDS + 1):
        weights = _balanced(is_x)
        mixture, steps = improved(mixture, samples, weights, steps), _NEXT_STEPS
        probabilities = _probabilities(mixture, samples, weights, is_x, word.images)
        chosen = probabilities >= 0.5
        changed = int((chosen != is_x[:count]).sum())
        if changed <= _SETTLED * count or not chosen.any():
            return Selection(probabilities, chosen, number, True)
        is_x[:count] = chosen
    return Selection(probabilities, chosen, ROUNDS, False)


def _balanced(is_x: NDArray[np.bool_]) -> Samples:
    """Weights by which X and non-X count the same in all, of mean 1."""
    half = len(is_x) / 2
    return np.asarray(np.where(is_x, half / is_x.sum(), half / (~is_x).sum()), np.float32)


def _probabilities(
    mixture: DiagonalMixture, samples: Samples, weights: Samples, is_x: NDArray[np.bool_], images: NDArray[np.intp]
) -> Samples:
    """P(X|r) of the word's regions, which are the first of the samples."""
    count = len(images)
    posteriors = mixture.posteriors(samples)
    shares = posteriors * weights[:, None]
    of_x, of_all = shares[is_x].sum(axis=0), shares.sum(axis=0)
    if (images == images[0]).all():
        # a single image has no others to vouch for it
        return np.asarray(posteriors[:count] @ (of_x / np.maximum(of_all, _LEAST_MASS)), np.float32)
    own = _by_image(shares[:count], images)
    own_x = _by_image(shares[:count] * is_x[:count, None], images)
    belongs = np.clip((of_x - own_x) / np.maximum(of_all - own, _LEAST_MASS), 0, 1)
    return np.asarray((posteriors[:count] * belongs[images]).sum(axis=1), np.float32)


def _by_image(shares: Samples, images: NDArray[np.intp]) -> Samples:
    """Sums over each image's regions: (r, K) → (n, K)."""
    sums = np.zeros((int(images.max()) + 1, shares.shape[1]), np.float32)
    np.add.at(sums, images, shares)
    return sums
