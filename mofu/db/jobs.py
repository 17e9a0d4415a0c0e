"""The table of jobs, read; and the rows of stages in it: each stage that a process ran, its progress, how it ended."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mofu.db.base import now
from mofu.db.job_tables import Job
from mofu.errors import UnknownNameError

QUEUED, RUNNING, DONE = "queued", "running", "done"
PARTIAL, FAILED, CANCELLED, INTERRUPTED = "partial", "failed", "cancelled", "interrupted"
STATES = (QUEUED, RUNNING, DONE, PARTIAL, FAILED, CANCELLED, INTERRUPTED)


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A job asked for, or (without a verb) a stage that a process ran.

    Attributes:
        parent_id: of a stage: the job that it ran for; None where a command ran it.
        subject: the word or words it is about.
        request: what is asked, as JSON.
        stage: of a job asked for: the stage that runs now, or ran last.
        word_id: None for the background, and before a stage has found the word.
        done, total, failed: items of the stage; `done_before` of them were done when the stage began.
        message: one line: what runs, what it waits for, how it ended.
        result: what the verb gives back, as JSON.
        attempts: how often a worker took it since it was last asked for.
        worker: who has it or had it last; its lease ends at `expires_at` unless it is renewed, by the clock of the
            machine on which it runs.
        resume_at: when a quota lets it go on.
    """

    id: int
    parent_id: int | None
    verb: str | None
    subject: str | None
    request: dict[str, Any] | None
    asked_by: str | None
    asked_at: datetime | None
    priority: int
    stage: str
    word_id: int | None
    state: str
    done: int
    total: int | None
    failed: int
    done_before: int
    message: str | None
    result: dict[str, Any] | None
    attempts: int
    worker: str | None
    heartbeat_at: datetime | None
    expires_at: datetime | None
    cancel_requested: bool
    resume_at: datetime | None
    started_at: datetime | None
    stage_started_at: datetime | None
    finished_at: datetime | None

    def seems_abandoned(self, at: datetime) -> bool:
        """Whether it runs for a worker that is dead by the clock: for people; workers watch, see `lease_watch`."""
        return self.state == RUNNING and self.verb is not None and has_lapsed(self.heartbeat_at, self.expires_at, at)

    def rate(self, at: datetime) -> float | None:
        """Items a second of the stage that runs, those of earlier runs left out; None where nothing can be said yet."""
        began = self.stage_started_at or (self.started_at if self.verb is None else None)
        if self.state != RUNNING or began is None or self.done <= self.done_before:
            return None
        seconds = ((self.heartbeat_at or at) - began).total_seconds()
        return (self.done - self.done_before) / seconds if seconds > 0 else None

    def seconds_left(self, at: datetime) -> float | None:
        """Seconds until the stage that runs is through at its present rate; None where nothing can be said."""
        rate = self.rate(at)
        if rate is None or self.total is None:
            return None
        return max(0, self.total - self.done) / rate


@dataclass(frozen=True, slots=True)
class Hold:
    """A worker's hold on a job that runs, as its last sign of life left it: each sign makes another one of it."""

    job_id: int
    worker: str | None
    attempts: int
    heartbeat_at: datetime | None
    expires_at: datetime | None

    def has_lapsed(self, at: datetime) -> bool:
        """Whether the clock says that its lease is over; see `has_lapsed`."""
        return has_lapsed(self.heartbeat_at, self.expires_at, at)


def has_lapsed(heartbeat_at: datetime | None, expires_at: datetime | None, at: datetime) -> bool:
    """Whether the clock says that a lease is over: run out, or begun so far ahead that a clock was set back."""
    if heartbeat_at is None or expires_at is None:
        return True
    return abs(at - heartbeat_at) > expires_at - heartbeat_at


COLUMNS = tuple(getattr(Job, name) for name in JobRecord.__dataclass_fields__)


def start(session: Session, stage: str, word_id: int | None, parent_id: int | None = None) -> int:
    """Note that a stage runs, and tell the job that it runs for which word this is about; the stage's number."""
    row = Job(stage=stage, word_id=word_id, parent_id=parent_id, state=RUNNING, started_at=now())
    session.add(row)
    if parent_id is not None and word_id is not None:
        session.execute(update(Job).where(Job.id == parent_id, Job.word_id.is_(None)).values(word_id=word_id))
    session.flush()
    return row.id


def update_progress(session: Session, job_id: int, done: int, total: int | None, failed: int) -> None:
    """Note how far a stage is."""
    session.execute(update(Job).where(Job.id == job_id).values(done=done, total=total, failed=failed))


def finish(session: Session, job_id: int, state: str, message: str | None) -> None:
    """Note how a stage ended."""
    session.execute(update(Job).where(Job.id == job_id).values(state=state, message=message, finished_at=now()))


def mark_interrupted(session: Session) -> None:
    """Stages that say they run, seen by a process that holds the library alone, belong to one that was killed."""
    session.execute(
        update(Job)
        .where(Job.state == RUNNING, Job.verb.is_(None))
        .values(state=INTERRUPTED, message="the process ended; the same command resumes", finished_at=now())
    )


def newest(
    session: Session, limit: int, before: int | None = None, states: Collection[str] = ()
) -> Sequence[JobRecord]:
    """The newest jobs asked for and stages that commands ran, newest first.

    Args:
        before: only those with lower numbers.
        states: only these; none: all.
    """
    query = select(*COLUMNS).where(Job.parent_id.is_(None)).order_by(Job.id.desc()).limit(limit)
    if before is not None:
        query = query.where(Job.id < before)
    if states:
        query = query.where(Job.state.in_(states))
    return [JobRecord(*row) for row in session.execute(query)]


def holds(session: Session) -> list[Hold]:
    """Who holds the jobs asked for that run."""
    columns = (Job.id, Job.worker, Job.attempts, Job.heartbeat_at, Job.expires_at)
    runs = select(*columns).where(Job.state == RUNNING, Job.verb.is_not(None))
    return [Hold(*row) for row in session.execute(runs.order_by(Job.id))]


def get(session: Session, job_id: int) -> JobRecord:
    """The job of a number.

    Raises:
        UnknownNameError: there is none; lists the newest.
    """
    row = session.execute(select(*COLUMNS).where(Job.id == job_id)).one_or_none()
    if row is None:
        raise UnknownNameError("job", str(job_id), [str(job.id) for job in newest(session, 5)])
    return JobRecord(*row)


def stages_of(session: Session, job_id: int) -> Sequence[JobRecord]:
    """The stages that ran for a job, in the order in which they began."""
    return [JobRecord(*row) for row in session.execute(select(*COLUMNS).filter_by(parent_id=job_id).order_by(Job.id))]
