"""What is asked of a library and done by a worker: jobs asked for, looked at, cancelled, resumed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from mofu.db import jobs, ledger
from mofu.db.base import now
from mofu.db.jobs import JobRecord
from mofu.db.ledger import Line
from mofu.library.opened import OpenLibrary
from mofu.progress import Progress

if TYPE_CHECKING:
    from mofu.workers.verbs import Request


class Asking(OpenLibrary):
    """The ledger of a library: what it is asked to do waits there for a worker (`mofu worker`)."""

    def ask(
        self,
        verb: str,
        request: Request | Mapping[str, Any] | None = None,
        *,
        asked_by: str | None = None,
        priority: int = 0,
    ) -> JobRecord:
        """Ask for a job; the same one that waits already is given back.

        Args:
            verb: build, crawl, features, rank, map, visualness, discriminate, segment, style-learn, style-apply,
                export or background.
            request: the verb's request (see `mofu.workers.verbs`), or its fields by name.
            asked_by: who asks; None: the user of this machine.
            priority: the higher, the sooner.

        Raises:
            UnknownNameError: no such verb, source, backbone, licence, … in it.
            InvalidInputError: a field that the request has not, or a value that it cannot have.
            MissingKeyError: a source needs a key.
        """
        from mofu.workers.judging import this_user
        from mofu.workers.verbs.registry import find, plain, read

        of = find(verb)
        # Python does not hold a dataclass to its types: what came typed is read again.
        given = request if isinstance(request, Mapping) or request is None else plain(of, request)
        typed = read(of, given or {})
        typed.check(self.settings)
        new = ledger.NewJob(of.name, typed.subject[:500], plain(of, typed), asked_by or this_user(), priority)
        with self.database.write() as session:
            return ledger.ask(session, new, joins_running=of.joins_running)[0]

    def job(self, number: int) -> JobRecord:
        """A job by its number.

        Raises:
            UnknownNameError: there is none.
        """
        with self.database.read() as session:
            return jobs.get(session, number)

    def jobs(self, limit: int = 20, *, before: int | None = None, states: Sequence[str] = ()) -> list[JobRecord]:
        """The newest jobs asked for and stages that commands ran, newest first.

        Args:
            before: only those with lower numbers.
            states: only these (queued, running, done, partial, failed, cancelled, interrupted); none: all.
        """
        with self.database.read() as session:
            return list(jobs.newest(session, limit, before, states))

    def stages(self, number: int) -> list[JobRecord]:
        """The stages that ran for a job, in the order in which they began."""
        with self.database.read() as session:
            return list(jobs.stages_of(session, number))

    def job_log(self, number: int, *, after: int = 0, limit: int = ledger.MOST_LINES) -> list[Line]:
        """The newest lines of a job's log, in order, after the one of a number."""
        with self.database.read() as session:
            return list(ledger.lines(session, number, after, limit))

    def cancel_job(self, number: int) -> JobRecord:
        """Cancel a job: at once where it waits, within seconds where it runs; what was done is kept.

        Raises:
            UnknownNameError: there is no such job.
            ConflictError: it has ended, or a command runs it.
        """
        with self.database.write() as session:
            return ledger.cancel(session, number, now())

    def resume_job(self, number: int) -> JobRecord:
        """Let a job that did not get done go on where it stopped.

        Raises:
            UnknownNameError: there is no such job.
            ConflictError: it waits, runs or is done, or a command ran it.
        """
        with self.database.write() as session:
            return ledger.resume(session, number)

    @contextmanager
    def setting(self, flags: Iterable[str]) -> Iterator[Self]:
        """Other settings for a while, as `section.name=value`."""
        own = self.settings
        self.settings = own.changed(flags)
        try:
            yield self
        finally:
            self.settings = own

    @contextmanager
    def working(self, job: int, progress: Progress) -> Iterator[Self]:
        """Let the stages that run meanwhile be those of a job, and tell of their progress elsewhere."""
        own = self.progress
        self.progress, self.working_for = progress, job
        try:
            yield self
        finally:
            self.progress, self.working_for = own, None
