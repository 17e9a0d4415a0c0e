"""The ledger's jobs → done, one after another: claimed, run through the library's verbs, ended with what came of it."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import traceback
import uuid
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from mofu.db import jobs, ledger, purging
from mofu.db.base import now
from mofu.db.jobs import CANCELLED, DONE, FAILED, PARTIAL, JobRecord
from mofu.errors import InterruptedWork, LibraryBusyError, LibraryError, MofuError, PartialError, QuotaPausedError
from mofu.progress import of_job
from mofu.workers.lease_watch import LeaseWatch
from mofu.workers.leased import KNOCK, Leased
from mofu.workers.verbs import Does, Done, find, read

LOOK_EVERY_S = 0.5
"""How often a worker that has nothing to do looks into the ledger."""

TRY_EVERY_S = 0.5
"""How often it tries whether the library's writing place is free."""


def child_command(root: Path, flags: Iterable[str] = ()) -> list[str]:
    """The command of a worker that ends when the process that calls this does.

    Args:
        root: the library's folder.
        flags: settings as `section.name=value`.
    """
    settings = [part for flag in flags for part in ("--set", flag)]
    own = ["--progress", "none", "--parent", str(os.getpid())]
    return [sys.executable, "-m", "mofu", "worker", "--library", str(root.resolve()), *own, *settings]


@dataclass(frozen=True, slots=True)
class _Ending:
    """How a job ended."""

    state: str
    message: str
    values: dict[str, Any] | None = None
    resume_at: datetime | None = None


class Worker:
    """Does the jobs of one library, one at a time, until it is told to stop.

    SIGTERM and SIGINT, while `run` runs in the main thread, stop it: the job under way goes back to the queue.

    Args:
        library: an open `mofu.library.Library`, this worker's own.
        parent: the process with which it ends; None: its own master.
        others: tells whose workers are dead; None: by `LeaseWatch`'s own measure.
    """

    def __init__(self, library: Does, parent: int | None = None, others: LeaseWatch | None = None) -> None:
        self._library, self._parent = library, parent
        self.name = f"{socket.gethostname()}, process {os.getpid()}, {uuid.uuid4().hex[:6]}"
        self._stopping, self._others = threading.Event(), others or LeaseWatch()
        self._may_be_knocked = False

    def stop(self) -> None:
        """Let go of the job under way, and end."""
        self._stopping.set()

    def run(self, *, once: bool = False) -> int:
        """Do jobs until stopped, or (once) until none waits, nor seems to be a dead worker's; how many ended."""
        ended = 0
        with self._listening():
            while not self._stopping.is_set():
                job = self._claim()
                if job is not None:
                    ended += self._do(job)
                    continue
                self._finish_purges()
                if once and not self._others.in_doubt(now()):
                    break
                self._stopping.wait(LOOK_EVERY_S)
        return ended

    def _claim(self) -> JobRecord | None:
        # Readers do not wait for whoever writes; so an idle worker disturbs nobody.
        try:
            with self._library.database.read() as session:
                self._others.look(jobs.holds(session))
                abandoned = self._others.abandoned()
                if not ledger.has_work(session, abandoned):
                    return None
            with self._library.database.write() as session:
                return ledger.claim(session, self.name, now(), abandoned=abandoned)
        except LibraryError as error:
            self._library.progress.notice(str(error))
            self._stopping.wait(LOOK_EVERY_S)
            return None

    def _finish_purges(self) -> None:
        """Remove what a purge that was killed has left; one that is under way has the writing place."""
        try:
            with self._library.database.read() as session:
                are_finished = purging.are_finished(session)
            if not are_finished:
                with suppress(LibraryBusyError), self._library.writing():
                    pass  # what was left half-done is collected on the way in
        except LibraryError as error:
            self._library.progress.notice(str(error))

    def _do(self, job: JobRecord) -> bool:
        """Do a job; whether it ended, rather than going back to the queue or to another worker."""
        told = of_job(self._library.progress, job.id)
        leased = Leased(self._library.database, job, self.name, self._stopping, told, others=self._others)
        with leased, self._library.working(job.id, leased):
            leased.log("info", f"taken by {self.name}" + (f", attempt {job.attempts}" if job.attempts > 1 else ""))
            ending = self._ending(job, leased)
        with self._library.database.write() as session:
            if ending is None:
                ledger.put_back(session, job.id, self.name)
                return False
            ended = ledger.finish(
                session,
                job.id,
                self.name,
                ending.state,
                ending.message,
                result=ending.values,
                resume_at=ending.resume_at,
            )
            if ended:
                ledger.log(session, job.id, "error" if ending.state == FAILED else "info", ending.message)
            return ended

    def _ending(self, job: JobRecord, leased: Leased) -> _Ending | None:
        """Run a job's verb; None where it is to go on later, here or elsewhere."""
        try:
            done = self._run(job, leased)
        except (InterruptedWork, KeyboardInterrupt):
            return _Ending(CANCELLED, "cancelled; what was done is kept") if leased.unwanted.is_set() else None
        except QuotaPausedError as error:
            return _Ending(PARTIAL, str(error), resume_at=datetime.fromtimestamp(error.until, UTC))
        except PartialError as error:
            return _Ending(PARTIAL, str(error))
        except Exception as error:  # noqa: BLE001 - the edge: whatever a job meets ends that job, not the worker
            leased.log("error", traceback.format_exc())
            said = str(error) if isinstance(error, MofuError) else f"unexpected {type(error).__name__}: {error}"
            return _Ending(FAILED, " ".join(said.split()))
        return _Ending(PARTIAL if done.is_partial else DONE, done.message, done.values)

    def _run(self, job: JobRecord, leased: Leased) -> Done:
        verb = find(job.verb or "")
        request = read(verb, job.request or {})
        with ExitStack() as stack:
            if verb.writes:
                stack.enter_context(self._writing(leased))
            stack.enter_context(self._knockable())
            return verb.run(self._library, request)

    @contextmanager
    def _writing(self, leased: Leased) -> Iterator[None]:
        """The library's one writing place, waited for where another process has it."""
        with ExitStack() as place:
            while True:
                leased.check()
                try:
                    place.enter_context(self._library.writing())
                    break
                except LibraryBusyError as busy:
                    leased.say(f"waits: {busy}")
                    self._stopping.wait(TRY_EVERY_S)
            yield

    @contextmanager
    def _knockable(self) -> Iterator[None]:
        """While a verb runs, and only then, a knock interrupts it."""
        self._may_be_knocked = True
        try:
            yield
        finally:
            self._may_be_knocked = False

    @contextmanager
    def _listening(self) -> Iterator[None]:
        """Signals and the parent's end are heeded meanwhile."""
        over = threading.Event()
        if self._parent is not None:
            threading.Thread(target=self._watch_parent, args=(over,), name="parent", daemon=True).start()
        handlers: dict[signal.Signals, Any] = {}
        if threading.current_thread() is threading.main_thread():
            wanted = {signal.SIGTERM: self._on_stop, signal.SIGINT: self._on_stop, KNOCK: self._on_knock}
            handlers = {each: signal.signal(each, handler) for each, handler in wanted.items()}
        try:
            yield
        finally:
            over.set()
            for each, handler in handlers.items():
                signal.signal(each, handler)

    def _watch_parent(self, over: threading.Event) -> None:
        while not over.wait(LOOK_EVERY_S):
            if os.getppid() != self._parent:
                self.stop()
                return

    def _on_stop(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._stopping.set()

    def _on_knock(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        if self._may_be_knocked:
            self._may_be_knocked = False
            raise KeyboardInterrupt
