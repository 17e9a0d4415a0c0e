"""Verdicts with ids of their own → rows, once each and never over somebody else's; a step → what takes it back.

Everything here runs in one transaction that has the word to itself (`steps.take_turn`).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from mofu.db import rankings, steps, verdicts
from mofu.db.base import now
from mofu.db.steps import UNDO, NewStep, StepRecord
from mofu.db.verdicts import CLEAR, StoredVerdict, VerdictRecord
from mofu.errors import InvalidInputError


@dataclass(frozen=True, slots=True)
class Given:
    """A verdict as its giver sends it.

    Attributes:
        uid: made by the giver, a UUID.
        image: SHA-256, whole.
        judgement: accept, reject, unsure or clear.
        expects: number of the newest verdict on the image that the giver saw, 0 for none; None: whatever there is.
    """

    uid: str
    image: str
    judgement: str
    expects: int | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """A verdict that is stored: `number` is what the next one on this image `expects`."""

    uid: str
    image: str
    judgement: str
    number: int


@dataclass(frozen=True, slots=True)
class Opinion:
    """A verdict that stands on an image."""

    number: int
    judgement: str
    who: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Conflict:
    """A verdict that was not stored because somebody else's came first.

    Attributes:
        uid: of the verdict that was sent, or that an undo or redo would have given.
        yours: the judgement that was refused.
        theirs: what stands.
    """

    uid: str
    image: str
    yours: str
    theirs: Opinion


@dataclass(frozen=True, slots=True)
class Change:
    """What a step did to an image: the judgement before and after it; clear for none."""

    image: str
    before: str
    after: str


def give(session: Session, step: NewStep, given: Sequence[Given]) -> tuple[tuple[Accepted, ...], tuple[Conflict, ...]]:
    """Store the verdicts of a step, each for itself; of what is stored already, the number is told again.

    A step of which nothing was stored leaves no row, unless it follows another.

    Raises:
        InvalidInputError: an id belongs to something else.
    """
    known = verdicts.with_uids(session, [each.uid for each in given])
    last = verdicts.newest(session, step.word_id, [each.image for each in given])
    new: dict[str, VerdictRecord] = {}
    conflicts = []
    for each in given:
        if each.uid in known:
            _check_same(known[each.uid].verdict, each, step)
        elif _is_overtaken(last.get(each.image), each, step.who):
            conflicts.append(Conflict(each.uid, each.image, each.judgement, opinion(last[each.image])))
        else:
            new[each.uid] = _following(last.get(each.image), each, step)
            last[each.image] = StoredVerdict(0, new[each.uid])
    stored = known | _store(session, step, list(new.values()))
    accepted = [Accepted(e.uid, e.image, e.judgement, stored[e.uid].id) for e in given if e.uid in stored]
    return tuple(accepted), tuple(conflicts)


def opinion(stored: StoredVerdict) -> Opinion:
    """A stored verdict as others are told of it."""
    return Opinion(stored.id, stored.verdict.judgement, stored.verdict.who, stored.verdict.given_at)


def reversal(session: Session, target: StepRecord, action: str) -> list[Given]:
    """The verdicts that take a step back (undo) or give it again (redo), unless somebody else's came after it."""
    return [
        Given(str(uuid.uuid4()), change.image, change.before if action == UNDO else change.after, expects=0)
        for change in changes(session, target.word_id, [target.id]).get(target.id, [])
    ]


def stored(session: Session, step: NewStep) -> list[Given]:
    """What was stored of a step that is asked for again.

    Raises:
        InvalidInputError: its uid is another step's.
    """
    rows = verdicts.of_steps(session, [steps.ensure(session, step).id])
    return [Given(row.verdict.uid or "", row.verdict.image_sha256, row.verdict.judgement) for row in rows]


def changes(session: Session, word_id: int, step_ids: Sequence[int]) -> dict[int, list[Change]]:
    """What these steps of one word did, by step and in the order of giving."""
    given = verdicts.of_steps(session, step_ids)
    histories = verdicts.of_images(session, word_id, sorted({stored.verdict.image_sha256 for stored in given}))
    found: dict[int, dict[str, Change]] = {}
    for stored in given:
        verdict, number = stored.verdict, stored.verdict.step_id or 0
        own = found.setdefault(number, {})
        first = own.get(verdict.image_sha256)
        before = first.before if first else _before(histories[verdict.image_sha256], stored.id)
        own[verdict.image_sha256] = Change(verdict.image_sha256, before, verdict.judgement)
    return {number: list(own.values()) for number, own in found.items()}


def _before(history: Sequence[StoredVerdict], number: int) -> str:
    place = next(place for place, stored in enumerate(history) if stored.id == number)
    return history[place - 1].verdict.judgement if place else CLEAR


def _store(session: Session, step: NewStep, new: Sequence[VerdictRecord]) -> dict[str, StoredVerdict]:
    if not new and not step.follows:
        return {}
    record = steps.ensure(session, step)
    ranking = rankings.current_id(session, step.word_id)
    rows = [_of_step(verdict, record.id, ranking) for verdict in new]
    return {stored.verdict.uid or "": stored for stored in verdicts.append_new(session, rows)}


def _of_step(verdict: VerdictRecord, step_id: int, ranking_id: int | None) -> VerdictRecord:
    return VerdictRecord(
        verdict.word_id, verdict.image_sha256, verdict.judgement, verdict.who, verdict.given_at,
        ranking_id=ranking_id, uid=verdict.uid, step_id=step_id,
    )  # fmt: skip


def _following(last: StoredVerdict | None, each: Given, step: NewStep) -> VerdictRecord:
    at = now()
    if last is not None and at <= last.verdict.given_at:  # a clock was set back, or the image is here twice
        at = last.verdict.given_at + timedelta(microseconds=1)
    return VerdictRecord(step.word_id, each.image, each.judgement, step.who, at, uid=each.uid)


def _is_overtaken(last: StoredVerdict | None, each: Given, who: str) -> bool:
    if last is None or each.expects is None:
        return False
    return last.id != each.expects and last.verdict.who != who


def _check_same(stored: VerdictRecord, each: Given, step: NewStep) -> None:
    if (stored.word_id, stored.image_sha256, stored.who) != (step.word_id, each.image, step.who):
        raise InvalidInputError(f"verdict id {each.uid} is another verdict's: expected a new one for each verdict")
