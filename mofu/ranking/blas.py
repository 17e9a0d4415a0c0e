"""One BLAS thread for many small products: what its threads cost when a neighbour needs the cores.

A Cholesky factorisation of 500 rows takes one thread 2 ms, two threads as long, and two threads on a busy machine
300 ms: they wait for each other. Whoever has several such problems gives each a Python thread instead.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from threadpoolctl import ThreadpoolController

__all__ = ["cores", "single_threaded"]

_LIMITED = threading.Lock()
"""Held by the thread whose limit is in force: another's would take that limit for what was before, and leave it."""


@contextmanager
def single_threaded() -> Iterator[None]:
    """BLAS with one thread in the whole process.

    Of several Python threads inside, the first to have come decides: when it leaves, the others may find more threads,
    and nothing else changes for them. What was before is back when all have left.
    """
    if not _LIMITED.acquire(blocking=False):
        yield
        return
    try:
        with _controller().limit(limits=1, user_api="blas"):
            yield
    finally:
        _LIMITED.release()


def cores() -> int:
    """Cores that this process owns."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


@cache
def _controller() -> ThreadpoolController:
    # finds the libraries that are loaded: of NumPy and of SciPy, whose importers alone call this
    return ThreadpoolController()
