"""The decoders for callers without an event loop: the same processes behind a thread of their own, futures out."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from mofu.errors import MofuError
from mofu.imaging.decode_jobs import Job, inspection, pixel_reading
from mofu.imaging.decoders import Decoders
from mofu.imaging.results import DecodeFailure, DecodeLimits, Fit, Inspected, Pixels

if TYPE_CHECKING:
    from mofu.settings import CrawlerSettings

__all__ = ["DecodeFailure", "DecodeLimits", "DecoderPool", "Inspected", "decoders_of"]


def decoders_of(settings: CrawlerSettings) -> Decoders:
    """Decoders of the running event loop, as the settings want them."""
    processes, memory_mb, deadline_s = _process_settings(settings)
    return Decoders(processes, limits_of(settings), memory_mb, deadline_s)


def limits_of(settings: CrawlerSettings) -> DecodeLimits:
    """What an image may be, by the settings."""
    return DecodeLimits(settings.max_pixels, settings.min_side_px, settings.thumbnail_px)


def _process_settings(settings: CrawlerSettings) -> tuple[int, int, float]:
    return settings.decoder_processes, settings.decoder_memory_mb, settings.decoder_deadline_s


class DecoderPool:
    """`Decoders` in an event loop and a thread of its own; every method can be called from any thread.

    Futures fail as those of `Decoders` do.
    """

    def __init__(self, processes: int, limits: DecodeLimits, memory_mb: int = 1024, deadline_s: float = 20.0) -> None:
        """Start the processes; the arguments are those of `Decoders`."""
        self._limits = limits
        self._arguments = (processes, limits, memory_mb, deadline_s)
        self._closed = False
        self._started: Future[tuple[asyncio.AbstractEventLoop, Decoders, asyncio.Event]] = Future()
        self._thread = threading.Thread(target=self._run, name="decoders", daemon=True)
        self._thread.start()
        self._loop, self._decoders, self._end = self._started.result()

    @classmethod
    def of(cls, settings: CrawlerSettings) -> Self:
        """A pool as the settings want it."""
        processes, memory_mb, deadline_s = _process_settings(settings)
        return cls(processes, limits_of(settings), memory_mb, deadline_s)

    def _run(self) -> None:
        try:
            with asyncio.Runner() as runner:
                runner.get_loop()
                runner.run(self._live())
        except OSError as error:  # no more open files: whoever opens the pool waits for a word of it
            if self._started.done():
                raise
            self._started.set_exception(MofuError(f"the image decoders do not start: {error}"))

    async def _live(self) -> None:
        decoders, end = Decoders(*self._arguments), asyncio.Event()
        self._started.set_result((asyncio.get_running_loop(), decoders, end))
        await end.wait()
        decoders.close()

    def inspect(self, path: Path, thumbnail: Path) -> Future[Inspected]:
        """Hash and decode the file at `path`, write its thumbnail's JPEG file (not made durable) to `thumbnail`."""
        future: Future[Inspected] = Future()
        self._submit(inspection(path, thumbnail, self._limits, future))
        return future

    def pixels(self, path: Path, side_px: int, fit: Fit = "longer") -> Future[Pixels]:
        """Upright RGB pixels, (h, w, 3) uint8, of the file at `path`, scaled so that a side is `side_px` at most."""
        future: Future[Pixels] = Future()
        self._submit(pixel_reading(path, side_px, fit, future))
        return future

    def _submit(self, job: Job) -> None:
        if self._closed:
            raise MofuError("the decoder pool is closed: open a new one")
        self._loop.call_soon_threadsafe(self._decoders.submit, job)

    @property
    def pids(self) -> list[int]:
        """Ids of the processes that run now."""
        return self._decoders.pids

    def close(self) -> None:
        """End every process; what was not finished is cancelled. Can be called twice."""
        if not self._closed:
            self._closed = True
            self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
