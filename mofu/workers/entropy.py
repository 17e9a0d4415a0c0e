"""Words of the library → their region entropies, with the images and regions that made them.

Regions are computed anew, from thumbnails, which are as large as regions need: 4 ms an image on one core, so that a
hundred words of fifty images take half a minute. Keeping their descriptors would save less than it costs to keep them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from mofu.db import images, rankings
from mofu.db.hits import ImageRecord
from mofu.db.words import WordRecord
from mofu.errors import LibraryError, NothingFoundError
from mofu.export.evidence import EvidenceImage
from mofu.features.regions import SIDE_PX, find_regions
from mofu.imaging.hashes import hamming
from mofu.imaging.results import Pixels
from mofu.imaging.scaling import scaled
from mofu.ranking.region_entropy import AN_IMAGE, GAUSSIANS, GenericMixture, RegionEntropy, fit_generic, region_entropy
from mofu.ranking.region_selection import ImageRegions
from mofu.workers.ordering import SAME_PICTURE_BITS
from mofu.workers.workshop import Workshop

_MOST_BACKGROUND = 400
"""Background images that are segmented: their regions outnumber a word's by far, and more do not change its own."""
_MOST_OTHERS = 4000
"""Background regions that a word's are told from."""


@dataclass(frozen=True, slots=True)
class EntropySettings:
    """How a word's entropy is measured.

    Attributes:
        positives: the word's images: so many first ones of its current ranking.
        an_image: regions of an image that an entropy is measured on.
        gaussians: K of the generic mixture.
        seed: draws whatever is drawn.
    """

    positives: int = 50
    an_image: int = AN_IMAGE
    gaussians: int = GAUSSIANS
    seed: int = 0


@dataclass(frozen=True, slots=True)
class WordEntropy:
    """A word's entropy and what repeats it.

    Attributes:
        word: whose it is.
        ranking_id: the ranking that its images come from; None where there is none.
        background_id: the background that non-X comes from.
        images: SHA-256 of its images in rank order, those without a readable thumbnail left out.
        regions: (r,) for each region of `entropy.selection`, the index of its image.
        entropy: the measure; undefined (bits None) for a word without a ranking.
        settings: as given.
    """

    word: WordRecord
    ranking_id: int | None
    background_id: int
    images: tuple[str, ...]
    regions: NDArray[np.intp] = field(repr=False)
    entropy: RegionEntropy
    settings: EntropySettings


@dataclass(frozen=True, slots=True)
class _Described:
    """Images that could be read, and their regions' descriptors."""

    names: tuple[str, ...]
    records: tuple[ImageRecord, ...]
    descriptors: tuple[NDArray[np.float32], ...]


def region_entropies(
    workshop: Workshop, words: Sequence[WordRecord], settings: EntropySettings
) -> Iterator[WordEntropy]:
    """Measure words that are to be compared: the kinds of regions are learned once, from all of them.

    A word's entropy depends on the words that it is measured with, by these kinds; its place among them hardly does.

    Raises:
        LibraryError: no background yet.
        NothingFoundError: no background image can be read.
    """
    with workshop.database.read() as session:
        background = images.current_background(session)
    if background is None:
        raise LibraryError("no background to tell a word's regions from: run `mofu background refresh` first")
    others = _background(workshop, background.id, settings.seed)
    ranked = [_first_images(workshop, word, settings.positives) for word in words]
    described = []
    for done, (_, names) in enumerate(ranked, start=1):
        described.append(_describe(workshop, names))
        workshop.progress.advance(done, 2 * len(words))
    by_word = [np.concatenate(each.descriptors) for each in described if each.descriptors]
    generic = fit_generic(by_word, np.concatenate(others.descriptors), settings.gaussians, settings.seed)
    for done, (word, (ranking_id, _), mine) in enumerate(zip(words, ranked, described, strict=True), start=1):
        regions = ImageRegions.of(mine.descriptors)
        entropy = _measured(regions, mine, others, generic, settings)
        yield WordEntropy(word, ranking_id, background.id, mine.names, regions.images, entropy, settings)
        workshop.progress.advance(len(words) + done, 2 * len(words))


def evidence(workshop: Workshop, measured: WordEntropy, most: int = 24) -> list[EvidenceImage]:
    """The images whose regions spoke most for a word's entropy, those with the most probability counted first."""
    probabilities, counted = measured.entropy.selection.probabilities, measured.entropy.measured
    weight = np.bincount(measured.regions, probabilities * counted, len(measured.images))
    best = [int(index) for index in np.argsort(-weight, kind="stable")[:most] if weight[index] > 0]
    found = []
    for index in best:
        pixels = _pixels(workshop.blobs.thumbnail(measured.images[index]))
        if pixels is not None:
            own = measured.regions == index
            labels = find_regions(pixels).labels
            found.append(EvidenceImage(pixels, labels, probabilities[own], counted[own]))
    return found


def _measured(
    regions: ImageRegions, mine: _Described, others: _Described, generic: GenericMixture, settings: EntropySettings
) -> RegionEntropy:
    """The entropy of a word against the background images that do not show its pictures."""
    foreign = _foreign(mine.records, others.records)
    rows = [rows for rows, wanted in zip(others.descriptors, foreign, strict=True) if wanted] or [*others.descriptors]
    pool = np.concatenate(rows)
    drawn = np.random.default_rng(settings.seed).permutation(len(pool))[:_MOST_OTHERS]
    return region_entropy(regions, pool[np.sort(drawn)], generic, an_image=settings.an_image, seed=settings.seed)


def _foreign(own: Sequence[ImageRecord], others: Sequence[ImageRecord]) -> NDArray[np.bool_]:
    if not own:
        return np.ones(len(others), np.bool_)
    mine, theirs = (np.array([record.perceptual_hash for record in records], np.int64) for records in (own, others))
    return np.asarray(np.all(hamming(theirs[:, None], mine[None, :]) > SAME_PICTURE_BITS, axis=1))


def _background(workshop: Workshop, background_id: int, seed: int) -> _Described:
    with workshop.database.read() as session:
        names = sorted(record.sha256 for record in images.background_members(session, background_id))
    drawn = np.random.default_rng(seed).permutation(len(names))[:_MOST_BACKGROUND]
    described = _describe(workshop, [names[index] for index in sorted(drawn)])
    if not described.names:
        raise NothingFoundError(f"background {background_id} has no image that can be read: run `mofu check`")
    return described


def _first_images(workshop: Workshop, word: WordRecord, most: int) -> tuple[int | None, list[str]]:
    """A word's current ranking and its first images, near-duplicates once; none where it has not been ranked."""
    with workshop.database.read() as session:
        current = rankings.current(session, word.id)
        if current is None:
            return None, []
        return current.id, [r.image_sha256 for r in rankings.images(session, current.id) if r.rank is not None][:most]


def _describe(workshop: Workshop, names: Sequence[str]) -> _Described:
    with workshop.database.read() as session:
        records = images.by_name(session, names)
    paths = [workshop.blobs.thumbnail(name) for name in names]
    with ThreadPoolExecutor(_cores()) as threads:
        rows = list(threads.map(_descriptors, paths))
    kept = [(name, row) for name, row in zip(names, rows, strict=True) if row is not None]
    return _Described(
        tuple(name for name, _ in kept), tuple(records[name] for name, _ in kept), tuple(row for _, row in kept)
    )


def _descriptors(thumbnail: Path) -> NDArray[np.float32] | None:
    pixels = _pixels(thumbnail)
    return None if pixels is None else find_regions(pixels).descriptors


def _pixels(thumbnail: Path) -> Pixels | None:
    """A thumbnail of ours at the size at which regions are found; None where there is none that can be read."""
    try:
        return scaled(np.asarray(simplejpeg.decode_jpeg(thumbnail.read_bytes())), SIDE_PX, "longer")
    except (OSError, ValueError):
        return None


def _cores() -> int:
    """Cores that this process owns."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
