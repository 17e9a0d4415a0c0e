"""Items → batches to be worked on; of a batch that kills its workers, halves, until the one that does it is alone.

Most deaths are the machine's, so a batch is first tried again whole. Only what happens to an item that runs alone, with
nothing else under way that could be to blame, counts as its own doing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

PATIENCE = 1
"""Deaths of a batch of several after which it is tried again whole."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Items that are worked on together.

    Attributes:
        items: at least one.
        deaths: processes that died of it; of one that runs alone, those that did so while it was alone.
        is_alone: whether nothing else may be under way meanwhile.
    """

    items: tuple[str, ...]
    deaths: int = 0
    is_alone: bool = False


class Workload:
    """What is to be done, what is under way, what is suspected.

    Args:
        items: in the order in which they are begun.
        size: items of a batch.
        deaths: item → processes that died of it before; such an item runs alone, after all others.
        fatal: deaths of an item alone after which it is given up.
    """

    def __init__(self, items: Sequence[str], size: int, deaths: Mapping[str, int], fatal: int) -> None:
        calm = [item for item in items if item not in deaths]
        self._waiting = deque(Batch(tuple(calm[start : start + size])) for start in range(0, len(calm), size))
        self._suspects = deque(Batch((item,), deaths[item], is_alone=True) for item in items if item in deaths)
        self._running: list[Batch] = []
        self._fatal = fatal

    @property
    def is_over(self) -> bool:
        """Whether nothing waits and nothing is under way."""
        return not (self._waiting or self._suspects or self._running)

    def take(self) -> Batch | None:
        """A batch to begin now; None where what is under way has to end first, or nothing is left."""
        if any(batch.is_alone for batch in self._running):
            return None
        if self._waiting:
            batch = self._waiting.popleft()
        elif self._suspects and not self._running:
            batch = self._suspects.popleft()
        else:
            return None
        self._running.append(batch)
        return batch

    def finished(self, batch: Batch) -> None:
        """A batch is done."""
        self._running.remove(batch)

    def given_back(self, batch: Batch) -> None:
        """A batch was not done, for a reason that is not its own."""
        self._running.remove(batch)
        (self._suspects if batch.is_alone else self._waiting).appendleft(batch)

    def died(self, batch: Batch, times: int = 1) -> str | None:
        """Processes died while they worked on a batch; its item, where that gives it up."""
        self._running.remove(batch)
        deaths = batch.deaths + times
        if batch.is_alone:
            if deaths >= self._fatal:
                return batch.items[0]
            self._suspects.append(replace(batch, deaths=deaths))
        elif len(batch.items) == 1:
            self._suspects.append(Batch(batch.items, is_alone=True))
        elif deaths <= PATIENCE:
            self._waiting.append(replace(batch, deaths=deaths))
        else:
            middle = len(batch.items) // 2
            self._waiting += (Batch(half, deaths) for half in (batch.items[:middle], batch.items[middle:]))
        return None
