"""A library's ledger → what the pages of jobs show: states over all, each job's progress, a job's stages and log."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mofu.db import images, jobs, ledger
from mofu.db.base import now
from mofu.db.jobs import DONE, PARTIAL, QUEUED, RUNNING, STATES, JobRecord
from mofu.db.ledger import Line
from mofu.db.words import WordRecord
from mofu.errors import UnknownNameError
from mofu.library import Library

PER_PAGE = 25
LINES = 200
"""Of a log on the page; all of them are in `mofu jobs show`."""

PATIENCE = timedelta(seconds=15)
"""How long a job may wait while nothing runs before the page says that no worker seems to be there."""

DAY = timedelta(days=1)

_OF_A_WORD = {
    "build": "", "crawl": "", "features": "", "rank": "", "map": "/map", "segment": "/regions", "annotate": "/regions",
    "style-learn": "/style", "style": "/style", "export": "/export#made",
}  # fmt: skip
_OF_ALL = {"visualness": "/visualness", "entropy": "/visualness", "discriminate": "/compare"}
"""Where what a verb, or a stage, has made is looked at: behind the address of its word, or on a page of its own."""


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as it is shown.

    Attributes:
        word: that it is about; None before it is known, and for the background.
        rate: items a second of the stage that runs; None where nothing can be said.
        seconds_left: of that stage.
        is_abandoned: whether its worker has given no sign of life for longer than its lease.
        _result: the address of what it has made; None while there is nothing, or nowhere to look at it.
    """

    job: JobRecord
    word: WordRecord | None
    rate: float | None
    seconds_left: float | None
    is_abandoned: bool
    _result: str | None

    @property
    def title(self) -> str:
        """What it is about, for people; may be empty."""
        if self.job.subject:
            return self.job.subject
        return _named(self.word) if self.word else ""

    @property
    def can_be_cancelled(self) -> bool:
        """Whether there is something to cancel."""
        return self.job.verb is not None and self.job.state in (QUEUED, RUNNING) and not self.job.cancel_requested

    @property
    def can_go_on(self) -> bool:
        """Whether it can be resumed."""
        return self.job.verb is not None and self.job.state in ("partial", "failed", "cancelled", "interrupted")


@dataclass(frozen=True, slots=True)
class StateCount:
    """How many jobs are in a state."""

    state: str
    count: int


@dataclass(frozen=True, slots=True)
class JobsPage:
    """All jobs over, and a page of them.

    Attributes:
        counts: of every state.
        state: the one that is shown; None: all.
        running: those under way.
        rate: items a second of all of them.
        ended_today: in the last 24 hours.
        free_bytes: on the library's disk.
        picture_bytes: of the originals.
        lacks_worker: whether jobs wait and nothing takes them.
        jobs: the newest first.
        before: the cursor of this page; None: the first.
        next: the cursor of the next one; None on the last.
    """

    counts: tuple[StateCount, ...]
    state: str | None
    running: tuple[JobView, ...]
    rate: float
    ended_today: int
    free_bytes: int
    picture_bytes: int
    lacks_worker: bool
    jobs: tuple[JobView, ...]
    before: int | None
    next: int | None


@dataclass(frozen=True, slots=True)
class JobPage:
    """One job: its stages in the order in which they ran, the newest lines of its log."""

    view: JobView
    stages: tuple[JobView, ...]
    log: tuple[Line, ...]

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self.view.job.state not in (QUEUED, RUNNING)


def read(library: Library, state: str | None, before: int | None) -> JobsPage:
    """A page of the jobs in a state (None: in any) that are older than a cursor, a job's number.

    Raises:
        UnknownNameError: no such state.
    """
    if state is not None and state not in STATES:
        raise UnknownNameError("state", state, STATES)
    at = now()
    with library.database.read() as session:
        counts = ledger.counts(session)
        ended, waits = ledger.ended_since(session, at - DAY), ledger.waits_since(session)
        picture_bytes = images.stored_bytes(session)
        found = jobs.newest(session, PER_PAGE + 1, before, (state,) if state else ())
        running = jobs.newest(session, PER_PAGE, None, (RUNNING,))
    words = _words(library)
    under_way = tuple(view(job, words, at) for job in running)
    return JobsPage(
        counts=tuple(StateCount(name, counts.get(name, 0)) for name in STATES),
        state=state,
        running=under_way,
        rate=sum(each.rate or 0 for each in under_way),
        ended_today=ended,
        free_bytes=shutil.disk_usage(library.root).free,
        picture_bytes=picture_bytes,
        lacks_worker=waits is not None and at - waits > PATIENCE and not _is_alive(under_way),
        jobs=tuple(view(job, words, at) for job in found[:PER_PAGE]),
        before=before,
        next=found[PER_PAGE - 1].id if len(found) > PER_PAGE else None,
    )


def read_job(library: Library, number: int) -> JobPage:
    """A job with its stages and log.

    Raises:
        UnknownNameError: there is none of this number.
    """
    at, words = now(), _words(library)
    job, stages = library.job(number), library.stages(number)
    log = library.job_log(number, limit=LINES)
    return JobPage(view(job, words, at), tuple(view(stage, words, at) for stage in stages), tuple(log))


def view(job: JobRecord, words: Mapping[int, WordRecord], at: datetime) -> JobView:
    """A job as it is shown at a moment."""
    word, is_abandoned = words.get(job.word_id or 0), job.seems_abandoned(at)
    rate, left = (None, None) if is_abandoned else (job.rate(at), job.seconds_left(at))
    return JobView(job, word, rate, left, is_abandoned, _result(job, word or _about(job, words)))


def _about(job: JobRecord, words: Mapping[int, WordRecord]) -> WordRecord | None:
    """The word that a job was asked for by its name; None where it is not one, or two are called so."""
    called = [word for word in words.values() if job.subject and _named(word) == job.subject]
    return called[0] if len(called) == 1 else None


def _result(job: JobRecord, word: WordRecord | None) -> str | None:
    did = job.verb or job.stage
    if job.state not in (DONE, PARTIAL):
        return None
    if did in _OF_ALL:
        return _OF_ALL[did]
    return f"/words/{word.slug}{_OF_A_WORD[did]}" if word and did in _OF_A_WORD else None


def _named(word: WordRecord) -> str:
    return " ".join(part for part in (word.text, word.noun) if part)


def _is_alive(running: Sequence[JobView]) -> bool:
    """Whether a worker is there: one that does something, or one of a command that will end."""
    return any(not each.is_abandoned for each in running)


def _words(library: Library) -> dict[int, WordRecord]:
    return {word.id: word for word in library.words()}
