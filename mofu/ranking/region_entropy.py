"""The regions that show a word → how much they differ: the entropy of their kinds, low for a visual word.

Yanai and Barnard, "Image region entropy: a measure of 'visualness' of web images associated with one concept", ACM MM
2005. Kinds are the Gaussians of a generic mixture, fitted on the regions of all words. EM ends elsewhere from every
start, and H varies by that more than by the pictures: several mixtures are fitted, and H is the mean of theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mofu.ranking.blas import cores, single_threaded
from mofu.ranking.mixture import DiagonalMixture, Samples, fit_mixture, seed_of_start
from mofu.ranking.region_selection import ImageRegions, Selection, select_regions

GAUSSIANS = 250
MIXTURES = 16
"""Generic mixtures, each with a sample and a start of its own, over which H is averaged."""
AN_IMAGE = 6
"""Regions of an image that count.

Entropy grows with their number, so that it must be the same for all words. The six are those that most surely show the
word; further ones lie on its edges, and their kinds say more of what is beside it. Taken from each image, not from all
at once, they are not those of a few images only.
"""
CONFIDENCE = 0.95

_SAMPLES_A_GAUSSIAN = 20
_SAMPLES_A_WORD = 100
_MOST_SAMPLES = 20_000
_STEPS = 20
_RESAMPLES = 200

Probabilities = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class GenericMixture:
    """Kinds of regions, the same for all words that are compared.

    Attributes:
        centre, deviation: (d,) what descriptors are standardised by.
        mixtures: of K Gaussians each, from different starts.
        samples: how many regions each was fitted on.
    """

    centre: Samples
    deviation: Samples
    mixtures: tuple[DiagonalMixture, ...]
    samples: int

    @property
    def gaussians(self) -> int:
        """K."""
        return len(self.mixtures[0].weights)

    def standardised(self, descriptors: Samples) -> Samples:
        """Descriptors (r, d) in deviations from the centre."""
        return np.asarray((descriptors - self.centre) / self.deviation, np.float32)

    def kinds(self, standardised: Samples, owners: NDArray[np.intp]) -> NDArray[np.float64]:
        """Sums of P(c_j|r) over each image's regions, (mixtures, n, K); `owners` (r,) are their images, from 0."""
        sums = np.zeros((len(self.mixtures), int(owners.max()) + 1, self.gaussians), np.float64)
        for of_mixture, mixture in zip(sums, self.mixtures, strict=True):
            np.add.at(of_mixture, owners, mixture.posteriors(standardised))
        return sums


@dataclass(frozen=True, slots=True)
class RegionEntropy:
    """How much the regions of a word differ. Undefined values are None: there were no regions to measure.

    Attributes:
        bits: H, from 0 to log₂ K, the mean over the generic mixtures; low: a visual word.
        normalised: H / log₂ K.
        low, high: a 95 % interval of H, by drawing the word's images anew; None for a single image.
        measured: (r,) the regions that it is measured on: of each image the chosen ones of highest P(X|r), `AN_IMAGE`
            at the most. Where they are far fewer than another word's, H is too low beside it.
        images: how many of the word's images have such regions.
        gaussians: K.
        selection: every region's P(X|r), and how it was found.
    """

    bits: float | None
    normalised: float | None
    low: float | None
    high: float | None
    measured: NDArray[np.bool_]
    images: int
    gaussians: int
    selection: Selection

    @property
    def counted(self) -> int:
        """How many regions it is measured on."""
        return int(self.measured.sum())


def fit_generic(
    words: Sequence[Samples], background: Samples, gaussians: int = GAUSSIANS, seed: int = 0
) -> GenericMixture:
    """Learn kinds of regions, from a hundred regions of each word and from the background.

    A word that gave more would get kinds of its own, finer than those of others, and seem to vary more than they do.

    Args:
        words: (r, d) descriptors of each word's regions.
        background: (m, d) of images of anything else; of all together at most 20,000 are used.
        gaussians: K; fewer where there are under 20 regions for each.
        seed: draws the samples and the starts.

    Raises:
        ValueError: no region, or descriptors that are not finite.
    """
    rng = np.random.default_rng(seed)
    samples = [_sampled(words, background, rng) for _ in range(MIXTURES)]
    centre = samples[0].mean(axis=0, dtype=np.float64).astype(np.float32)
    deviation = samples[0].std(axis=0, dtype=np.float64).astype(np.float32)
    deviation = np.where(deviation > 0, deviation, np.float32(1))
    count = max(1, min(gaussians, len(samples[0]) // _SAMPLES_A_GAUSSIAN))

    def fitted(index: int) -> DiagonalMixture:
        standardised = np.asarray((samples[index] - centre) / deviation, np.float32)
        return fit_mixture(standardised, count, _STEPS, seed_of_start(seed, index))

    with single_threaded(), ThreadPoolExecutor(cores()) as threads:
        mixtures = tuple(threads.map(fitted, range(MIXTURES)))
    return GenericMixture(centre, deviation, mixtures, len(samples[0]))


def _sampled(words: Sequence[Samples], background: Samples, rng: np.random.Generator) -> Samples:
    """What one mixture is fitted on."""
    drawn = [_drawn(rows, _SAMPLES_A_WORD, rng) for rows in words if len(rows)]
    pool = np.concatenate([*drawn, background]) if drawn else background
    if not len(pool) or not np.isfinite(pool).all():
        raise ValueError(f"descriptors of shape {pool.shape}: expected one region at least, and finite numbers")
    return _drawn(pool, _MOST_SAMPLES, rng)


def _drawn(rows: Samples, most: int, rng: np.random.Generator) -> Samples:
    """So many of the rows at the most, in their order."""
    return rows[np.sort(rng.permutation(len(rows))[:most])]


def region_entropy(
    word: ImageRegions, others: Samples, generic: GenericMixture, *, an_image: int = AN_IMAGE, seed: int = 0
) -> RegionEntropy:
    """Choose a word's regions and measure the entropy of their kinds; the same arguments give the same result.

    Args:
        word: regions of all the word's images, near-duplicates represented once.
        others: (m, d) regions of images of anything else.
        generic: fitted by `fit_generic` on descriptors of the same kind.
        an_image: regions of an image to measure on, the same for all words that are compared.
        seed: draws what is drawn.

    Raises:
        ValueError: there are no others.
    """
    with single_threaded():
        return _measured(word, others, generic, an_image, seed)


def _measured(word: ImageRegions, others: Samples, generic: GenericMixture, an_image: int, seed: int) -> RegionEntropy:
    standard = ImageRegions(generic.standardised(word.descriptors), word.images) if len(word.images) else word
    selection = select_regions(standard, generic.standardised(others), seed)
    measured = _best_of_each_image(selection, word.images, an_image)
    if not measured.any():
        return RegionEntropy(None, None, None, None, measured, 0, generic.gaussians, selection)
    names, owners = np.unique(word.images[measured], return_inverse=True)
    kinds = generic.kinds(standard.descriptors[measured], owners)
    bits = float(np.mean([entropy_bits(of_mixture) for of_mixture in kinds.sum(axis=1)]))
    low, high = _interval(kinds, bits, seed)
    normalised = bits / float(np.log2(generic.gaussians)) if generic.gaussians > 1 else 0.0
    return RegionEntropy(bits, normalised, low, high, measured, len(names), generic.gaussians, selection)


def _best_of_each_image(selection: Selection, images: NDArray[np.intp], an_image: int) -> NDArray[np.bool_]:
    """The chosen regions of highest P(X|r) of each image, so many at the most; the first of equals."""
    order = np.lexsort((-selection.probabilities, ~selection.chosen, images))
    start = np.searchsorted(images[order], images[order], side="left")
    best = np.zeros(len(images), np.bool_)
    best[order] = np.arange(len(images)) - start < an_image
    return best & selection.chosen


def entropy_bits(probabilities: Probabilities) -> float:
    """−Σ p log₂ p of probabilities, (K,), scaled to sum 1; zeros count nothing."""
    present = np.asarray(probabilities, np.float64)
    present = present[present > 0] / present.sum()
    return float(max(0.0, -(present * np.log2(present)).sum()))


def _interval(kinds: NDArray[np.float64], bits: float, seed: int) -> tuple[float | None, float | None]:
    """Percentiles of H over images drawn anew; `kinds` (mixtures, n, K) are the sums of each image's posteriors.

    An image drawn twice brings nothing new, so every resample's entropy is too low: their spread is laid around H.
    """
    count = kinds.shape[1]
    if count < 2:
        return None, None
    times = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), _RESAMPLES)
    resampled = np.mean([[entropy_bits(row) for row in times @ of_mixture] for of_mixture in kinds], axis=0)
    tail = 50 * (1 - CONFIDENCE)
    low, high = np.percentile(resampled - resampled.mean() + bits, [tail, 100 - tail])
    return float(max(0.0, low)), float(min(high, np.log2(kinds.shape[2])))
