"""The table of jobs: each stage asked for, its progress, how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mofu.db.base import now
from mofu.db.models import Job

RUNNING, DONE, FAILED, INTERRUPTED = "running", "done", "failed", "interrupted"


@dataclass(frozen=True, slots=True)
class JobRecord:
    """One stage asked for, of a word or of the background (no word)."""

    id: int
    stage: str
    word_id: int | None
    state: str
    done: int
    total: int | None
    failed: int
    message: str | None
    started_at: datetime
    finished_at: datetime | None


def start(session: Session, stage: str, word_id: int | None) -> int:
    """Note that a stage runs; the job's number."""
    job = Job(stage=stage, word_id=word_id, state=RUNNING)
    session.add(job)
    session.flush()
    return job.id


def update_progress(session: Session, job_id: int, done: int, total: int | None, failed: int) -> None:
    """Note how far a job is."""
    session.execute(update(Job).where(Job.id == job_id).values(done=done, total=total, failed=failed))


def finish(session: Session, job_id: int, state: str, message: str | None) -> None:
    """Note how a job ended."""
    session.execute(update(Job).where(Job.id == job_id).values(state=state, message=message, finished_at=now()))


def mark_interrupted(session: Session) -> None:
    """Jobs that say they run, seen by a process that holds the library alone, belong to one that was killed."""
    session.execute(
        update(Job)
        .where(Job.state == RUNNING)
        .values(state=INTERRUPTED, message="the process ended; the same command resumes", finished_at=now())
    )


def newest(session: Session, limit: int) -> Sequence[JobRecord]:
    """The newest jobs, newest first."""
    rows = session.scalars(select(Job).order_by(Job.id.desc()).limit(limit))
    return [
        JobRecord(r.id, r.stage, r.word_id, r.state, r.done, r.total, r.failed, r.message, r.started_at, r.finished_at)
        for r in rows
    ]
