"""Verdicts as clients send them → stored once each, never over somebody else's; steps taken back and given again.

A client makes the ids: of each verdict and of the step that it is part of. Sent twice, for want of an answer, both are
stored once. A verdict says which one its giver saw on the image; where somebody else's came after that, it is answered
with both and not stored. Undo and redo are steps themselves, whose verdicts follow: nothing is ever changed.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mofu.db import images, steps, verdict_log
from mofu.db.steps import GIVE, REDO, UNDO, NewStep, Stacks, StepRecord
from mofu.db.verdict_log import Accepted, Change, Conflict, Given
from mofu.db.words import WordRecord
from mofu.errors import ConflictError, InvalidInputError
from mofu.workers.judging import check_judgement, check_who
from mofu.workers.workshop import Workshop

MOST = 1000
"""Verdicts of one call."""

_TURN = threading.Lock()
"""Threads of one process take turns here: who meets a taken lock in SQLite sleeps, ever longer, and may starve."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Verdicts that are one step of undo; `step` is its uid. A step may come in several calls."""

    step: str
    given: tuple[Given, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a step, or of several that were sent together.

    Attributes:
        uid: of the step, the last one.
        action: give, undo or redo.
        follows: uid of the step that was taken back or given again.
        undoable: how many steps undo can still take back.
        redoable: how many redo can give again.
    """

    uid: str
    action: str
    follows: str | None
    accepted: tuple[Accepted, ...]
    conflicts: tuple[Conflict, ...]
    undoable: int
    redoable: int


@dataclass(frozen=True, slots=True)
class StepSummary:
    """A step and what it did."""

    uid: str
    given_at: datetime
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class StepLog:
    """What a person can undo and redo on a word: of each the last steps, next last, and how many there are in all."""

    done: tuple[StepSummary, ...]
    undone: tuple[StepSummary, ...]
    undoable: int
    redoable: int


def submit(workshop: Workshop, word: WordRecord, who: str, sent: Sequence[Sent]) -> Receipt:
    """Store verdicts; when this returns, what is accepted cannot be lost. Each is judged for itself.

    Args:
        who: gives them.
        sent: one or several steps, in the order of giving; at most `MOST` verdicts in all.

    Raises:
        InvalidInputError: one is no verdict or of no image of the word, or an id is somebody else's: nothing is stored.
    """
    who = check_who(who)
    checked = [(NewStep(check_uid(each.step), word.id, who, GIVE), _checked(each.given)) for each in sent]
    _check_as_a_whole([each for _, given in checked for each in given])
    with _TURN, workshop.database.write() as session:
        steps.take_turn(session, word.id)
        names = [each.image for _, given in checked for each in given]
        if strange := set(names) - images.among(session, word.id, names):
            raise InvalidInputError(f"image {min(strange)[:12]!r}: expected the SHA-256 of an image of {word.text!r}")
        answers = [verdict_log.give(session, step, given) for step, given in checked]
        left = steps.left(session, word.id, who)
    accepted = tuple(each for answer, _ in answers for each in answer)
    return _receipt(checked[-1][0], accepted, tuple(each for _, answer in answers for each in answer), left)


def undo(workshop: Workshop, word: WordRecord, who: str, uid: str, step: str | None = None) -> Receipt:
    """Take back a person's newest step on a word; where somebody judged an image since, their verdict stays.

    Args:
        uid: of this undo, made by whoever asks: sent twice, one step is taken back.
        step: uid of the step that is meant; None: the newest.

    Raises:
        ConflictError: there is nothing to undo, or the newest step is another.
    """
    return _follow(workshop, word, NewStep(check_uid(uid), word.id, check_who(who), UNDO, step))


def redo(workshop: Workshop, word: WordRecord, who: str, uid: str, step: str | None = None) -> Receipt:
    """Give the step again that was undone last; as `undo`."""
    return _follow(workshop, word, NewStep(check_uid(uid), word.id, check_who(who), REDO, step))


def step_log(workshop: Workshop, word: WordRecord, who: str, limit: int = 50) -> StepLog:
    """What a person can undo and redo on a word: in full the last `limit` steps of each."""
    with workshop.database.read() as session:
        stacks = steps.stacks(session, word.id, check_who(who))
        done, undone = stacks.done[-limit:], stacks.undone[-limit:]
        changes = verdict_log.changes(session, word.id, [step.id for step in (*done, *undone)])

    def summaries(some: Sequence[StepRecord]) -> tuple[StepSummary, ...]:
        return tuple(StepSummary(step.uid, step.given_at, tuple(changes.get(step.id, ()))) for step in some)

    return StepLog(summaries(done), summaries(undone), len(stacks.done), len(stacks.undone))


def check_uid(uid: object) -> str:
    """A UUID in its 36 characters; raises InvalidInputError for what is none."""
    try:
        return str(uuid.UUID(str(uid)))
    except ValueError as error:
        raise InvalidInputError(f"id {str(uid)[:40]!r}: expected a UUID, e.g. {uuid.UUID(int=1)}") from error


def _checked(given: Sequence[Given]) -> list[Given]:
    return [Given(check_uid(e.uid), e.image, check_judgement(e.judgement), e.expects) for e in given]


def _check_as_a_whole(given: Sequence[Given]) -> None:
    if not 1 <= len(given) <= MOST:
        raise InvalidInputError(f"{len(given)} verdicts at once: expected 1 to {MOST}")
    if len({each.uid for each in given}) < len(given):
        raise InvalidInputError("a verdict id twice in one call: expected one for each verdict")


def _follow(workshop: Workshop, word: WordRecord, asked: NewStep) -> Receipt:
    with _TURN, workshop.database.write() as session:
        steps.take_turn(session, word.id)
        known = steps.find(session, asked.uid)
        target = None if known else _target(steps.stacks(session, word.id, asked.who), asked)
        step = replace(asked, follows=target.uid if target else known.follows if known else None)
        given = verdict_log.reversal(session, target, asked.action) if target else verdict_log.stored(session, step)
        accepted, conflicts = verdict_log.give(session, step, given)
        left = steps.left(session, word.id, asked.who)
    return _receipt(step, accepted, conflicts, left)


def _target(stacks: Stacks, asked: NewStep) -> StepRecord:
    stack = stacks.done if asked.action == UNDO else stacks.undone
    if not stack:
        raise ConflictError(f"nothing to {asked.action}: {asked.who!r} has no step left on this word")
    if asked.follows is not None and stack[-1].uid != asked.follows:
        raise ConflictError(
            f"step {asked.follows[:40]!r} is not the next to {asked.action}, {stack[-1].uid} is: "
            f"{asked.who!r} judged in another window; load the page again"
        )
    return stack[-1]


def _receipt(
    step: NewStep, accepted: tuple[Accepted, ...], conflicts: tuple[Conflict, ...], left: tuple[int, int]
) -> Receipt:
    return Receipt(step.uid, step.action, step.follows, accepted, conflicts, *left)
