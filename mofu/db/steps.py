"""Steps of judging: appended and never changed; a person's own, replayed, say what undo and redo come to next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mofu.db.models import Word
from mofu.db.verdict_tables import Step
from mofu.errors import InvalidInputError

GIVE, UNDO, REDO = "give", "undo", "redo"


@dataclass(frozen=True, slots=True)
class NewStep:
    """A step to be stored.

    Attributes:
        uid: its maker's own id for it, a UUID.
        action: give, undo or redo.
        follows: uid of the step that an undo takes back or a redo gives again.
    """

    uid: str
    word_id: int
    who: str
    action: str
    follows: str | None = None


@dataclass(frozen=True, slots=True)
class StepRecord:
    """A stored step; as `NewStep`, numbered in the order of storing."""

    id: int
    uid: str
    word_id: int
    who: str
    action: str
    follows: str | None
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Stacks:
    """What undo takes back next, at the end of `done`, and what redo gives again, at the end of `undone`."""

    done: tuple[StepRecord, ...]
    undone: tuple[StepRecord, ...]


def take_turn(session: Session, word_id: int) -> None:
    """Wait until nobody else's transaction judges this word: what is read after it holds until the end of this one."""
    session.scalar(select(Word.id).filter_by(id=word_id).with_for_update())


def ensure(session: Session, step: NewStep) -> StepRecord:
    """The step of a uid, made where it is new.

    Raises:
        InvalidInputError: the uid is another step's.
    """
    known = find(session, step.uid)
    if known is None:
        row = Step(uid=step.uid, word_id=step.word_id, who=step.who, action=step.action, follows=step.follows)
        session.add(row)
        session.flush()
        return StepRecord(*(getattr(row, name) for name in StepRecord.__dataclass_fields__))
    if (known.word_id, known.who, known.action) != (step.word_id, step.who, step.action):
        raise InvalidInputError(f"step id {step.uid} is another step's: expected a new one for each step")
    return known


def find(session: Session, uid: str) -> StepRecord | None:
    """The step of a uid; None where none is stored."""
    row = session.execute(select(*_COLUMNS).where(Step.uid == uid)).first()
    return StepRecord(*row) if row else None


def stacks(session: Session, word_id: int, who: str) -> Stacks:
    """A person's steps on a word, replayed."""
    query = select(*_COLUMNS).where(Step.word_id == word_id, Step.who == who).order_by(Step.id)
    return replay([StepRecord(*row) for row in session.execute(query)])


def left(session: Session, word_id: int, who: str) -> tuple[int, int]:
    """How many steps a person can undo and redo on a word: as many as `stacks` holds, counted by the database."""
    own = (Step.word_id == word_id, Step.who == who)
    counted = session.execute(select(Step.action, func.count()).where(*own).group_by(Step.action))
    total = Counter({action: count for action, count in counted})  # noqa: C416 - no pairs to mypy
    last = select(func.max(Step.id)).where(*own, Step.action == GIVE).scalar_subquery()
    since = session.execute(select(Step.action, func.count()).where(*own, Step.id > last).group_by(Step.action))
    later = Counter({action: count for action, count in since})  # noqa: C416 - as above
    return total[GIVE] - total[UNDO] + total[REDO], later[UNDO] - later[REDO]


def actions(session: Session, word_id: int) -> dict[int, str]:
    """What each step on a word was, whoever took it: by its number give, undo or redo."""
    query = select(Step.id, Step.action).where(Step.word_id == word_id)
    return {number: action for number, action in session.execute(query)}  # noqa: C416 - no pairs to mypy


def replay(log: Sequence[StepRecord]) -> Stacks:
    """What can be undone and redone after a person's log, the oldest first: who judges anew has nothing to redo."""
    done: list[StepRecord] = []
    undone: list[StepRecord] = []
    for step in log:
        if step.action == GIVE:
            done.append(step)
            undone.clear()
        elif step.action == UNDO and done and done[-1].uid == step.follows:
            undone.append(done.pop())
        elif step.action == REDO and undone and undone[-1].uid == step.follows:
            done.append(undone.pop())
    return Stacks(tuple(done), tuple(undone))


_COLUMNS = tuple(getattr(Step, name) for name in StepRecord.__dataclass_fields__)
