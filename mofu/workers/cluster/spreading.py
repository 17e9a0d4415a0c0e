"""Items and the name of a task → batches on the workers of a cluster, whose counts come back as they end.

Nothing that befalls a worker, the scheduler or the way to it ends the work: what was under way is asked for again.
Tasks find what was done before them, so that nothing is lost or twice there.
"""

from __future__ import annotations

import threading
import time
import uuid
from asyncio import CancelledError as AsyncCancelledError
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from distributed.client import ClosedClientError
from distributed.scheduler import KilledWorker

from mofu.db import quarantine
from mofu.errors import MissingError, PartialError
from mofu.workers.cluster import tasks
from mofu.workers.cluster.batches import Batch, Workload
from mofu.workers.cluster.placement import Connection, connected
from mofu.workers.cluster.places import Place
from mofu.workers.cluster.tasks import Fault, Refusal, Report
from mofu.workers.workshop import Workshop

AHEAD = 2
"""Batches a worker's thread has at once: one that it works on, one that waits."""

TICK_S = 0.5
"""How often who waits looks around, where nothing ends meanwhile."""

QUIET_S = 1.0
"""Without a worker after which it is said that one is waited for."""

RESULT_S = 30.0
"""For the counts of a task that has ended to arrive."""

_LOST = (OSError, TimeoutError, CancelledError, AsyncCancelledError, RuntimeError, ClosedClientError)
"""What Dask's client raises where its scheduler went away."""


class _LostError(Exception):
    """The scheduler went away."""


@dataclass(frozen=True, slots=True)
class Finished:
    """What became of some items: counted in a report, or given up because processes die of them."""

    report: Report
    quarantined: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be done.

    Attributes:
        task: a registered name; failures are counted under it, too.
        items: in the order in which they are begun; those that are in quarantine are left out before.
        given: what the task needs beside.
        size: items of a batch.
        needs: what a worker must have one of, where any worker has: see `placement`.
        of_images: whether items are SHA-256 of images, whose deaths are counted from one job to the next.
        look: called now and then, for what raises where the work is to stop.
    """

    task: str
    items: Sequence[str]
    given: object
    size: int
    needs: str | None = None
    of_images: bool = True
    look: Callable[[], None] = lambda: None


def spread(workshop: Workshop, asked: Asked) -> Iterator[Finished]:
    """Have a task done for items by the cluster that the settings name.

    Raises:
        MissingError: at the beginning, the cluster cannot be reached.
        PartialError: later, or no worker can do it; what was done is kept, and the same call goes on.
        MofuError: what a task raised that no other worker would do better.
    """
    connection = connected(workshop.settings)
    tasks.load_tasks()
    with workshop.database.read() as session:
        deaths = quarantine.deaths(session, asked.task, asked.items)
    workload = Workload(asked.items, asked.size, deaths, quarantine.FATAL)
    yield from _Spread(workshop, asked, workload, connection).run()


class _Spread:
    """One call of `spread`: what is under way where."""

    def __init__(self, workshop: Workshop, asked: Asked, workload: Workload, connection: Connection) -> None:
        self._workshop, self._asked, self._workload, self._connection = workshop, asked, workload, connection
        self._place = Place.of(workshop, is_private=connection.is_private)
        self._running: dict[Any, _Begun] = {}
        self._unfit: dict[str, str] = {}
        self._workers: dict[str, int] = {}
        self._looked_at = self._had_workers_at = 0.0
        self._patience_s = workshop.settings.cluster.patience_s
        self._said_that_none_is_there = self._some_have = False
        self._something_ended = threading.Event()

    def run(self) -> Iterator[Finished]:
        self._had_workers_at = time.monotonic()
        try:
            while not self._workload.is_over:
                try:
                    self._look()
                    self._begin()
                    self._wait()
                    yield from self._ended()
                except _LostError:
                    self._reconnect()
        finally:
            self._let_go()

    def _look(self) -> None:
        """See which workers there are; raises where nobody can do the work, or nobody comes."""
        self._asked.look()
        if not self._connection.is_up:
            raise _LostError
        if time.monotonic() - self._looked_at < TICK_S:
            return
        try:
            known = self._connection.client.scheduler_info(n_workers=-1)["workers"]
        except _LOST as error:
            raise _LostError from error
        self._workers = {worker: int(facts["nthreads"]) for worker, facts in known.items()}
        self._some_have = any(self._asked.needs in facts.get("resources", {}) for facts in known.values())
        self._looked_at = now = time.monotonic()
        self._unfit = {worker: why for worker, why in self._unfit.items() if worker in self._workers}
        if self._workers:
            self._had_workers_at, self._said_that_none_is_there = now, False
            self._take_back_what_nobody_may_do()
        elif now - self._had_workers_at > self._patience_s:
            raise PartialError(
                f"no worker has come to {self._connection.where} for {self._patience_s:.0f} s: start some with "
                "`mofu worker --scheduler`, then the same command goes on"
            )
        elif now - self._had_workers_at > QUIET_S and not self._said_that_none_is_there:
            self._said_that_none_is_there = True
            self._workshop.progress.notice(f"no worker at {self._connection.where} now: waits for one")

    @property
    def _fit(self) -> list[str]:
        return [worker for worker in self._workers if worker not in self._unfit]

    def _begin(self) -> None:
        """Ask for as many batches as the workers can have at once."""
        if self._unfit and not self._fit:
            raise PartialError(self._nobody())
        room = AHEAD * sum(self._workers[worker] for worker in self._fit)
        while len(self._running) < room and (batch := self._workload.take()) is not None:
            self._submit(batch)

    def _nobody(self) -> str:
        reasons = "; ".join(f"{worker}: {why}" for worker, why in list(self._unfit.items())[:3])
        return f"no worker of {self._connection.where} can do it ({reasons}): what was done is kept"

    def _submit(self, batch: Batch) -> None:
        asked, allowed = self._asked, frozenset(self._fit if self._unfit else ())
        name = f"{asked.task}-{uuid.uuid4().hex}"
        try:
            future = self._connection.client.submit(
                tasks.run,
                asked.task,
                self._place,
                batch.items,
                asked.given,
                key=name,
                pure=False,
                workers=list(allowed) or None,
                resources={asked.needs: 1} if self._some_have else None,
            )
        except _LOST as error:
            self._workload.given_back(batch)
            raise _LostError from error
        self._running[name] = _Begun(batch, future, allowed)
        future.add_done_callback(lambda _: self._something_ended.set())

    def _wait(self) -> None:
        self._something_ended.wait(TICK_S)
        self._something_ended.clear()

    def _ended(self) -> Iterator[Finished]:
        """What came of the batches that have ended since: each told before the next is looked at, which may be lost."""
        for name, begun in list(self._running.items()):
            status = begun.future.status
            if status == "cancelled":
                raise _LostError
            if status in ("finished", "error"):
                outcome = self._outcome(begun.future, status)
                if outcome is not None:
                    del self._running[name]
                    begun.future.release()
                    yield from self._judge(begun.batch, outcome)

    def _outcome(self, future: Any, status: str) -> Any:
        """A report, refusal, fault or exception; None where it has to be asked for again, its worker having gone."""
        try:
            return future.result(RESULT_S) if status == "finished" else future.exception(RESULT_S)
        except _LOST as error:
            if not self._connection.is_up:
                raise _LostError from error
            return None

    def _judge(self, batch: Batch, outcome: Any) -> list[Finished]:
        if isinstance(outcome, Report):
            self._workload.finished(batch)
            self._forgive(batch)
            return [Finished(outcome)]
        if isinstance(outcome, KilledWorker):
            return self._bury(batch, outcome.allowed_failures + 1, outcome.last_worker.address)
        self._workload.given_back(batch)
        if isinstance(outcome, Refusal):
            self._refused(outcome)
            return []
        if isinstance(outcome, Fault):
            raise outcome.error()
        raise outcome

    def _refused(self, refusal: Refusal) -> None:
        if refusal.worker not in self._unfit:
            self._workshop.progress.notice(f"worker {refusal.worker} is left out: {refusal.reason}")
        self._unfit[refusal.worker] = refusal.reason
        self._workers.setdefault(refusal.worker, 1)

    def _bury(self, batch: Batch, deaths: int, worker: str) -> list[Finished]:
        """Note that a worker died of a batch; an item that was alone each time is set aside at last."""
        if batch.is_alone and self._asked.of_images:
            reason = f"the process {worker} died while it worked on this image alone"
            with self._workshop.database.write() as session:
                quarantine.note_deaths(session, batch.items[0], self._asked.task, deaths, reason)
        given_up = self._workload.died(batch, deaths)
        if given_up is None:
            return []
        what = f"image {given_up[:12]} is set aside" if self._asked.of_images else f"word {given_up} is left out"
        more = "; `mofu quarantine` lists such" if self._asked.of_images else ""
        self._workshop.progress.notice(f"{what}: {quarantine.FATAL} processes died of it{more}")
        return [Finished(Report(0), (given_up,))]

    def _forgive(self, batch: Batch) -> None:
        if batch.is_alone and self._asked.of_images:
            with self._workshop.database.write() as session:
                quarantine.lift(session, batch.items[0], self._asked.task)

    def _take_back_what_nobody_may_do(self) -> None:
        """Ask again for what only workers may do that have gone."""
        for name, begun in list(self._running.items()):
            if begun.allowed and not begun.allowed & self._workers.keys():
                del self._running[name]
                self._cancel([begun.future])
                self._workload.given_back(begun.batch)

    def _reconnect(self) -> None:
        """Wait for the scheduler; what was under way is to be done again."""
        self._let_go()
        since = time.monotonic()
        self._workshop.progress.notice(f"the scheduler at {self._connection.where} went away: waits for it")
        while True:
            try:
                self._connection = connected(self._workshop.settings)
                break
            except MissingError as error:
                if time.monotonic() - since > self._patience_s:
                    raise PartialError(
                        f"{self._connection.where} went away {self._patience_s:.0f} s ago and has not come back: "
                        "what was done is kept, and the same command goes on"
                    ) from error
            self._asked.look()
            time.sleep(TICK_S)
        self._unfit, self._workers, self._looked_at = {}, {}, 0.0
        self._had_workers_at = time.monotonic()

    def _let_go(self) -> None:
        """Have nothing under way any more."""
        begun = list(self._running.values())
        self._running.clear()
        self._cancel([each.future for each in begun])
        for each in begun:
            self._workload.given_back(each.batch)

    def _cancel(self, futures: list[Any]) -> None:
        if futures and self._connection.is_up:
            with suppress(*_LOST):
                self._connection.client.cancel(futures, force=True)


@dataclass(frozen=True, slots=True)
class _Begun:
    """A batch under way: Dask's future of it, and the workers that may do it (none: all)."""

    batch: Batch
    future: Any
    allowed: frozenset[str]
