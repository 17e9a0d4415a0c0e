"""Verdicts: appended, never changed, each image's newest the one that counts; audits, which they may be part of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select
from sqlalchemy.orm import Session

from mofu.db import bulk
from mofu.db.models import Audit, Ranking, Verdict

ACCEPT, REJECT, UNSURE, CLEAR = "accept", "reject", "unsure", "clear"
JUDGEMENTS = (ACCEPT, REJECT, UNSURE, CLEAR)
CORRECTION, AUDIT = "correction", "audit"


@dataclass(frozen=True, slots=True)
class VerdictRecord:
    """What a person said of a word's image.

    Attributes:
        judgement: accept, reject, unsure, or clear, which takes back what was said before.
        given_at: in UTC.
        purpose: correction, or audit where it was given blindly on a random sample.
        ranking_id: the ranking on which it was given; None where that is not known or gone.
        audit_id: of which audit it is part; None for none.
        uid: its maker's own id for it, a UUID: the same sent again is stored once; None where nobody made one.
        step_id: the step that it is part of; None for a verdict that no undo knows of.
    """

    word_id: int
    image_sha256: str
    judgement: str
    who: str
    given_at: datetime
    purpose: str = CORRECTION
    ranking_id: int | None = None
    audit_id: int | None = None
    uid: str | None = None
    step_id: int | None = None


@dataclass(frozen=True, slots=True)
class StoredVerdict:
    """A verdict with the number under which it is stored."""

    id: int
    verdict: VerdictRecord


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """A random sample of a ranking's first k images; `seed` repeats its order."""

    id: int
    word_id: int
    ranking_id: int
    k: int
    seed: int


def append(session: Session, verdicts: Sequence[VerdictRecord]) -> int:
    """Store verdicts; the same one (word, image, who, when) again is passed over. How many were new."""
    known = _known(session, verdicts)
    rows = {}
    for verdict in verdicts:
        key = (verdict.word_id, verdict.image_sha256, verdict.who, verdict.given_at)
        if key not in known:
            rows[key] = {name: getattr(verdict, name) for name in VerdictRecord.__dataclass_fields__}
    bulk.add(session, Verdict, list(rows.values()))
    return len(rows)


def append_new(session: Session, verdicts: Sequence[VerdictRecord]) -> list[StoredVerdict]:
    """Store verdicts that are known to be new, each with a uid of its own; in their order, with their numbers."""
    if not verdicts:
        return []
    rows = [{name: getattr(verdict, name) for name in VerdictRecord.__dataclass_fields__} for verdict in verdicts]
    numbers = {uid: number for number, uid in session.execute(insert(Verdict).returning(Verdict.id, Verdict.uid), rows)}
    return [StoredVerdict(numbers[verdict.uid], verdict) for verdict in verdicts]


def _known(session: Session, verdicts: Sequence[VerdictRecord]) -> set[tuple[int, str, str, datetime]]:
    columns = (Verdict.word_id, Verdict.image_sha256, Verdict.who, Verdict.given_at)
    found: set[tuple[int, str, str, datetime]] = set()
    for start in range(0, len(verdicts), 500):
        some = verdicts[start : start + 500]
        query = select(*columns).where(
            Verdict.word_id.in_({v.word_id for v in some}), Verdict.image_sha256.in_({v.image_sha256 for v in some})
        )
        found |= {(word, image, who, at) for word, image, who, at in session.execute(query)}
    return found


def history(session: Session, word_id: int | None = None) -> list[VerdictRecord]:
    """Every verdict of a word, or of all, as they were given, the oldest first."""
    query = select(*_COLUMNS[1:]).order_by(Verdict.given_at, Verdict.id)
    if word_id is not None:
        query = query.where(Verdict.word_id == word_id)
    return [VerdictRecord(*row) for row in session.execute(query)]


def of_images(session: Session, word_id: int, sha256s: Sequence[str]) -> dict[str, list[StoredVerdict]]:
    """Every verdict of these images of a word, the oldest first, by image."""
    found: dict[str, list[StoredVerdict]] = {}
    for start in range(0, len(sha256s), 500):
        some = Verdict.image_sha256.in_(sha256s[start : start + 500])
        query = select(*_COLUMNS).where(Verdict.word_id == word_id, some).order_by(Verdict.given_at, Verdict.id)
        for stored in _stored(session.execute(query)):
            found.setdefault(stored.verdict.image_sha256, []).append(stored)
    return found


def with_uids(session: Session, uids: Sequence[str]) -> dict[str, StoredVerdict]:
    """The verdicts of these uids that are stored already, by uid."""
    found: dict[str, StoredVerdict] = {}
    for start in range(0, len(uids), 500):
        query = select(*_COLUMNS).where(Verdict.uid.in_(uids[start : start + 500]))
        found |= {stored.verdict.uid: stored for stored in _stored(session.execute(query)) if stored.verdict.uid}
    return found


def of_steps(session: Session, step_ids: Sequence[int]) -> list[StoredVerdict]:
    """The verdicts that were given in these steps, in the order of storing."""
    query = select(*_COLUMNS).where(Verdict.step_id.in_(step_ids)).order_by(Verdict.id)
    return _stored(session.execute(query))


def newest(session: Session, word_id: int, sha256s: Sequence[str] | None = None) -> dict[str, StoredVerdict]:
    """The newest verdict of each image of a word, or of some of its images, be it that it was cleared."""
    place = func.row_number().over(
        partition_by=Verdict.image_sha256, order_by=(Verdict.given_at.desc(), Verdict.id.desc())
    )
    found: dict[str, StoredVerdict] = {}
    starts = [None] if sha256s is None else range(0, len(sha256s), 500)
    for start in starts:
        query = select(*_COLUMNS, place.label("place")).where(Verdict.word_id == word_id)
        if sha256s is not None and start is not None:
            query = query.where(Verdict.image_sha256.in_(sha256s[start : start + 500]))
        placed = query.subquery()
        rows = session.execute(select(*(placed.c[column.key] for column in _COLUMNS)).where(placed.c.place == 1))
        found |= {stored.verdict.image_sha256: stored for stored in _stored(rows)}
    return found


def standing(session: Session, word_id: int) -> dict[str, VerdictRecord]:
    """The newest verdict of each image of a word, whoever gave it; without those that were taken back."""
    last = newest(session, word_id)
    return {name: stored.verdict for name, stored in last.items() if stored.verdict.judgement != CLEAR}


def labels(session: Session, word_id: int) -> dict[str, str]:
    """SHA-256 → accept or reject, of the images of which this stands: what a classifier can learn from."""
    return {
        name: verdict.judgement
        for name, verdict in standing(session, word_id).items()
        if verdict.judgement in (ACCEPT, REJECT)
    }


def of_group(judgements: Iterable[str]) -> str | None:
    """What near-duplicates, which are one picture, are together: a rejection outweighs, then what was accepted."""
    return min(judgements, key=(REJECT, ACCEPT, UNSURE).index, default=None)


def last_given_at(session: Session, word_id: int, image_sha256: str) -> datetime | None:
    """When the newest verdict of an image was given; None before the first."""
    query = select(func.max(Verdict.given_at)).filter_by(word_id=word_id, image_sha256=image_sha256)
    return session.scalar(query)


def of_audit(session: Session, audit_id: int) -> dict[str, str]:
    """The newest judgement of each image that was judged in an audit; without those that were taken back."""
    query = select(Verdict).filter_by(audit_id=audit_id).order_by(Verdict.given_at, Verdict.id)
    newest = {row.image_sha256: row.judgement for row in session.scalars(query)}
    return {name: judgement for name, judgement in newest.items() if judgement != CLEAR}


def ensure_audit(session: Session, ranking_id: int, k: int, seed: int) -> AuditRecord:
    """The audit of a ranking's first k by a seed, made where it is new."""
    row = session.scalar(select(Audit).filter_by(ranking_id=ranking_id, k=k, seed=seed))
    if row is None:
        row = Audit(ranking_id=ranking_id, k=k, seed=seed)
        session.add(row)
        session.flush()
    return _audit(session, row)


def find_audit(session: Session, audit_id: int) -> AuditRecord | None:
    """An audit by its number; None where there is none."""
    row = session.get(Audit, audit_id)
    return _audit(session, row) if row else None


def audits_of(session: Session, word_id: int) -> list[AuditRecord]:
    """The audits of any of a word's rankings, the oldest first."""
    query = select(Audit).join(Ranking, Ranking.id == Audit.ranking_id).where(Ranking.word_id == word_id)
    return [
        AuditRecord(row.id, word_id, row.ranking_id, row.k, row.seed)
        for row in session.scalars(query.order_by(Audit.id))
    ]


def _audit(session: Session, row: Audit) -> AuditRecord:
    word_id = session.get_one(Ranking, row.ranking_id).word_id
    return AuditRecord(row.id, word_id, row.ranking_id, row.k, row.seed)


_COLUMNS = (Verdict.id, *(getattr(Verdict, name) for name in VerdictRecord.__dataclass_fields__))


def _stored(rows: Iterable[Row[Any]]) -> list[StoredVerdict]:
    return [StoredVerdict(row[0], VerdictRecord(*tuple(row)[1:])) for row in rows]
