"""What an export is made from: a word's ranked images with their sources, as plain values that need no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """Where an image was found, as the search service said it; `license` is a normalised code such as CC-BY-4.0.

    Attributes:
        url: the image's address as the search gave it, before redirects.
        search_rank: 1-based place among the service's hits.
        crawled_at: when the image was fetched; a time without a zone is taken as UTC.
    """

    source: str
    url: str
    page_url: str | None
    title: str | None
    creator: str | None
    license: str
    license_version: str | None
    license_url: str | None
    attribution: str | None
    search_rank: int
    crawled_at: datetime


@dataclass(frozen=True, slots=True)
class DatasetRegion:
    """Where an image shows the word or an object.

    Attributes:
        kind: word or object; label: the word, or the class of the object.
        confidence: that the image shows it there, 0 … 1.
        threshold: what of the map counts as the region, 0 … 1.
        verdict: accept, reject or None.
        map: an 8-bit greyscale PNG in the image's aspect, 255 for probability 1.
    """

    kind: str
    label: str
    confidence: float
    threshold: float
    verdict: str | None
    map: Path


@dataclass(frozen=True, slots=True)
class DatasetImage:
    """One image of a ranking, which stands for its group of near-duplicates.

    Attributes:
        sha256: of the original bytes at `path`, hexadecimal.
        thumbnail: our own JPEG of it.
        format: jpeg, png, webp, gif, avif, bmp or tiff.
        width, height: pixels of the original, orientation applied.
        rank: 1-based place in the final order.
        score: the last round's; higher is better.
        round_scores: one score a round, the last one equal to `score`.
        search_position: 1-based place in the search's own order.
        verdict: accept, reject, unsure or None.
        record: the best-ranked hit; `also_at` holds all others, those of near-duplicates too.
        duplicates: SHA-256 of the near-duplicates that this image stands for.
        regions: of the word and of objects, as they were segmented last.
    """

    sha256: str
    path: Path
    thumbnail: Path
    format: str
    width: int
    height: int
    rank: int
    score: float
    round_scores: tuple[float, ...]
    search_position: int
    verdict: str | None
    record: SourceRecord
    also_at: tuple[SourceRecord, ...] = ()
    duplicates: tuple[str, ...] = ()
    regions: tuple[DatasetRegion, ...] = ()


@dataclass(frozen=True, slots=True)
class Dataset:
    """A word's ranking: its images in rank order and, the same objects, in the search's order.

    `round_seeds` holds, for each round, the SHA-256 of the images that it learned from as positives; `slug` is the
    word's ASCII name, for places without a Japanese font; `provenance` is what repeats the run (settings, backbone and
    weights hash, seeds, rounds, counts, background) in JSON's values.
    """

    word: str
    language: str
    noun: str | None
    images: tuple[DatasetImage, ...]
    search_order: tuple[DatasetImage, ...]
    provenance: Mapping[str, object]
    round_seeds: tuple[tuple[str, ...], ...] = ()
    slug: str = ""

    @property
    def name(self) -> str:
        """The word with its co-occurring noun, as it was searched."""
        return f"{self.word} {self.noun}" if self.noun else self.word
