"""The regions that show a word → how much they differ: the entropy of their kinds, low for a visual word.

Yanai and Barnard, "Image region entropy: a measure of 'visualness' of web images associated with one concept", ACM MM
2005. Kinds are the Gaussians of a generic mixture, fitted once on the regions of all words.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mofu.ranking.blas import single_threaded
from mofu.ranking.mixture import DiagonalMixture, Samples, fit_mixture
from mofu.ranking.region_selection import ImageRegions, Selection, select_regions

GAUSSIANS = 250
COUNTED = 300
"""Regions that an entropy is measured on: it grows with their number, so words are compared at the same one."""
CONFIDENCE = 0.95

_SAMPLES_A_GAUSSIAN = 20
_MOST_SAMPLES = 20_000
_STEPS = 40
_DRAWS = 20
_RESAMPLES = 200

Probabilities = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class GenericMixture:
    """Kinds of regions, the same for all words that are compared.

    Attributes:
        centre, deviation: (d,) what descriptors are standardised by.
        mixture: of K Gaussians.
        samples: how many regions it was fitted on.
    """

    centre: Samples
    deviation: Samples
    mixture: DiagonalMixture
    samples: int

    @property
    def gaussians(self) -> int:
        """K."""
        return len(self.mixture.weights)

    def standardised(self, descriptors: Samples) -> Samples:
        """Descriptors (r, d) in deviations from the centre."""
        return np.asarray((descriptors - self.centre) / self.deviation, np.float32)


@dataclass(frozen=True, slots=True)
class RegionEntropy:
    """How much the regions of a word differ. Undefined values are None: there were no regions to measure.

    Attributes:
        bits: H, from 0 to log₂ K; low: a visual word.
        normalised: H / log₂ K.
        low, high: a 95 % interval of H, by drawing the word's images anew; None for a single image.
        counted: regions that it is measured on: `COUNTED`, or fewer where fewer were chosen. Such an H is too low
            beside others.
        images: how many of the word's images have chosen regions.
        gaussians: K.
        selection: the regions that made it, and every region's P(X|r).
    """

    bits: float | None
    normalised: float | None
    low: float | None
    high: float | None
    counted: int
    images: int
    gaussians: int
    selection: Selection


def fit_generic(descriptors: Samples, gaussians: int = GAUSSIANS, seed: int = 0) -> GenericMixture:
    """Learn kinds of regions.

    Args:
        descriptors: (r, d) of all words and of the background; at most 20,000, drawn by the seed, are used.
        gaussians: K; fewer where there are under 20 regions for each.
        seed: draws the sample and the start.

    Raises:
        ValueError: no region, or descriptors that are not finite.
    """
    if not len(descriptors) or not np.isfinite(descriptors).all():
        raise ValueError(f"descriptors of shape {descriptors.shape}: expected one region at least, and finite numbers")
    rng = np.random.default_rng(seed)
    sample = descriptors[np.sort(rng.permutation(len(descriptors))[:_MOST_SAMPLES])]
    centre = sample.mean(axis=0, dtype=np.float64).astype(np.float32)
    deviation = sample.std(axis=0, dtype=np.float64).astype(np.float32)
    deviation = np.where(deviation > 0, deviation, np.float32(1))
    count = max(1, min(gaussians, len(sample) // _SAMPLES_A_GAUSSIAN))
    with single_threaded():
        mixture = fit_mixture(np.asarray((sample - centre) / deviation, np.float32), count, _STEPS, seed)
    return GenericMixture(centre, deviation, mixture, len(sample))


def region_entropy(
    word: ImageRegions, others: Samples, generic: GenericMixture, *, counted: int = COUNTED, seed: int = 0
) -> RegionEntropy:
    """Choose a word's regions and measure the entropy of their kinds; the same arguments give the same result.

    Args:
        word: regions of all the word's images, near-duplicates represented once.
        others: (m, d) regions of images of anything else.
        generic: fitted by `fit_generic` on descriptors of the same kind.
        counted: regions to measure on.
        seed: draws what is drawn.

    Raises:
        ValueError: there are no others.
    """
    with single_threaded():
        return _measured(word, others, generic, counted, seed)


def _measured(word: ImageRegions, others: Samples, generic: GenericMixture, counted: int, seed: int) -> RegionEntropy:
    standard = ImageRegions(generic.standardised(word.descriptors), word.images) if len(word.images) else word
    selection = select_regions(standard, generic.standardised(others), seed)
    chosen = np.flatnonzero(selection.chosen)
    if not len(chosen):
        return RegionEntropy(None, None, None, None, 0, 0, generic.gaussians, selection)
    kinds = generic.mixture.posteriors(standard.descriptors[chosen])
    images = word.images[chosen]
    rng = np.random.default_rng(seed)
    bits = _at_count(kinds, counted, rng)
    low, high = _interval(kinds, images, min(counted, len(kinds)), bits, rng)
    normalised = bits / np.log2(generic.gaussians) if generic.gaussians > 1 else 0.0
    return RegionEntropy(
        bits=bits,
        normalised=float(normalised),
        low=low,
        high=high,
        counted=min(counted, len(kinds)),
        images=len(np.unique(images)),
        gaussians=generic.gaussians,
        selection=selection,
    )


def entropy_bits(probabilities: Probabilities) -> float:
    """−Σ p log₂ p of probabilities, (K,), scaled to sum 1; zeros count nothing."""
    present = np.asarray(probabilities, np.float64)
    present = present[present > 0] / present.sum()
    return float(max(0.0, -(present * np.log2(present)).sum()))


def _at_count(kinds: Samples, counted: int, rng: np.random.Generator) -> float:
    """Entropy of so many regions' mean kinds, the mean over some draws; of all where there are no more."""
    if len(kinds) <= counted:
        return entropy_bits(kinds.mean(axis=0))
    draws = (rng.choice(len(kinds), counted, replace=False) for _ in range(_DRAWS))
    return float(np.mean([entropy_bits(kinds[drawn].mean(axis=0)) for drawn in draws]))


def _interval(
    kinds: Samples, images: NDArray[np.intp], counted: int, bits: float, rng: np.random.Generator
) -> tuple[float | None, float | None]:
    """Percentiles over images drawn anew, around H.

    An image drawn twice brings nothing new, so every resample's entropy is too low: their spread is what is taken.
    """
    members = [np.flatnonzero(images == image) for image in np.unique(images)]
    if len(members) < 2:
        return None, None
    resampled = np.empty(_RESAMPLES)
    for index in range(_RESAMPLES):
        drawn = np.concatenate([members[i] for i in rng.integers(len(members), size=len(members))])
        rows = rng.permutation(drawn)[:counted]
        resampled[index] = entropy_bits(kinds[rows].mean(axis=0))
    tail = 50 * (1 - CONFIDENCE)
    low, high = np.percentile(resampled - resampled.mean() + bits, [tail, 100 - tail])
    return float(max(0.0, low)), float(min(high, np.log2(kinds.shape[1])))
