"""Things to do → what is made of each, one on each core: cores that share a picture wait for each other."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from mofu.features.torch_runtime import own_threads

A = TypeVar("A")
B = TypeVar("B")


def on_each_core(does: Callable[[A], B], given: Iterable[A], at_once: int) -> Iterator[B]:
    """What a function makes of each of some things, in their order, so many at once, one on a core; read a few ahead.

    What it raises is raised when its turn comes; what was not begun by then, or when nobody asks on, never is.
    """
    threads = ThreadPoolExecutor(at_once, "segmenting", own_threads, (1,))
    try:
        waiting: deque[Future[B]] = deque()
        for each in given:
            waiting.append(threads.submit(does, each))
            if len(waiting) > 2 * at_once:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        threads.shutdown(cancel_futures=True)
