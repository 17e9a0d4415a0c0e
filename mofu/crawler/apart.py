"""A coroutine run to its end in a thread and an event loop of its own: in a script, under a server, in a notebook."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

from mofu.errors import InterruptedWork

T = TypeVar("T")


def run_apart(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine and wait for its result; a notebook's running loop is left alone.

    Raises:
        InterruptedWork: Ctrl-C came; the coroutine was cancelled and has cleaned up after itself.
    """
    result: Future[T] = Future()
    started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Task[T]]] = Future()
    thread = threading.Thread(target=_live, args=(work, started, result), name="crawl", daemon=True)
    thread.start()
    try:
        # Not only for the result: whoever is given it finds no thread and no connection of the work left.
        while thread.is_alive():
            # A wait with a time-out lets Ctrl-C through on every platform.
            thread.join(0.2)
        return result.result()
    except KeyboardInterrupt:
        loop, task = started.result()
        with suppress(RuntimeError):  # it ended this very moment
            loop.call_soon_threadsafe(task.cancel)
        thread.join()
        raise InterruptedWork("interrupted: what was fetched is kept; run the same command again to go on") from None


def _live(
    work: Coroutine[Any, Any, T],
    started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Task[T]]],
    result: Future[T],
) -> None:
    async def main() -> T:
        task = asyncio.create_task(work)
        started.set_result((asyncio.get_running_loop(), task))
        return await task

    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            result.set_result(runner.run(main()))
    except BaseException as error:  # noqa: BLE001 - whatever ended the work, the thread that waits must learn of it
        result.set_exception(error)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The uvloop event loop where it runs; elsewhere the standard library's."""
    if sys.platform == "win32":
        return None
    import uvloop

    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory
