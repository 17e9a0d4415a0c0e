"""What a crawl asks: which sources, how many images, which licences, which queries; nothing here asks the web."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mofu.crawler.hits import Outcome, Query
from mofu.crawler.licenses import LicenseFilter
from mofu.crawler.sources import REGISTRY, Source, find
from mofu.crawler.variants import variants
from mofu.db.words import WordRecord
from mofu.errors import InvalidInputError
from mofu.settings import Settings

TRANSIENT = (Outcome.NETWORK, Outcome.TIMEOUT, Outcome.HTTP, Outcome.QUOTA, Outcome.TRUNCATED, Outcome.DISK)
"""Failures that another day may not meet: what `retry` tries again while images are missing."""

GENERIC_QUERIES = (
    "photo", "people", "street", "house", "room", "kitchen", "food", "fruit", "market", "shop",
    "car", "train", "ship", "airplane", "bicycle", "bridge", "tower", "church", "city", "village",
    "mountain", "river", "lake", "sea", "beach", "forest", "field", "garden", "flower", "tree",
    "sky", "snow", "animal", "dog", "cat", "bird", "horse", "fish", "insect", "portrait",
    "sport", "music", "festival", "school", "office", "tool", "machine", "furniture", "book", "map",
)  # fmt: skip
"""Things rather than looks: one short page of each is more varied than many pages of a few."""


@dataclass(frozen=True, slots=True)
class CrawlRequest:
    """How a word is crawled: from which sources, how many images, under which licences.

    Attributes:
        widen: where the word's own query gives too few, ask for its variants too.
        retry: where images are missing, try again what failed for reasons that may have passed.
    """

    sources: tuple[str, ...]
    images: int
    license: str = "any"
    widen: bool = False
    retry: bool = False


def make_sources(settings: Settings, names: Sequence[str]) -> list[Source]:
    """The sources of these names in registry order, checked for what they need.

    Raises:
        UnknownNameError, MissingKeyError, InvalidInputError: before anything is asked of the web.
    """
    classes = [find(name) for name in dict.fromkeys(names)]
    if not classes:
        raise InvalidInputError(f"no source given: expected some of {', '.join(REGISTRY)}")
    order = list(REGISTRY.values())
    made = [cls(settings.sources.of(cls.name), settings.crawler) for cls in sorted(classes, key=order.index)]
    for source in made:
        source.check()
    return made


def queries_of(word: WordRecord, licenses: LicenseFilter, widen: bool) -> tuple[Query, ...]:
    """How a word is asked for: its plain query first, its variants after it where the search is to be widened."""
    texts = variants(word.text, word.language, word.noun or None)
    return tuple(Query(text, word.language, licenses.codes) for text in texts[: None if widen else 1])
