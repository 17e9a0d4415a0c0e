"""What people say of regions: appended and never changed; the newest of each region counts, and undo is a new one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mofu.db.region_tables import Region, RegionVerdict, Segmentation
from mofu.db.steps import GIVE, UNDO, Stacks, StepRecord, replay
from mofu.errors import InvalidInputError

Judgement = Literal["accept", "reject", "clear"]
CLEAR: Judgement = "clear"
SOME = 500


@dataclass(frozen=True, slots=True)
class NewRegionVerdict:
    """A verdict about to be stored.

    Attributes:
        client_id: made by its giver, a UUID: sent twice, it is stored once.
        verdict: accept, reject, or clear, which takes back what was said.
        threshold: what of the map counts as the region from now on, 0 … 1; None: what the region has.
        action: give, undo or redo.
        follows: client_id of the verdict that an undo takes back or a redo gives again.
    """

    client_id: str
    region_id: int
    verdict: Judgement
    threshold: float | None
    author: str
    action: str = GIVE
    follows: str | None = None


@dataclass(frozen=True, slots=True)
class RegionVerdictRecord:
    """A stored verdict, as `NewRegionVerdict`, numbered in the order of storing."""

    id: int
    client_id: str
    region_id: int
    verdict: Judgement
    threshold: float | None
    author: str
    action: str
    follows: str | None
    at: datetime


def give(session: Session, new: NewRegionVerdict, expects: int | None = None) -> RegionVerdictRecord:
    """Store a verdict, unless it is stored already, or somebody else's came first: then theirs is given back.

    Args:
        session: of a transaction that has the word to itself (`steps.take_turn`).
        new: where it gives no threshold, it keeps the one that stands; an undo or a redo takes back that, too.
        expects: number of the newest verdict on the region that the giver saw, 0 for none; None: whatever there is.

    Returns:
        The verdict that stands now: its `client_id` says whose.

    Raises:
        InvalidInputError: the id is another verdict's.
    """
    known = with_client_id(session, new.client_id)
    if known is not None:
        if (known.region_id, known.author) != (new.region_id, new.author):
            raise InvalidInputError(f"verdict id {new.client_id} is another verdict's: expected a new one for each")
        return known
    last = newest(session, [new.region_id]).get(new.region_id)
    if last and expects is not None and last.id != expects and last.author != new.author:
        return last
    is_silent = new.action == GIVE and new.threshold is None
    return _append(session, replace(new, threshold=last.threshold) if last and is_silent else new)


def reversal(session: Session, target: RegionVerdictRecord, client_id: str, action: str) -> NewRegionVerdict:
    """The verdict that takes one back (undo), to what stood before it, or gives it again (redo)."""
    before = [each for each in history(session, target.region_id) if each.id < target.id]
    verdict, threshold = target.verdict, target.threshold
    if action == UNDO:
        verdict, threshold = (before[-1].verdict, before[-1].threshold) if before else (CLEAR, None)
    return NewRegionVerdict(
        client_id, target.region_id, verdict, threshold, target.author, action, follows=target.client_id
    )


def stacks(session: Session, word_id: int, author: str) -> Stacks:
    """What a person can take back and give again on a word's regions; what somebody else judged since is left out."""
    log = _by_author(session, word_id, author)
    last = newest(session, {each.region_id for each in log})
    own = [each for each in log if last[each.region_id].author == author]
    return replay([StepRecord(e.id, e.client_id, word_id, author, e.action, e.follows, e.at) for e in own])


def _append(session: Session, new: NewRegionVerdict) -> RegionVerdictRecord:
    row = RegionVerdict(**asdict(new))
    session.add(row)
    session.flush()
    return RegionVerdictRecord(*(getattr(row, name) for name in RegionVerdictRecord.__dataclass_fields__))


def with_client_id(session: Session, client_id: str) -> RegionVerdictRecord | None:
    """The verdict of an id; None where none is stored."""
    row = session.execute(select(*_COLUMNS).where(RegionVerdict.client_id == client_id)).first()
    return RegionVerdictRecord(*tuple(row)) if row else None


def newest(session: Session, region_ids: Collection[int]) -> dict[int, RegionVerdictRecord]:
    """The newest verdict of each of some regions, be it that it was cleared, by the region's number."""
    numbers, found = sorted(region_ids), {}
    for start in range(0, len(numbers), SOME):
        of_some = RegionVerdict.region_id.in_(numbers[start : start + SOME])
        last = select(func.max(RegionVerdict.id)).where(of_some).group_by(RegionVerdict.region_id)
        for row in session.execute(select(*_COLUMNS).where(RegionVerdict.id.in_(last))):
            record = RegionVerdictRecord(*tuple(row))
            found[record.region_id] = record
    return found


def of_segmentation(session: Session, segmentation_id: int) -> dict[int, RegionVerdictRecord]:
    """The newest verdict of each region of a segmentation that has one, by the region's number."""
    query = select(Region.id).where(Region.segmentation_id == segmentation_id)
    return newest(session, list(session.scalars(query)))


def history(session: Session, region_id: int) -> list[RegionVerdictRecord]:
    """Every verdict of a region, the oldest first."""
    query = select(*_COLUMNS).where(RegionVerdict.region_id == region_id).order_by(RegionVerdict.id)
    return [RegionVerdictRecord(*tuple(row)) for row in session.execute(query)]


def _by_author(session: Session, word_id: int, author: str) -> list[RegionVerdictRecord]:
    query = (
        select(*_COLUMNS)
        .join(Region, Region.id == RegionVerdict.region_id)
        .join(Segmentation, Segmentation.id == Region.segmentation_id)
        .where(Segmentation.word_id == word_id, RegionVerdict.author == author)
    )
    return [RegionVerdictRecord(*tuple(row)) for row in session.execute(query.order_by(RegionVerdict.id))]


_COLUMNS = tuple(getattr(RegionVerdict, name) for name in RegionVerdictRecord.__dataclass_fields__)
