"""The ledger: jobs asked for → claimed by one worker at a time for as long as it renews its lease → ended, with a log.

A job goes queued → running → done, partial, failed or cancelled; what is not done can be asked to go on. A lease that
nobody renews belongs to a worker that was killed: the next one takes the job over, and its stages resume.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mofu.db import jobs
from mofu.db.base import now
from mofu.db.job_tables import Job, JobLine
from mofu.db.jobs import CANCELLED, DONE, FAILED, QUEUED, RUNNING, Hold, JobRecord
from mofu.errors import ConflictError

LEASE_S = 30.0
"""Seconds without a sign of life after which a worker counts as dead: a busy disk may hold one up for some."""

MOST_ATTEMPTS = 3
"""Workers that a job may take with it before it is given up."""

MOST_LINES = 2000
"""Lines of a job's log that are kept: the newest."""

MOST_CHARACTERS = 8000
"""Of one line."""


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job to be asked for; `subject` is the word or words that it is about."""

    verb: str
    subject: str
    request: dict[str, Any]
    asked_by: str | None = None
    priority: int = 0

    @property
    def key(self) -> str:
        """The SHA-256 of what is asked, whoever asks."""
        return hashlib.sha256(json.dumps([self.verb, self.request], sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a job's log; `level` is info, warning or error."""

    id: int
    at: datetime
    level: str
    text: str


@dataclass(frozen=True, slots=True)
class Sign:
    """What a worker tells with a sign of life: the stage that runs and how far it is."""

    stage: str
    done: int
    total: int | None
    failed: int
    done_before: int
    stage_started_at: datetime | None
    message: str | None


def ask(session: Session, new: NewJob, *, joins_running: bool = False) -> tuple[JobRecord, bool]:
    """Put a job in the queue; the same one that waits already is given back (and False).

    Args:
        joins_running: whether one that runs counts too: for work that goes on until it has all that is asked.
    """
    same = (QUEUED, RUNNING) if joins_running else (QUEUED,)
    query = select(Job.id).where(Job.key == new.key, Job.state.in_(same)).order_by(Job.id.desc()).limit(1)
    known = session.scalar(query)
    if known is not None:
        return jobs.get(session, known), False
    row = Job(
        verb=new.verb, subject=new.subject, request=new.request, key=new.key, asked_by=new.asked_by, asked_at=now(),
        priority=new.priority, state=QUEUED, started_at=None,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # somebody asked for the same at this very moment
        return jobs.get(session, session.scalars(query).one()), False
    return jobs.get(session, row.id), True


def claim(
    session: Session, worker: str, at: datetime, lease_s: float = LEASE_S, abandoned: Collection[Hold] = ()
) -> JobRecord | None:
    """Take the most urgent job that waits, or whose worker is dead; None where there is none.

    A job that was to be cancelled, or that took `MOST_ATTEMPTS` workers with it, is ended on the way.

    Args:
        abandoned: whoever holds a job so is dead; one that gave a sign since keeps it.
    """
    query = select(Job).where(_to_be_done(abandoned)).order_by(Job.priority.desc(), Job.id).limit(1)
    query = query.with_for_update(skip_locked=True)
    while (row := session.scalar(query)) is not None:
        if row.cancel_requested:
            _end(row, CANCELLED, "cancelled")
        elif row.attempts >= MOST_ATTEMPTS:
            _end(row, FAILED, f"given up: {row.attempts} workers in turn ended while they did it; resume tries again")
        else:
            _take(row, worker, at, lease_s)
            session.flush()
            return jobs.get(session, row.id)
        session.flush()
    return None


def has_work(session: Session, abandoned: Collection[Hold] = ()) -> bool:
    """Whether there may be something to claim."""
    return session.scalar(select(Job.id).where(_to_be_done(abandoned)).limit(1)) is not None


def _to_be_done(abandoned: Collection[Hold]) -> ColumnElement[bool]:
    left = [
        (Job.state == RUNNING) & (Job.attempts == hold.attempts) & (Job.heartbeat_at == hold.heartbeat_at)
        & (Job.id == hold.job_id)
        for hold in abandoned
    ]  # fmt: skip
    return or_(Job.state == QUEUED, *left)


def _take(row: Job, worker: str, at: datetime, lease_s: float) -> None:
    row.state, row.worker, row.attempts = RUNNING, worker, row.attempts + 1
    row.heartbeat_at, row.expires_at = at, at + timedelta(seconds=lease_s)
    row.started_at, row.finished_at, row.resume_at = at, None, None
    row.stage, row.stage_started_at, row.message = "", None, None
    row.done, row.total, row.failed, row.done_before = 0, None, 0, 0


def _end(row: Job, state: str, message: str) -> None:
    row.state, row.message, row.finished_at, row.expires_at = state, message, now(), None


def renew(session: Session, job_id: int, worker: str, sign: Sign, lease_s: float = LEASE_S) -> bool:
    """Renew a lease and tell how far the job is; False where it is this worker's no more."""
    at = now()
    values = {name: getattr(sign, name) for name in Sign.__dataclass_fields__}
    told = session.execute(
        update(Job)
        .where(Job.id == job_id, Job.worker == worker, Job.state == RUNNING)
        .values(heartbeat_at=at, expires_at=at + timedelta(seconds=lease_s), **values)
        .returning(Job.id)
    )
    return told.one_or_none() is not None


def is_unwanted(session: Session, job_id: int, worker: str) -> bool:
    """Whether a worker is to let go of a job: it is to be cancelled, or it is this worker's no more."""
    query = select(Job.cancel_requested).where(Job.id == job_id, Job.worker == worker, Job.state == RUNNING)
    return session.scalar(query) is not False


def finish(
    session: Session,
    job_id: int,
    worker: str,
    state: str,
    message: str | None,
    *,
    result: dict[str, Any] | None = None,
    resume_at: datetime | None = None,
) -> bool:
    """Note how a job ended; False (and nothing is noted) where it is this worker's no more."""
    ended = session.execute(
        update(Job)
        .where(Job.id == job_id, Job.worker == worker, Job.state == RUNNING)
        .values(
            state=state, message=message, result=result, resume_at=resume_at, finished_at=now(), expires_at=None,
            cancel_requested=False,
        )
        .returning(Job.id)
    )  # fmt: skip
    return ended.one_or_none() is not None


def put_back(session: Session, job_id: int, worker: str) -> None:
    """Give a job back to the queue, as if nobody had taken it: its worker was asked to stop."""
    row = session.scalar(select(Job).filter_by(id=job_id, worker=worker, state=RUNNING))
    if row is None:
        return
    if (twin := _waiting_twin(session, row)) is not None:
        _end(row, CANCELLED, f"its worker stopped; job {twin}, which asks for the same, waits")
        return
    row.state, row.attempts, row.expires_at = QUEUED, row.attempts - 1, None
    row.message = "its worker stopped; it goes on with the next one"


def cancel(session: Session, job_id: int, at: datetime) -> JobRecord:
    """Cancel a job: at once where by the clock nobody works on it, else as soon as its worker notices.

    A worker that lives, whatever the clock says, lets go of a job that is cancelled at once, too.

    Raises:
        UnknownNameError: there is no such job.
        ConflictError: a command runs it, or it has ended.
    """
    row = _asked_for(session, job_id)
    if row.state not in (QUEUED, RUNNING):
        raise ConflictError(f"job {job_id} is {row.state} already: expected one that waits or runs")
    if row.state == QUEUED or jobs.has_lapsed(row.heartbeat_at, row.expires_at, at):
        _end(row, CANCELLED, "cancelled")
    else:
        row.cancel_requested = True
    session.flush()
    return jobs.get(session, job_id)


def resume(session: Session, job_id: int) -> JobRecord:
    """Put a job that did not get done back in the queue; one that waits and asks for the same is given back instead.

    Raises:
        UnknownNameError: there is no such job.
        ConflictError: a command ran it, or it waits, runs or is done.
    """
    row = _asked_for(session, job_id)
    if row.state in (QUEUED, RUNNING, DONE):
        raise ConflictError(f"job {job_id} is {row.state}: expected one that is partial, failed or cancelled")
    if (twin := _waiting_twin(session, row)) is not None:
        return jobs.get(session, twin)
    row.state, row.attempts, row.cancel_requested, row.resume_at = QUEUED, 0, False, None
    row.message, row.finished_at = None, None
    session.flush()
    return jobs.get(session, job_id)


def _asked_for(session: Session, job_id: int) -> Job:
    job = jobs.get(session, job_id)
    if job.verb is None:
        raise ConflictError(f"job {job_id} is a stage that a command runs: stop or repeat that command where it runs")
    return session.scalars(select(Job).filter_by(id=job_id).with_for_update()).one()


def _waiting_twin(session: Session, row: Job) -> int | None:
    return session.scalar(select(Job.id).where(Job.key == row.key, Job.state == QUEUED, Job.id != row.id))


def log(session: Session, job_id: int, level: str, text: str) -> None:
    """Append to a job's log; of a text that is very long, the end is kept."""
    session.add(JobLine(job_id=job_id, level=level, text=text[-MOST_CHARACTERS:]))
    session.flush()
    newest = select(JobLine.id).filter_by(job_id=job_id).order_by(JobLine.id.desc())
    if (last := session.scalar(newest.offset(MOST_LINES).limit(1))) is not None:
        session.execute(delete(JobLine).where(JobLine.job_id == job_id, JobLine.id <= last))


def lines(session: Session, job_id: int, after: int = 0, limit: int = MOST_LINES) -> Sequence[Line]:
    """A job's log, the newest so many lines after one of a number, in the order in which they were written."""
    columns = [getattr(JobLine, name) for name in Line.__dataclass_fields__]
    query = select(*columns).where(JobLine.job_id == job_id, JobLine.id > after)
    found = session.execute(query.order_by(JobLine.id.desc()).limit(limit)).all()
    return [Line(*row) for row in reversed(found)]


def counts(session: Session) -> dict[str, int]:
    """How many jobs, those of commands included, are in each state."""
    query = select(Job.state, func.count()).where(Job.parent_id.is_(None)).group_by(Job.state)
    return dict(sorted((state, count) for state, count in session.execute(query)))


def ended_since(session: Session, since: datetime) -> int:
    """How many jobs, those of commands included, have ended since a moment."""
    query = select(func.count()).select_from(Job).where(Job.parent_id.is_(None), Job.finished_at >= since)
    return session.scalars(query).one()


def running(session: Session) -> list[JobRecord]:
    """The jobs asked for that are under way."""
    query = select(*jobs.COLUMNS).where(Job.state == RUNNING, Job.verb.is_not(None)).order_by(Job.id)
    return [JobRecord(*row) for row in session.execute(query)]


def waits_since(session: Session) -> datetime | None:
    """When the job that has waited longest was asked for; None where none waits."""
    return session.scalar(select(func.min(Job.asked_at)).where(Job.state == QUEUED))


def newest_of(session: Session, word_ids: Collection[int]) -> dict[int, JobRecord]:
    """Word → the newest job about it, whether asked for or a stage that a command ran."""
    newest = select(func.max(Job.id)).where(Job.word_id.in_(word_ids), Job.parent_id.is_(None)).group_by(Job.word_id)
    found = [JobRecord(*row) for row in session.execute(select(*jobs.COLUMNS).where(Job.id.in_(newest)))]
    return {job.word_id: job for job in found if job.word_id is not None}


def asked_about(session: Session, verb: str, subject: str, limit: int = 100) -> Sequence[JobRecord]:
    """The newest jobs of a verb about a subject, newest first."""
    query = select(*jobs.COLUMNS).where(Job.verb == verb, Job.subject == subject).order_by(Job.id.desc())
    return [JobRecord(*row) for row in session.execute(query.limit(limit))]
