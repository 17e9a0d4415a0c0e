"""A query and a seed → what the demo's search gives for it: results in rank order, and the truth about each."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable
from dataclasses import dataclass, replace

from mofu.demo import captions
from mofu.demo.pictures import DISTRACTORS, WORDS, size
from mofu.demo.words import DemoWord

FAULTS = {
    "missing": "http",
    "html": "not-an-image",
    "cut": "truncated",
    "busy": "stored",
    "closed": "robots",
    "noai": "opt-out",
    "tiny": "too-small",
}
"""How an address can fail, and what a careful crawler makes of it; `busy` answers 503 once and serves from then on."""

_TWINS = ("same", "same", "q40", "half", "crop")
_FAULT_SHARE, _TWIN_SHARE, _FIRST_FAULT = 0.06, 0.08, 4
_SLUGS = {word.text: word.romaji for word in WORDS} | {name: name for name in DISTRACTORS}
_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
SUBJECTS = {slug: subject for subject, slug in _SLUGS.items()}
"""Subjects by the slug that stands for them in addresses."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What an address of the demo's web really is.

    Attributes:
        subject: the word's text or the distractor family that the picture shows.
        expect: "stored", or the kind of failure that a careful crawl records.
        duplicate_of: the address of the better-ranked picture that this one copies, exactly or nearly.
    """

    subject: str
    expect: str
    duplicate_of: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """One result of a query.

    Attributes:
        rank: from 0.
        site: which of the web's addresses holds it, from 0.
        shelf, treatment: the folders of its path; the treatment is one of the pictures' variants or a fault.
        subject, picture: what it shows and the picture's seed, as `draw` takes them.
        twin: rank of the result that it copies.
    """

    rank: int
    site: int
    shelf: str
    treatment: str
    subject: str
    picture: int
    title: str
    tags: tuple[str, ...]
    creator: str
    license: str
    license_version: str
    twin: int | None = None

    @property
    def path(self) -> str:
        """Where the picture lies on its site."""
        return f"/{self.shelf}/{self.treatment}/{_SLUGS[self.subject]}-{self.picture}.jpg"

    @property
    def page_path(self) -> str:
        """Where the page about the picture lies on its site."""
        return f"/pages/{_SLUGS[self.subject]}-{self.picture}.html"

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in px as a search service would state it."""
        return size(self.subject, self.picture, self.treatment if self.treatment in _TWINS else "same")

    @property
    def expect(self) -> str:
        """What becomes of it in a careful crawl."""
        return FAULTS.get(self.treatment, "stored")


def find_word(query: str) -> DemoWord | None:
    """The demo's word that a query starts with, in either kana, romaji or English; None for any other query."""
    first = (query.split() or [""])[0].casefold().translate(_HIRAGANA)
    return next((word for word in WORDS if first.startswith(word.text) or first in (word.romaji, word.gloss)), None)


def results(query: str, *, seed: int, hits: int, sites: int) -> tuple[Result, ...]:
    """The results of a query, the same for the same arguments.

    A word's precision falls linearly from 0.85 at the first rank to 0.15 at the last; the rest are other things and
    other words. Any other query gives other things alone, different ones for different queries.
    """
    rng = random.Random(hashlib.sha256(repr((seed, query)).encode()).digest())
    word = find_word(query)
    rows: list[Result] = []
    taken: set[tuple[int, str]] = set()
    while len(rows) < hits:
        row = _next(rng, query, word, rows, hits)
        row = replace(row, site=rng.randrange(sites))
        if (row.site, row.path) not in taken:
            taken.add((row.site, row.path))
            rows.append(row)
    return tuple(rows)


def _next(rng: random.Random, query: str, word: DemoWord | None, rows: list[Result], hits: int) -> Result:
    roll = rng.random()
    sound = [row for row in rows if row.twin is None and row.treatment == "same"]
    if sound and roll < _TWIN_SHARE:
        return _twin(rng, rng.choice(sound), len(rows))
    row = _fresh(rng, query, _subject(rng, word, len(rows) / max(hits - 1, 1)), len(rows))
    if len(rows) >= _FIRST_FAULT and roll > 1 - _FAULT_SHARE:
        treatment = rng.choice(list(FAULTS))
        return replace(row, treatment=treatment, shelf="private" if treatment == "closed" else "photos")
    return row


def _subject(rng: random.Random, word: DemoWord | None, progress: float) -> str:
    if word is None:
        return rng.choice(DISTRACTORS)
    if rng.random() < 0.85 - 0.70 * progress:
        return word.text
    others = [other.text for other in WORDS if other is not word]
    return rng.choice(DISTRACTORS) if rng.random() < 0.65 else rng.choice(others)


def _fresh(rng: random.Random, query: str, subject: str, rank: int) -> Result:
    nouns = captions.NOUNS[subject]
    license_, version = captions.licence(rng)
    return Result(
        rank=rank,
        site=0,
        shelf="photos",
        treatment="same",
        subject=subject,
        picture=rng.randrange(10**8),
        title=captions.title(rng, query, nouns),
        tags=tuple(captions.tags(rng, query, nouns)),
        creator=rng.choice(captions.creators()),
        license=license_,
        license_version=version,
    )


def _twin(rng: random.Random, original: Result, rank: int) -> Result:
    treatment = rng.choice(_TWINS)
    creator = original.creator if rng.random() < 0.5 else rng.choice(captions.creators())
    return replace(original, rank=rank, shelf="mirror", treatment=treatment, creator=creator, twin=original.rank)


def truths(rows: Iterable[Result], addresses: dict[int, str]) -> dict[str, Truth]:
    """The truth about each result, by its address; `addresses` maps ranks to addresses."""
    return {
        addresses[row.rank]: Truth(row.subject, row.expect, None if row.twin is None else addresses[row.twin])
        for row in rows
    }
