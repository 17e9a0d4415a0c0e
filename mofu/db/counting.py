"""A library's rows → how many there are of what people watch: for metrics."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mofu.db.base import Base
from mofu.db.job_tables import Job
from mofu.db.models import Activation, Hit, Image, Verdict, Word


@dataclass(frozen=True, slots=True)
class Counts:
    """What a library holds.

    Attributes:
        words, images, activations, verdicts: rows.
        hits: outcome → hits; `pending` where nothing has come of them yet.
    """

    words: int
    images: int
    activations: int
    verdicts: int
    hits: dict[str, int]


@dataclass(frozen=True, slots=True)
class JobCount:
    """Jobs of a verb in a state; stages that commands run are not jobs."""

    verb: str
    state: str
    count: int


def counts(session: Session) -> Counts:
    """Count rows; a table of a million costs some hundredths of a second."""

    def rows(table: type[Base]) -> int:
        return session.scalars(select(func.count()).select_from(table)).one()

    query = select(func.coalesce(Hit.outcome, "pending"), func.count()).group_by(Hit.outcome)
    hits = {outcome: count for outcome, count in session.execute(query)}  # noqa: C416 - no pairs to mypy
    return Counts(rows(Word), rows(Image), rows(Activation), rows(Verdict), hits)


def jobs(session: Session) -> list[JobCount]:
    """Jobs asked for, by verb and state."""
    query = select(Job.verb, Job.state, func.count()).where(Job.verb.is_not(None)).group_by(Job.verb, Job.state)
    found = session.execute(query.order_by(Job.verb, Job.state))
    return [JobCount(verb, state, count) for verb, state, count in found if verb is not None]
