"""What was asked and what it was made of → its answer, computed once and kept while this process lives."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """The last answers, by what they were made of; one is computed at a time, so that no two threads do the same."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._answers: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, compute: Callable[[], T]) -> T:
        """The answer to a key; what `compute` raises is not kept."""
        with self._lock:
            if key not in self._answers:
                self._answers[key] = compute()
            self._answers.move_to_end(key)
            while len(self._answers) > self._most:
                self._answers.popitem(last=False)
            return self._answers[key]
