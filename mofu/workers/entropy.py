"""Words of the library → their region entropies, with the images and regions that made them.

Regions are computed anew, from thumbnails, which are as large as regions need: 4 ms an image on one core, so that a
hundred words of fifty images take half a minute. Keeping their descriptors would save less than it costs to keep them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from scipy.ndimage import find_objects

from mofu.db import images, rankings
from mofu.db.hits import ImageRecord
from mofu.db.visualness import RegionRecord
from mofu.db.words import WordRecord
from mofu.errors import LibraryError, NothingFoundError
from mofu.export.evidence import EvidenceImage
from mofu.features.regions import SIDE_PX, find_regions
from mofu.imaging.hashes import hamming
from mofu.imaging.results import Pixels
from mofu.imaging.scaling import scaled
from mofu.ranking.region_entropy import AN_IMAGE, GAUSSIANS, GenericMixture, RegionEntropy, fit_generic, region_entropy
from mofu.ranking.region_selection import ImageRegions
from mofu.workers.candidates import SAME_PICTURE_BITS
from mofu.workers.workshop import Workshop

_MOST_BACKGROUND = 400
"""Background images that are segmented: their regions outnumber a word's by far, and more do not change its own."""
_MOST_OTHERS = 4000
"""Background regions that a word's are told from."""


@dataclass(frozen=True, slots=True)
class EntropySettings:
    """How a word's entropy is measured.

    Attributes:
        an_image: regions of an image that an entropy is measured on.
        gaussians: K of the generic mixture.
        seed: draws whatever is drawn.
    """

    an_image: int = AN_IMAGE
    gaussians: int = GAUSSIANS
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Subject:
    """A word to be measured.

    Attributes:
        word: whose entropy it is.
        ranking_id: the ranking that its images come from; None where there is none.
        images: SHA-256 of its images, the best first, each picture once.
    """

    word: WordRecord
    ranking_id: int | None
    images: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WordEntropy:
    """A word's entropy and what repeats it.

    Attributes:
        subject: whose it is, and by which images.
        background_id: the background that non-X comes from.
        images: SHA-256 of the images that it was measured on, those without a readable thumbnail left out.
        regions: (r,) for each region of `entropy.selection`, the index of its image.
        places: (r, 5) float32, the left, top, width and height of the box around each region, in shares of its image's
            sides, and its share of the image's area.
        entropy: the measure; undefined (bits None) for a word without images.
        settings: as given.
    """

    subject: Subject
    background_id: int
    images: tuple[str, ...]
    regions: NDArray[np.intp] = field(repr=False)
    places: NDArray[np.float32] = field(repr=False)
    entropy: RegionEntropy
    settings: EntropySettings

    def counted(self) -> list[RegionRecord]:
        """The regions that it was measured on, image by image."""
        at = np.flatnonzero(self.entropy.measured)
        numbers = np.column_stack([self.places[at], self.entropy.selection.probabilities[at]]).tolist()
        names = (self.images[image] for image in self.regions[at])
        return [RegionRecord(name, *values) for name, values in zip(names, numbers, strict=True)]


@dataclass(frozen=True, slots=True)
class _Described:
    """Images that could be read, their regions' descriptors, (r, 12), and where these lie, (r, 5)."""

    names: tuple[str, ...]
    records: tuple[ImageRecord, ...]
    descriptors: tuple[NDArray[np.float32], ...]
    places: tuple[NDArray[np.float32], ...]


def first_images(workshop: Workshop, words: Sequence[WordRecord], most: int) -> list[Subject]:
    """Words with so many first images of their current rankings at the most; none where a word is not ranked."""
    return [Subject(word, *_first_images(workshop, word, most)) for word in words]


def region_entropies(
    workshop: Workshop, subjects: Sequence[Subject], settings: EntropySettings, wanted: Collection[int] | None = None
) -> Iterator[WordEntropy]:
    """Measure words that are to be compared: the kinds of regions are learned once, from all of them.

    A word's entropy depends on the words that it is measured with, by these kinds, not on their order, nor on which
    of them are asked for.

    Args:
        workshop: the library.
        subjects: the words to be compared.
        settings: how.
        wanted: ids of the words whose entropies are asked for; None: all.

    Yields:
        The entropies by word id.

    Raises:
        LibraryError: no background yet.
        NothingFoundError: no background image can be read.
    """
    with workshop.database.read() as session:
        background = images.current_background(session)
    if background is None:
        raise LibraryError("no background to tell a word's regions from: run `mofu background refresh` first")
    others = _background(workshop, background.id, settings.seed)
    ordered = sorted(subjects, key=lambda subject: subject.word.id)
    asked = [subject.word.id for subject in ordered if wanted is None or subject.word.id in wanted]
    described, steps = [], len(ordered) + len(asked)
    for done, subject in enumerate(ordered, start=1):
        described.append(_describe(workshop, subject.images))
        workshop.progress.advance(done, steps)
    by_word = [np.concatenate(each.descriptors) for each in described if each.descriptors]
    generic = fit_generic(by_word, np.concatenate(others.descriptors), settings.gaussians, settings.seed)
    done = len(ordered)
    for subject, mine in zip(ordered, described, strict=True):
        if subject.word.id in asked:
            yield _measured(subject, mine, others, generic, settings, background.id)
            done += 1
            workshop.progress.advance(done, steps)


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
    subject: Subject,
    mine: _Described,
    others: _Described,
    generic: GenericMixture,
    settings: EntropySettings,
    background_id: int,
) -> WordEntropy:
    """The entropy of a word against the background images that do not show its pictures."""
    regions = ImageRegions.of(mine.descriptors)
    foreign = _foreign(mine.records, others.records)
    rows = [rows for rows, wanted in zip(others.descriptors, foreign, strict=True) if wanted] or [*others.descriptors]
    pool = np.concatenate(rows)
    drawn = np.random.default_rng(settings.seed).permutation(len(pool))[:_MOST_OTHERS]
    entropy = region_entropy(regions, pool[np.sort(drawn)], generic, an_image=settings.an_image, seed=settings.seed)
    places = np.concatenate(mine.places) if mine.places else np.zeros((0, 5), np.float32)
    return WordEntropy(subject, background_id, mine.names, regions.images, places, entropy, settings)


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


def _first_images(workshop: Workshop, word: WordRecord, most: int) -> tuple[int | None, tuple[str, ...]]:
    """A word's current ranking and its first images, near-duplicates once; none where it has not been ranked."""
    with workshop.database.read() as session:
        current = rankings.current(session, word.id)
        if current is None:
            return None, ()
        ranked = [image.image_sha256 for image in rankings.images(session, current.id) if image.rank is not None]
    return current.id, tuple(ranked[:most])


def _describe(workshop: Workshop, names: Sequence[str]) -> _Described:
    with workshop.database.read() as session:
        records = images.by_name(session, names)
    paths = workshop.blobs.bring_thumbnails(names)
    with ThreadPoolExecutor(_cores()) as threads:
        found = list(threads.map(_regions, paths))
    kept = [(name, *each) for name, each in zip(names, found, strict=True) if each is not None]
    return _Described(
        tuple(name for name, _, _ in kept),
        tuple(records[name] for name, _, _ in kept),
        tuple(descriptors for _, descriptors, _ in kept),
        tuple(places for _, _, places in kept),
    )


def _regions(thumbnail: Path) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
    """Descriptors and places of a thumbnail's regions; None where it cannot be read."""
    pixels = _pixels(thumbnail)
    if pixels is None:
        return None
    found = find_regions(pixels)
    return found.descriptors, _places(found.labels)


def _places(labels: NDArray[np.int32]) -> NDArray[np.float32]:
    """(r, 5) the box around each region in shares of the sides, left, top, width, height, and its share of the area."""
    height, width = labels.shape
    shares = np.bincount(labels.ravel()) / labels.size
    boxes = [
        (x.start / width, y.start / height, (x.stop - x.start) / width, (y.stop - y.start) / height)
        for y, x in find_objects(labels + 1)
    ]
    return np.column_stack([np.array(boxes), shares]).astype(np.float32)


def _pixels(thumbnail: Path) -> Pixels | None:
    """A thumbnail of ours at the size at which regions are found; None where there is none that can be read."""
    try:
        return scaled(np.asarray(simplejpeg.decode_jpeg(thumbnail.read_bytes())), SIDE_PX, "longer")
    except (OSError, ValueError):
        return None


def _cores() -> int:
    """Cores that this process owns."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
