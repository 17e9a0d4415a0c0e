"""Ranked words of the library → what a classifier of their regions learns from, named by its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mofu.db import images, words
from mofu.db.words import WordRecord
from mofu.errors import LibraryError, MissingError, NothingFoundError, UsageError
from mofu.imaging.hashes import hamming
from mofu.settings import SegmentationSettings
from mofu.workers.candidates import SAME_PICTURE_BITS
from mofu.workers.positives import positives_of
from mofu.workers.workshop import Workshop

FEWEST = 5
"""Images of a word below which its class is the memory of single pictures."""
_TOO_ALIKE = 0.2
"""Share of its images that a word has in common with one that is asked for, from which on it is no contrast to it."""


@dataclass(frozen=True, slots=True)
class ShownWord:
    """A word with its images, by SHA-256.

    Attributes:
        images: the best first, each picture once, without what people rejected.
        learned: those of them that a classifier learns from.
    """

    word: WordRecord
    images: tuple[str, ...]
    learned: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RegionLesson:
    """What a classifier of regions learns from.

    Attributes:
        asked: the words whose regions are looked for.
        contrasts: words that it learns only to tell the others from.
        background: SHA-256 of images of none of them.
    """

    asked: tuple[ShownWord, ...]
    contrasts: tuple[ShownWord, ...]
    background: tuple[str, ...]

    @property
    def classes(self) -> tuple[ShownWord, ...]:
        """All words that are learned, in the order of the classifier's."""
        return self.asked + self.contrasts

    @property
    def slugs(self) -> tuple[str, ...]:
        """What the classifier calls its words: two may be the same text, with different nouns."""
        return tuple(each.word.slug for each in self.classes)

    def shown_by(self) -> dict[str, tuple[str, ...]]:
        """Every image that is learned from → the slugs of the words that it shows; none for the background's."""
        found: dict[str, tuple[str, ...]] = {}
        for each in self.classes:
            for name in each.learned:
                found[name] = (*found.get(name, ()), each.word.slug)
        return found | dict.fromkeys(self.background, ())

    def digest(self, *parts: object) -> str:
        """SHA-256 of the lesson, with whatever else decides what is learned from it."""
        learned = [[each.word.slug, each.learned] for each in self.classes]
        return digest([learned, self.background, *parts])


def digest(parts: object) -> str:
    """SHA-256 of what JSON can say."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def lesson(workshop: Workshop, asked: Sequence[WordRecord], settings: SegmentationSettings) -> RegionLesson:
    """What is to be learned to find the regions of some words.

    Raises:
        UsageError: no word.
        NothingFoundError: one is not ranked.
        MissingError: one has too few images.
        LibraryError: there is no background.
    """
    if not asked:
        raise UsageError("no word: name one whose regions are to be found")
    unique = {word.id: word for word in asked}
    shown = tuple(_shown(workshop, word, settings) for word in unique.values())
    contrasts = _contrasts(workshop, shown, settings)
    own = list(dict.fromkeys(name for each in shown + contrasts for name in each.learned))
    return RegionLesson(shown, contrasts, background_images(workshop, own, settings.background, settings.seed))


def shown_images(workshop: Workshop, word: WordRecord) -> tuple[str, ...]:
    """SHA-256 of a word's images, the best first: accepted, then ranked, without rejected and near-duplicates.

    Raises:
        NothingFoundError: it is not ranked.
    """
    positives = positives_of(workshop, word, verdicts_only=False)
    if positives is None:
        raise NothingFoundError(f"{word.text!r} is not ranked yet: run `mofu build {word.text}` first")
    return positives.names


def _shown(workshop: Workshop, word: WordRecord, settings: SegmentationSettings) -> ShownWord:
    names = shown_images(workshop, word)
    if len(names) < FEWEST:
        raise MissingError(
            f"{word.text!r} has {len(names)} ranked images, expected at least {FEWEST} to learn from:"
            f" run `mofu build {word.text} -n {10 * FEWEST}` first"
        )
    return ShownWord(word, names, names[: settings.images])


def _contrasts(workshop: Workshop, asked: Sequence[ShownWord], settings: SegmentationSettings) -> tuple[ShownWord, ...]:
    """Other ranked words, the oldest first, that have few images in common with those asked for."""
    with workshop.database.read() as session:
        others = words.listing(session)
    taken = {each.word.id for each in asked}
    found: list[ShownWord] = []
    for word in others:
        if len(found) == settings.contrast_words:
            break
        positives = None if word.id in taken else positives_of(workshop, word, verdicts_only=False)
        if positives is None or len(positives.names) < FEWEST:
            continue
        shown = ShownWord(word, positives.names, positives.names[: settings.images])
        if all(_shared(shown, each) < _TOO_ALIKE for each in asked):
            found.append(shown)
    return tuple(found)


def _shared(one: ShownWord, other: ShownWord) -> float:
    return len(set(one.learned) & set(other.learned)) / min(len(one.learned), len(other.learned))


def background_images(workshop: Workshop, own: Sequence[str], most: int, seed: int) -> tuple[str, ...]:
    """Images of the background that show none of some pictures, so many at most, drawn by a seed.

    Raises:
        LibraryError: there is no background, or hardly one.
    """
    with workshop.database.read() as session:
        current = images.current_background(session)
        members = images.background_members(session, current.id) if current else []
        facts = images.by_name(session, own)
    if len(members) < FEWEST:
        raise LibraryError("no background to tell regions from: run `mofu background refresh` first")
    mine = np.array([facts[name].perceptual_hash for name in own if name in facts], dtype=np.int64)
    theirs = np.array([member.perceptual_hash for member in members], dtype=np.int64)
    is_same = np.any(hamming(theirs[:, None], mine[None, :]) <= SAME_PICTURE_BITS, axis=1)
    names = sorted(members[index].sha256 for index in np.flatnonzero(~is_same))
    order = np.random.default_rng(seed).permutation(len(names))[:most]
    return tuple(names[index] for index in sorted(order.tolist()))
