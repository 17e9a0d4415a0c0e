"""A file and what is asked of it → a request for a decoder, and the future of what its answer comes to."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mofu.imaging import wire
from mofu.imaging.results import DecodeLimits, Fit, Inspected


@dataclass(frozen=True, slots=True)
class Job:
    """A request for a file, what makes its result of an answer's body, and the future of that (of either kind)."""

    request: wire.Request
    path: Path
    finish: Callable[[bytearray], Any]
    future: asyncio.Future[Any] | Future[Any]

    def succeed(self, result: Any) -> None:
        """Set the result, unless nobody waits any more."""
        with suppress(InvalidStateError, asyncio.InvalidStateError):
            self.future.set_result(result)

    def fail(self, error: BaseException) -> None:
        """Set the error, unless nobody waits any more."""
        with suppress(InvalidStateError, asyncio.InvalidStateError):
            self.future.set_exception(error)

    def abandon(self) -> None:
        """Cancel, also what has begun; whoever waits learns of it."""
        if not self.future.cancel():
            self.fail(CancelledError())
        elif isinstance(self.future, Future):
            self.future.set_running_or_notify_cancel()


def inspection(path: Path, thumbnail: Path, limits: DecodeLimits, future: asyncio.Future[Any] | Future[Any]) -> Job:
    """Hash and decode the file at `path`, write its thumbnail's JPEG file (not made durable) to `thumbnail`."""

    def finish(body: bytearray) -> Inspected:
        facts, small = wire.unpack_facts(body, limits)
        with path.open("rb") as file:
            sha256, size = hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
        thumbnail.write_bytes(small)
        return Inspected(facts.format, facts.width, facts.height, facts.phash, sha256, size)

    return Job(wire.Request(wire.Operation.INSPECT), path, finish, future)


def pixel_reading(path: Path, side_px: int, fit: Fit, future: asyncio.Future[Any] | Future[Any]) -> Job:
    """Upright RGB pixels of the file at `path`, scaled so that a side is `side_px` at most."""
    request = wire.Request(wire.Operation.PIXELS, side_px, fit)
    return Job(request, path, lambda body: wire.unpack_pixels(body, request), future)
