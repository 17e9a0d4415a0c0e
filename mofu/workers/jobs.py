"""A stage run as a job: its start, progress and end are rows, whatever happens to it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from mofu.db import jobs
from mofu.errors import InterruptedWork
from mofu.progress import Progress
from mofu.workers.workshop import Workshop

NOTE_EVERY_S = 2.0
"""How often progress is written down: a row a second would cost a durable write each."""


class _Noted:
    """Progress that is passed on, and written to the job's row now and then."""

    def __init__(self, workshop: Workshop, job_id: int) -> None:
        self._database, self._watcher, self._job = workshop.database, workshop.progress, job_id
        self._noted_at = time.monotonic()
        self.last: tuple[int, int | None, int] = (0, None, 0)
        self.summary: str | None = None

    def start(self, stage: str, subject: str, total: int | None) -> None:
        self._watcher.start(stage, subject, total)

    def advance(self, done: int, total: int | None, failed: int = 0) -> None:
        self.last = (done, total, failed)
        self._watcher.advance(done, total, failed)
        if time.monotonic() - self._noted_at > NOTE_EVERY_S:
            self.note()

    def finish(self, summary: str) -> None:
        self.summary = summary
        self._watcher.finish(summary)

    def notice(self, text: str) -> None:
        self._watcher.notice(text)

    def note(self) -> None:
        self._noted_at = time.monotonic()
        with self._database.write() as session:
            jobs.update_progress(session, self._job, *self.last)


@contextmanager
def job(workshop: Workshop, stage: str, subject: str, word_id: int | None = None) -> Iterator[Workshop]:
    """Run a stage, alone or for a job asked for; the workshop it gives is the one whose progress is written down."""
    with workshop.database.write() as session:
        number = jobs.start(session, stage, word_id, workshop.job)
    noted = _Noted(workshop, number)
    watched: Progress = noted
    try:
        noted.start(stage, subject, None)
        yield replace(workshop, progress=watched)
    except (KeyboardInterrupt, InterruptedWork):
        _end(workshop, noted, number, jobs.INTERRUPTED, "interrupted; the same command resumes")
        raise
    except BaseException as error:
        _end(workshop, noted, number, jobs.FAILED, f"{type(error).__name__}: {error}")
        raise
    _end(workshop, noted, number, jobs.DONE, noted.summary)


def _end(workshop: Workshop, noted: _Noted, number: int, state: str, message: str | None) -> None:
    noted.note()
    with workshop.database.write() as session:
        jobs.finish(session, number, state, message)
