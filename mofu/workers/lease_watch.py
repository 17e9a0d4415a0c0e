"""The jobs that workers run, looked at again and again → those whose worker is dead, whatever any clock says.

A lease is judged by what this process has seen: a sign of life that stays the same for as long as a lease lasts, by
the clock of this process that nobody can set. So neither a clock that is set nor machines whose clocks differ can lose
a live worker's job, or keep a dead one's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime

from mofu.db.jobs import Hold
from mofu.db.ledger import LEASE_S

MOST_BETWEEN_S = 2.0
"""Of the time between two looks that counts: what was frozen (a container, a laptop asleep) has seen nothing then, and
the workers beside it could give no sign."""


class LeaseWatch:
    """What one worker has seen of the others.

    Args:
        lease_s: seconds without a sign of life after which a worker is dead.
        clock: seconds that only ever grow.
    """

    def __init__(self, lease_s: float = LEASE_S, clock: Callable[[], float] = time.monotonic) -> None:
        self._lease_s, self._clock = lease_s, clock
        self._looked_at = clock()
        self._unchanged_s: dict[Hold, float] = {}
        self._first: frozenset[Hold] | None = None

    def look(self, holds: Sequence[Hold]) -> None:
        """Note who holds what now."""
        at = self._clock()
        passed, self._looked_at = min(at - self._looked_at, MOST_BETWEEN_S), at
        before = self._unchanged_s
        self._unchanged_s = {hold: before[hold] + passed if hold in before else 0.0 for hold in holds}
        if self._first is None:
            self._first = frozenset(holds)

    def abandoned(self) -> list[Hold]:
        """Those that gave no sign of life for the length of a lease."""
        return [hold for hold, seconds in self._unchanged_s.items() if seconds >= self._lease_s]

    def in_doubt(self, at: datetime) -> bool:
        """Whether somebody who is dead by the clock was there from the first look on, and not seen for long enough."""
        return any(hold in (self._first or ()) and hold.has_lapsed(at) for hold in self._unchanged_s)
