"""A word, one of its blind samples and who judges → the picture to judge next, and what the sample says so far."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from mofu.db import rankings, verdicts
from mofu.db.words import WordRecord
from mofu.library import Library
from mofu.ranking.audit import Answer, Audit, Judgement
from mofu.workers.agreeing import Opinions, agreement, opinions
from mofu.workers.auditing import drawn
from mofu.workers.confirming import audit_of

SIZES = (50, 100)
"""The first so many images whose precision is told, as in the slides."""
TARGET = 0.9


@dataclass(frozen=True, slots=True)
class Sample:
    """A blind sample of a word.

    Attributes:
        judged: how many of its images anybody judged.
        is_current: whether the ranking that it is of is the word's current one.
    """

    id: int
    k: int
    seed: int
    ranked_at: datetime
    judged: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class Told:
    """What one person's judgements say of precision@k.

    Attributes:
        precision: of those judged right or wrong; None for none.
        low, high: its interval, 95 %.
        reaches: whether it is at least the target: yes, no, open.
        more: about how many more verdicts until that is settled; None where the unsure ones leave it open.
    """

    who: str
    k: int
    judged: int
    precision: float | None
    low: float
    high: float
    reaches: Answer
    more: int | None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people, on how many images both have an opinion, on how many the same, and Cohen's κ; None: undefined."""

    first: str
    second: str
    images: int
    same: int
    kappa: float | None


@dataclass(frozen=True, slots=True)
class Agreed:
    """How far people agree: two by two, and Fleiss' κ of all (more than two) on the images that all judged."""

    pairs: tuple[Pair, ...]
    people: int
    images: int
    kappa: float | None


@dataclass(frozen=True, slots=True)
class Task:
    """A sample as one person goes through it.

    Attributes:
        order: SHA-256 of its images in the order of showing, which says nothing of their ranks.
        given: SHA-256 → what this person said.
        at: place in the order that is shown, from 0; the sample's size when all were judged.
    """

    sample: Sample
    order: tuple[str, ...]
    given: Mapping[str, str]
    at: int

    @property
    def image(self) -> str | None:
        """The picture to judge; None at the end."""
        return self.order[self.at] if self.at < len(self.order) else None


@dataclass(frozen=True, slots=True)
class ConfirmPage:
    """A blind second look.

    Attributes:
        ranked: images of the current ranking; 0 without one.
        samples: the newest first.
        task: None before a sample is chosen or begun.
        told: of this person's judgements, then of others'.
        target: precision that is asked for.
    """

    word: WordRecord
    ranked: int
    samples: tuple[Sample, ...]
    task: Task | None
    told: tuple[Told, ...]
    agreed: Agreed
    target: float


def read(
    library: Library, word: WordRecord, who: str, audit_id: int | None, at: int | None, target: float
) -> ConfirmPage:
    """What there is to judge for a person: the sample of a number, else the newest of the current ranking.

    Raises:
        NothingFoundError: the word has no such sample.
    """
    workshop = library.workshop
    if audit_id is not None:
        audit_of(workshop, word, audit_id)
    with library.database.read() as session:
        current = rankings.current(session, word.id)
        audits = list(reversed(verdicts.audits_of(session, word.id)))
        made = {audit.ranking_id: rankings.find(session, audit.ranking_id).created_at for audit in audits}
    said = {audit.id: opinions(workshop, word, audit.id) for audit in audits}
    samples = tuple(
        Sample(
            audit.id, audit.k, audit.seed, made[audit.ranking_id], len(said[audit.id]),
            current is not None and audit.ranking_id == current.id,
        )
        for audit in audits
    )  # fmt: skip
    chosen = next((s for s in samples if (s.is_current if audit_id is None else s.id == audit_id)), None)
    ranked = current.count if current else 0
    if chosen is None:
        return ConfirmPage(word, ranked, samples, None, (), Agreed((), 0, 0, None), target)
    audit = next(audit for audit in audits if audit.id == chosen.id)
    order = drawn(workshop, audit)
    told = _told(order, said[chosen.id], who, target)
    return ConfirmPage(
        word, ranked, samples, _task(chosen, order, said[chosen.id], who, at), told, _agreed(said[chosen.id]), target
    )


def _task(sample: Sample, audit: Audit, said: Opinions, who: str, at: int | None) -> Task:
    given = {image: of[who] for image, of in said.items() if who in of}
    left = next((place for place, image in enumerate(audit.images) if image not in given), len(audit.images))
    return Task(sample, audit.images, given, left if at is None else max(0, min(at, len(audit.images))))


def _told(audit: Audit, said: Opinions, who: str, target: float) -> tuple[Told, ...]:
    people = sorted(
        {person for of in said.values() for person in of} | {who}, key=lambda person: (person != who, person)
    )
    sizes = sorted({k for k in SIZES if k < audit.k} | {audit.k})
    return tuple(_of_person(audit, said, person, k, target) for person in people for k in sizes)


def _of_person(audit: Audit, said: Opinions, who: str, k: int, target: float) -> Told:
    own = cast(dict[str, Judgement], {image: of[who] for image, of in said.items() if who in of})
    result = audit.result(own, k)
    interval = result.interval
    return Told(
        who, k, result.judged, _or_none(result.precision), interval.low, interval.high,
        result.reaches(target), result.more_for_target(target),
    )  # fmt: skip


def _agreed(said: Opinions) -> Agreed:
    found = agreement(said)
    pairs = tuple(Pair(p.first, p.second, p.images, p.same, _or_none(p.kappa)) for p in found.pairs)
    return Agreed(pairs, len(found.people), found.images, _or_none(found.kappa))


def _or_none(value: float) -> float | None:
    """JSON has no NaN."""
    return None if math.isnan(value) else value
