"""Files of untrusted bytes → facts, thumbnails and pixels, through a pool of confined decoder processes.

A crash, a hang or too much memory costs one image: its process is replaced, its future fails, the rest goes on.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from mofu.errors import MofuError
from mofu.imaging import wire
from mofu.imaging.process import DecoderDied, DecoderProcess
from mofu.imaging.results import DecodeFailure, DecodeLimits, Fit, Inspected, Pixels

if TYPE_CHECKING:
    from mofu.settings import CrawlerSettings

__all__ = ["DecodeFailure", "DecodeLimits", "DecoderPool", "Inspected"]


@dataclass(frozen=True, slots=True)
class _Job:
    request: wire.Request
    path: Path
    finish: Callable[[bytearray], Any]
    future: Future[Any]


class DecoderPool:
    """Decoder processes, each fed by a thread of its own; every method can be called from any thread.

    Futures fail with DecodeFailure (the image), OSError (the file cannot be read, the thumbnail not written) or
    MofuError (no decoder can be started). From asyncio: `await asyncio.wrap_future(pool.inspect(…))`.
    """

    def __init__(self, processes: int, limits: DecodeLimits, memory_mb: int = 1024, deadline_s: float = 20.0) -> None:
        """Start the processes in the background.

        Args:
            processes: how many; 0: one a core.
            limits: what an image may be.
            memory_mb: address space of a process beyond what it starts with.
            deadline_s: seconds for one image, after which its process is killed.
        """
        self._limits, self._memory_mb, self._deadline_s = limits, memory_mb, deadline_s
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        self._running: set[DecoderProcess] = set()
        names = [f"decoder-{number}" for number in range(processes or _cores())]
        self._threads = [threading.Thread(target=self._work, name=name, daemon=True) for name in names]
        for thread in self._threads:
            thread.start()

    @classmethod
    def of(cls, settings: CrawlerSettings) -> Self:
        """A pool as the settings want it."""
        limits = DecodeLimits(settings.max_pixels, settings.min_side_px, settings.thumbnail_px)
        return cls(settings.decoder_processes, limits, settings.decoder_memory_mb, settings.decoder_deadline_s)

    def inspect(self, path: Path, thumbnail: Path) -> Future[Inspected]:
        """Hash and decode the file at `path`, write its thumbnail's JPEG file (not made durable) to `thumbnail`."""

        def finish(body: bytearray) -> Inspected:
            facts, small = wire.unpack_facts(body, self._limits)
            thumbnail.write_bytes(small)
            return facts

        return self._submit(wire.Request(wire.Operation.INSPECT), path, finish)

    def pixels(self, path: Path, side_px: int, fit: Fit = "longer") -> Future[Pixels]:
        """Upright RGB pixels, (h, w, 3) uint8, of the file at `path`, scaled so that a side is `side_px` at most."""
        request = wire.Request(wire.Operation.PIXELS, side_px, fit)
        return self._submit(request, path, lambda body: wire.unpack_pixels(body, request))

    @property
    def pids(self) -> list[int]:
        """Ids of the processes that run now."""
        with self._lock:
            return [process.pid for process in self._running]

    def close(self) -> None:
        """End every process; what was not finished is cancelled. Can be called twice."""
        with self._lock:
            self._closed = True
            for process in self._running:
                process.kill()
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _submit(self, request: wire.Request, path: Path, finish: Callable[[bytearray], Any]) -> Future[Any]:
        future: Future[Any] = Future()
        with self._lock:
            if self._closed:
                raise MofuError("the decoder pool is closed: open a new one")
            self._jobs.put(_Job(request, path, finish, future))
        return future

    def _work(self) -> None:
        """A thread's life: keep one decoder running and hand it one job after the other."""
        process = self._started_ahead()
        while (job := self._jobs.get()) is not None:
            if self._closed:
                job.future.cancel()
            if process is not None and not process.alive:
                # it died while it waited, which is no image's fault
                self._drop(process)
                process = None
            if job.future.set_running_or_notify_cancel():
                process = self._perform(job, process)
        self._drop(process)

    def _perform(self, job: _Job, process: DecoderProcess | None) -> DecoderProcess | None:
        """Resolve a job's future; gives the decoder for the next job, None where this one is gone."""
        try:
            file = os.open(job.path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                process = process or self._start()
                status, body = process.ask(job.request, file, self._deadline_s)
            finally:
                os.close(file)
            if status is wire.Status.FAILURE:
                raise wire.unpack_failure(body)
            job.future.set_result(job.finish(body))
        except (DecodeFailure, OSError) as error:
            job.future.set_exception(error)
            return process
        except (DecoderDied, wire.MalformedAnswerError) as error:
            job.future.set_exception(CancelledError() if self._closed else DecodeFailure("undecodable", str(error)))
        except Exception as error:  # noqa: BLE001 - whatever it is, whoever waits for the future must learn of it
            job.future.set_exception(error)
        else:
            return process
        self._drop(process)
        return None

    def _start(self) -> DecoderProcess:
        process = DecoderProcess(self._limits, self._memory_mb)
        with self._lock:
            self._running.add(process)
            if self._closed:
                process.kill()
        return process

    def _started_ahead(self) -> DecoderProcess | None:
        """A decoder before the first job asks for it; where none starts, the first job's future will say so."""
        try:
            return self._start()
        except MofuError:
            return None

    def _drop(self, process: DecoderProcess | None) -> None:
        if process is not None:
            with self._lock:
                self._running.discard(process)
            process.end()


def _cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
