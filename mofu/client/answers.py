"""The shapes of answers that hold what callers want: the part of each that the client reads."""

from __future__ import annotations

from dataclasses import dataclass

from mofu.client.records import Discrimination, Job, SimilarImage, Verdict, Visualness, Word
from mofu.client.waiting import JobView


@dataclass(frozen=True, slots=True)
class OfWord:
    """Something about a word."""

    word: Word


@dataclass(frozen=True, slots=True)
class Words:
    """A page of words, the newest first."""

    cards: tuple[OfWord, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class Deleted:
    """The words that can be restored."""

    words: tuple[OfWord, ...]


@dataclass(frozen=True, slots=True)
class Jobs:
    """A page of jobs, the newest first."""

    jobs: tuple[JobView, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class Asked:
    """The jobs that were asked for, one a word."""

    jobs: tuple[Job, ...]


@dataclass(frozen=True, slots=True)
class Tile:
    """An image of a grid and what stands on it."""

    image: str
    state: str | None


@dataclass(frozen=True, slots=True)
class Grid:
    """A page of a word's grid; `next` is the address of the one after it."""

    tiles: tuple[Tile, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was stored of the verdicts that were sent."""

    accepted: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class Alike:
    """Images that look like one: of its word, and of others."""

    alike: tuple[SimilarImage, ...]
    elsewhere: tuple[SimilarImage, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of every word."""

    lines: tuple[Visualness, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """Words told apart, or why they could not be."""

    result: Discrimination | None
    problem: str
