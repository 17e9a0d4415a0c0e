"""A claimed job under way: signs of life, progress and log in the ledger while it runs, an ear for who cancels it."""

from __future__ import annotations

import signal
import threading
import time
from dataclasses import replace
from types import TracebackType
from typing import Self

from mofu.db import jobs, ledger
from mofu.db.base import now
from mofu.db.engine import Database
from mofu.db.jobs import JobRecord
from mofu.db.ledger import Sign
from mofu.errors import InterruptedWork, LibraryError
from mofu.progress import Progress
from mofu.workers.lease_watch import LeaseWatch

LISTEN_EVERY_S = 0.5
"""How often the ledger is asked whether the job is still wanted: a read."""

SIGN_EVERY_S = 2.0
"""How often a sign of life is written: each is a durable write."""

KNOCK_AFTER_S = 0.5
"""How long a job that is unwanted may go on without telling of progress before it is interrupted where it is."""

KNOCK = signal.SIGUSR1
"""What interrupts the thread that works; `mofu.workers.worker` turns it into what Ctrl-C does."""


class Leased:
    """A job that this process has claimed; a context manager, and the progress of what runs within it.

    Progress raises InterruptedWork once the job is unwanted: cancelled, taken over by another worker, or because this
    one is to stop. Work that tells nothing for long is interrupted as by Ctrl-C.
    """

    def __init__(
        self,
        database: Database,
        job: JobRecord,
        worker: str,
        stopping: threading.Event,
        watcher: Progress,
        *,
        others: LeaseWatch,
    ) -> None:
        self._database, self._job, self._worker = database, job.id, worker
        self._stopping, self._watcher, self._others = stopping, watcher, others
        self._sign = Sign("", 0, None, 0, 0, None, None)
        self._has_begun = False
        self._subject = job.subject or ""
        self._ended, self.unwanted = threading.Event(), threading.Event()
        self._works_in = threading.get_ident()
        self._listener = threading.Thread(target=self._listen, name=f"job {job.id}", daemon=True)

    def __enter__(self) -> Self:
        self._listener.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._listener.join()
        self._give_sign()

    def start(self, stage: str, subject: str, total: int | None) -> None:
        """A stage begins."""
        self.check()
        self._sign, self._has_begun = Sign(stage, 0, total, 0, 0, now(), None), False
        self._subject = subject
        self.log("info", f"{stage} begins" + (f": {subject}" if subject not in ("", stage) else ""))
        self._give_sign()
        self._watcher.start(stage, subject, total)

    def advance(self, done: int, total: int | None, failed: int = 0) -> None:
        """So many items are done; what was done when the stage began counts for no rate."""
        self.check()
        before = self._sign.done_before if self._has_begun else done
        began = self._sign.stage_started_at if self._has_begun else now()
        self._has_begun = True
        self._sign = replace(
            self._sign, done=done, total=total, failed=failed, done_before=before, stage_started_at=began, message=None
        )
        self._watcher.advance(done, total, failed)

    def finish(self, summary: str) -> None:
        """The stage ended."""
        self.log("info", f"{self._sign.stage} ends: {summary}")
        self._watcher.finish(summary)

    def notice(self, text: str) -> None:
        """Something a person should know now: it stands on the job until it goes on."""
        self.check()
        self.say(text)
        self._watcher.notice(text)

    def say(self, text: str) -> None:
        """Let a line stand on the job until it goes on; the log has it once."""
        if text == self._sign.message:
            return
        self._sign = replace(self._sign, message=text)
        self.log("warning", text)
        self._give_sign()

    def check(self) -> None:
        """Raise InterruptedWork where the job is to be let go."""
        if self.unwanted.is_set() or self._stopping.is_set():
            raise InterruptedWork("the job was stopped: what was done is kept")

    def log(self, level: str, text: str) -> None:
        """Append to the job's log."""
        with self._database.write() as session:
            ledger.log(session, self._job, level, text)

    def _listen(self) -> None:
        told, unwanted_since = time.monotonic(), None
        while not self._ended.wait(LISTEN_EVERY_S):
            try:
                if self._is_unwanted():
                    self.unwanted.set()
                if time.monotonic() - told >= SIGN_EVERY_S:
                    told = time.monotonic()
                    self._give_sign()
            except LibraryError:
                continue  # a busy or restarting database is asked again; the lease bridges the gap
            if self.unwanted.is_set() or self._stopping.is_set():
                unwanted_since = unwanted_since or time.monotonic()
                if time.monotonic() - unwanted_since >= KNOCK_AFTER_S:
                    self._knock()
                    return

    def _is_unwanted(self) -> bool:
        with self._database.read() as session:
            self._others.look(jobs.holds(session))  # a worker that is never idle takes over from dead ones, too
            return ledger.is_unwanted(session, self._job, self._worker)

    def _give_sign(self) -> None:
        with self._database.write() as session:
            if not ledger.renew(session, self._job, self._worker, self._sign):
                self.unwanted.set()

    def _knock(self) -> None:
        """Interrupt the thread that works, once; signals reach the main thread alone."""
        if self._works_in == threading.main_thread().ident:
            signal.pthread_kill(self._works_in, KNOCK)
