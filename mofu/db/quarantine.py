"""Deaths of processes → images that stages leave out: counted, set aside, let back in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from mofu.db.base import now
from mofu.db.quarantine_tables import Quarantined

FATAL = 3
"""Deaths after which an image is set aside: one may be the machine's fault, three are the image's."""


@dataclass(frozen=True, slots=True)
class QuarantineRecord:
    """An image that processes died of; it is left out of its stage once `deaths` is `FATAL`."""

    image_sha256: str
    stage: str
    deaths: int
    last_seen: datetime
    reason: str


def note_deaths(session: Session, sha256: str, stage: str, deaths: int, reason: str) -> int:
    """Count deaths of processes that worked on this image alone; how many there are now."""
    row = session.get(Quarantined, (sha256, stage))
    if row is None:
        row = Quarantined(image_sha256=sha256, stage=stage, deaths=0)
        session.add(row)
    row.deaths, row.last_seen, row.reason = row.deaths + deaths, now(), reason
    session.flush()
    return row.deaths


def deaths(session: Session, stage: str, sha256s: Sequence[str]) -> dict[str, int]:
    """How often processes died of each of these images; those that never killed one are not in the answer."""
    found: dict[str, int] = {}
    for start in range(0, len(sha256s), 500):
        some = Quarantined.image_sha256.in_(sha256s[start : start + 500])
        query = select(Quarantined.image_sha256, Quarantined.deaths).where(Quarantined.stage == stage, some)
        found |= {name: count for name, count in session.execute(query)}  # noqa: C416 - no pairs to mypy
    return found


def set_aside(session: Session, stage: str, sha256s: Sequence[str]) -> set[str]:
    """Those of these images that are left out of a stage."""
    return {name for name, count in deaths(session, stage, sha256s).items() if count >= FATAL}


def listing(session: Session) -> list[QuarantineRecord]:
    """Every image that is set aside, the last seen first."""
    columns = [getattr(Quarantined, name) for name in QuarantineRecord.__dataclass_fields__]
    query = select(*columns).where(Quarantined.deaths >= FATAL)
    rows = session.execute(query.order_by(Quarantined.last_seen.desc(), Quarantined.image_sha256))
    return [QuarantineRecord(*row) for row in rows]


def count(session: Session) -> int:
    """How many images are set aside."""
    return session.scalars(select(func.count()).where(Quarantined.deaths >= FATAL)).one()


def lift(session: Session, sha256: str, stage: str | None = None) -> int:
    """Let an image back into a stage, or into all; how many rows that were there are gone."""
    chosen = delete(Quarantined).where(Quarantined.image_sha256 == sha256)
    if stage is not None:
        chosen = chosen.where(Quarantined.stage == stage)
    return len(session.execute(chosen.returning(Quarantined.stage)).all())
