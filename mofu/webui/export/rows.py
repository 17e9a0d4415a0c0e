"""A word's ranking → its images as rows of a table, with where each is from, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass

from mofu.db.words import WordRecord
from mofu.export import DatasetImage
from mofu.library import Library

MOST_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Row:
    """An image of a dataset.

    Attributes:
        search_position: in the answers of the services, from 1.
        verdict: accept, reject, unsure; null for none.
        duplicates: SHA-256 of near-duplicates, for which it stands.
    """

    rank: int
    score: float
    search_position: int
    source: str
    url: str
    page_url: str | None
    title: str | None
    creator: str | None
    license: str
    attribution: str | None
    width: int
    height: int
    sha256: str
    verdict: str | None
    duplicates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DatasetPart:
    """Images of a ranking.

    Attributes:
        ranking: its number.
        total: images in all.
        next: the cursor of the next part; null on the last.
    """

    word: WordRecord
    ranking: int
    strategy: str
    total: int
    images: tuple[Row, ...]
    next: int | None


def read_dataset(library: Library, word: WordRecord, after: int, limit: int) -> DatasetPart:
    """The images at the places after one.

    Raises:
        NothingFoundError: the word is not ranked.
    """
    whole = library.dataset(word)
    images = whole.content.images
    shown = tuple(_row(image) for image in images[after : after + limit])
    following = after + limit if after + limit < len(images) else None
    return DatasetPart(word, whole.ranking.id, whole.ranking.strategy, len(images), shown, following)


def _row(image: DatasetImage) -> Row:
    found = image.record
    return Row(
        image.rank, image.score, image.search_position, found.source, found.url, found.page_url, found.title,
        found.creator, found.license, found.attribution, image.width, image.height, image.sha256, image.verdict,
        image.duplicates,
    )  # fmt: skip
