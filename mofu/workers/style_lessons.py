"""Ranked words → what their styles are learned from: images of the right licences, and where each shows the word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mofu.crawler.licenses import LicenseFilter
from mofu.db import hits, rankings, region_verdicts, regions
from mofu.db.hits import Provenance
from mofu.db.words import WordRecord
from mofu.errors import LibraryError, MissingError, NothingFoundError
from mofu.settings import StyleSettings
from mofu.style.pack import Example
from mofu.workers.positives import positives_of
from mofu.workers.region_lessons import background_images, digest
from mofu.workers.region_maps import RegionMaps
from mofu.workers.workshop import Workshop

FEWEST = 5
"""Images of a word below which its style is that of single pictures."""

_MOST_TEXT = 2000

BEHIND = 100
"""Images of the background, at most, that tell how clearly an image shows a word."""

_VERSION = 2
"""Part of a pack's fingerprint: raised when the same images would give another pack."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Where an image shows a word: a map of `regions/`, and from what value of it on."""

    map_sha256: str
    threshold: float


@dataclass(frozen=True, slots=True)
class StyleLesson:
    """What the styles of a word are learned from.

    Attributes:
        ranking_id: the ranking that the images come from.
        images: SHA-256, the best first: what people accepted, then the rest without what they rejected.
        examples: each image with its rank, source and licence.
        regions: image → where it shows the word; an image without any counts whole.
        behind: images of the background, of which none shows what these do; none in a library without one.
    """

    word: WordRecord
    ranking_id: int
    images: tuple[str, ...]
    examples: Mapping[str, Example]
    regions: Mapping[str, tuple[Shown, ...]]
    behind: tuple[str, ...]

    def digest(self, *parts: object) -> str:
        """SHA-256 of the lesson, with whatever else decides what is learned from it."""
        masks = [[(each.map_sha256, each.threshold) for each in self.regions.get(name, ())] for name in self.images]
        return digest([_VERSION, self.images, masks, self.behind, *parts])

    def mask(self, maps: RegionMaps, name: str) -> NDArray[np.float32] | None:
        """(h, w), 1 where an image shows the word; None for all of it.

        Raises:
            DamagedError: a map is lost.
        """
        shown = [maps.read(each.map_sha256) >= each.threshold for each in self.regions.get(name, ())]
        return np.any(shown, axis=0).astype(np.float32) if shown else None


def style_lesson(workshop: Workshop, word: WordRecord, settings: StyleSettings) -> StyleLesson:
    """What is to be learned to know the styles of a word.

    Raises:
        NothingFoundError: it is not ranked.
        MissingError: it has too few images, or too few of the licences wanted.
        UnknownNameError: no such licence.
    """
    allows = LicenseFilter.parse(settings.license).allows
    positives = positives_of(workshop, word, verdicts_only=False)
    if positives is None:
        raise NothingFoundError(f"{word.text!r} is not ranked yet: run `mofu build {word.text}` first")
    with workshop.database.read() as session:
        ranks = {each.image_sha256: each.rank for each in rankings.images(session, positives.ranking_id)}
        sources = hits.provenance(session, positives.names)
    examples = {name: _example(name, ranks.get(name) or 0, sources.get(name, []), word) for name in positives.names}
    names = tuple(name for name in positives.names if allows(examples[name].licence))[: settings.top]
    if len(names) < FEWEST:
        of = f" of licence {settings.license}" if settings.license != "any" else ""
        raise MissingError(
            f"{word.text!r} has {len(names)} ranked images{of}, expected at least {FEWEST} to learn a style from:"
            f" run `mofu build {word.text} -n {20 * FEWEST}` first"
        )
    found = _regions(workshop, word, names) if settings.masked else {}
    shown = {name: examples[name] for name in names}
    return StyleLesson(word, positives.ranking_id, names, shown, found, _behind(workshop, names, settings.seed))


def _behind(workshop: Workshop, names: Sequence[str], seed: int) -> tuple[str, ...]:
    try:
        return background_images(workshop, names, BEHIND, seed)
    except LibraryError:  # without a background, all images of a word are as clear as one another
        return ()


def _example(name: str, rank: int, sources: Sequence[Provenance], word: WordRecord) -> Example:
    """What is said of an image by the word's own best hit."""
    if not sources:
        return Example(name, rank, "unknown")
    own = min(sources, key=lambda each: (each.word_id != word.id, each.position))
    page = own.page_url or own.url
    return Example(
        sha256=name, rank=rank, licence=own.license, creator=(own.creator or "")[:_MOST_TEXT],
        title=(own.title or "")[:_MOST_TEXT],
        page=page if page.startswith(("http://", "https://")) and len(page) <= _MOST_TEXT else "", source=own.source,
    )  # fmt: skip


def _regions(workshop: Workshop, word: WordRecord, names: Sequence[str]) -> dict[str, tuple[Shown, ...]]:
    """The word's current regions on some images, without those that people rejected."""
    with workshop.database.read() as session:
        current = regions.current(session, word.id)
        if current is None:
            return {}
        found = regions.on_images(session, current.id, names)
        said = region_verdicts.of_segmentation(session, current.id)
    shown: dict[str, tuple[Shown, ...]] = {}
    for name, some in found.items():
        kept = []
        for each in some:
            verdict = said.get(each.id)
            if verdict is None or verdict.verdict != "reject":
                moved = verdict.threshold if verdict else None
                kept.append(Shown(each.map_sha256, each.threshold if moved is None else moved))
        if kept:
            shown[name] = tuple(kept)
    return shown
