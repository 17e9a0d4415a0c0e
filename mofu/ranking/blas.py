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
from typing import Any

from threadpoolctl import ThreadpoolController

__all__ = ["cores", "single_threaded"]

_LOCK = threading.Lock()
_INSIDE: list[Any] = []
"""The limit in force, once for each who wants it: the limit is the process's, so the last to leave lifts it."""


@contextmanager
def single_threaded() -> Iterator[None]:
    """BLAS with one thread in the whole process, until the last of those inside has left."""
    with _LOCK:
        _INSIDE.append(_INSIDE[0] if _INSIDE else _controller().limit(limits=1, user_api="blas"))
    try:
        yield
    finally:
        with _LOCK:
            limit = _INSIDE.pop()
            if not _INSIDE:
                limit.restore_original_limits()


def cores() -> int:
    """Cores that this process owns."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


@cache
def _controller() -> ThreadpoolController:
    # finds the libraries that are loaded: of NumPy and of SciPy, whose importers alone call this
    return ThreadpoolController()
