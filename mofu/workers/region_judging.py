"""What people say of regions → stored once each, never over somebody else's; undo and redo are verdicts that follow.

A verdict says both what its giver thinks of a region and, where they moved it, the threshold that it holds by. A client
makes the ids: sent twice, for want of an answer, a verdict is stored once. It may say which verdict its giver saw last;
where somebody else's came after that, it is answered with theirs and not stored.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from mofu.db import region_verdicts, regions, steps
from mofu.db.region_verdicts import Judgement, NewRegionVerdict, RegionVerdictRecord
from mofu.db.steps import REDO, UNDO
from mofu.db.words import WordRecord
from mofu.errors import ConflictError, InvalidInputError
from mofu.workers.judging import check_who
from mofu.workers.verdict_log import check_uid
from mofu.workers.workshop import Workshop

MOST = 1000
"""Verdicts of one call."""

_TURN = threading.Lock()
"""Threads of one process take turns here: who meets a taken lock in SQLite sleeps, ever longer, and may starve."""


@dataclass(frozen=True, slots=True)
class GivenRegion:
    """A verdict on a region as its giver sends it.

    Attributes:
        client_id: made by the giver, a UUID.
        region: its number.
        verdict: accept, reject or clear.
        threshold: what of the map counts as the region, 0 … 1; None: as it stands.
        expects: number of the newest verdict on the region that the giver saw, 0 for none; None: whatever there is.
    """

    client_id: str
    region: int
    verdict: Judgement
    threshold: float | None = None
    expects: int | None = None


@dataclass(frozen=True, slots=True)
class RegionConflict:
    """A verdict that was not stored because somebody else's came first: `theirs` stands."""

    client_id: str
    region: int
    yours: Judgement
    theirs: RegionVerdictRecord


@dataclass(frozen=True, slots=True)
class RegionReceipt:
    """What became of verdicts that were sent together.

    Attributes:
        accepted: those that are stored; the `id` of one is what the next on its region `expects`.
        undoable: how many verdicts undo can still take back.
        redoable: how many redo can give again.
    """

    accepted: tuple[RegionVerdictRecord, ...]
    conflicts: tuple[RegionConflict, ...]
    undoable: int
    redoable: int


def judge(workshop: Workshop, word: WordRecord, who: str, given: Sequence[GivenRegion]) -> RegionReceipt:
    """Store verdicts, each for itself; when this returns, what is accepted cannot be lost.

    Raises:
        InvalidInputError: one is no verdict or of no region of the word, or its id is another's: nothing is stored.
    """
    who = check_who(who)
    checked = [_checked(each, who) for each in _few(given)]
    with _TURN, workshop.database.write() as session:
        steps.take_turn(session, word.id)
        for new in checked:
            if regions.word_of(session, new.region_id) != word.id:
                raise InvalidInputError(f"region {new.region_id}: expected the number of a region of {word.text!r}")
        expected = [each.expects for each in given]
        stand = [region_verdicts.give(session, new, expects) for new, expects in zip(checked, expected, strict=True)]
        left = region_verdicts.stacks(session, word.id, who)
    pairs = list(zip(checked, stand, strict=True))
    return RegionReceipt(
        tuple(stood for new, stood in pairs if stood.client_id == new.client_id),
        tuple(
            RegionConflict(new.client_id, new.region_id, new.verdict, stood)
            for new, stood in pairs
            if stood.client_id != new.client_id
        ),
        len(left.done),
        len(left.undone),
    )


def undo(workshop: Workshop, word: WordRecord, who: str, client_id: str) -> RegionReceipt:
    """Take back a person's newest verdict on a word's regions, but for those that somebody else judged since.

    Args:
        client_id: of this undo, made by whoever asks: sent twice, one verdict is taken back.

    Raises:
        ConflictError: there is nothing to undo.
    """
    return _follow(workshop, word, check_who(who), check_uid(client_id), UNDO)


def redo(workshop: Workshop, word: WordRecord, who: str, client_id: str) -> RegionReceipt:
    """Give the verdict again that was undone last; as `undo`."""
    return _follow(workshop, word, check_who(who), check_uid(client_id), REDO)


def new_id() -> str:
    """An id for a verdict, or for an undo."""
    return str(uuid.uuid4())


def _follow(workshop: Workshop, word: WordRecord, who: str, client_id: str, action: str) -> RegionReceipt:
    with _TURN, workshop.database.write() as session:
        steps.take_turn(session, word.id)
        stored = region_verdicts.with_client_id(session, client_id)
        if stored is None:
            before = region_verdicts.stacks(session, word.id, who)
            stack = before.done if action == UNDO else before.undone
            if not stack:
                raise ConflictError(f"nothing to {action}: {who!r} has no verdict left on a region of {word.text!r}")
            target = region_verdicts.with_client_id(session, stack[-1].uid)
            assert target is not None, "a stack is made of stored verdicts"  # noqa: S101 - for the type checker
            stored = region_verdicts.give(session, region_verdicts.reversal(session, target, client_id, action))
        left = region_verdicts.stacks(session, word.id, who)
    return RegionReceipt((stored,), (), len(left.done), len(left.undone))


def _few(given: Sequence[GivenRegion]) -> Sequence[GivenRegion]:
    if not 1 <= len(given) <= MOST:
        raise InvalidInputError(f"{len(given)} verdicts at once: expected 1 to {MOST}")
    return given


def _checked(given: GivenRegion, who: str) -> NewRegionVerdict:
    if given.verdict not in get_args(Judgement):
        raise InvalidInputError(f"verdict {given.verdict!r}: expected {', '.join(get_args(Judgement))}")
    if given.threshold is not None and not 0 < given.threshold <= 1:
        raise InvalidInputError(f"threshold {given.threshold}: expected a number above 0, and at most 1")
    return NewRegionVerdict(check_uid(given.client_id), given.region, given.verdict, given.threshold, who)
