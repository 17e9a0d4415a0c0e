"""Tries to log in → whether one more may be made now, by the address that it comes from and the name that it gives.

The counts are in memory: one process serves, they are worth nothing after a quarter of an hour, and in the database
every stranger's try would be a write.
"""

from __future__ import annotations

import ipaddress
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from mofu.db.people import folded

WAIT_S = 30
FREE_BY_NAME = 5
FREE_BY_ADDRESS = 20
"""More than by name: a whole team may come from one address."""
FORGET_S = 900
MOST_KEYS = 10_000


@dataclass(slots=True)
class _Tries:
    count: int
    last_s: float


class LoginLimiter:
    """After the free tries, one every half minute; a quarter of an hour without a try forgets them.

    Names that nobody has are counted like those that somebody has, so that the answer does not tell which they are.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tries: dict[tuple[str, str], _Tries] = {}
        self._lock = threading.Lock()

    def admit(self, address: str, name: str) -> int:
        """Count a try and let it be made: 0; or refuse it: the seconds until the next may be made."""
        keys = {("address", _network(address)): FREE_BY_ADDRESS, ("name", folded(name[:300])): FREE_BY_NAME}
        with self._lock:
            now_s = self._clock()
            self._forget(now_s)
            wait_s = max(self._wait_s(key, free, now_s) for key, free in keys.items())
            if wait_s > 0:
                return math.ceil(wait_s)
            for key in keys:
                before = self._tries.pop(key, _Tries(0, now_s))  # put last again: the first is the longest untried
                self._tries[key] = _Tries(before.count + 1, now_s)
            return 0

    def forgive(self, name: str) -> None:
        """Forget the tries for a name whose password was given; not those of an address: anyone could reset them."""
        with self._lock:
            self._tries.pop(("name", folded(name[:300])), None)

    def _wait_s(self, key: tuple[str, str], free: int, now_s: float) -> float:
        tries = self._tries.get(key)
        return 0.0 if tries is None or tries.count < free else WAIT_S - (now_s - tries.last_s)

    def _forget(self, now_s: float) -> None:
        while self._tries:
            first = next(iter(self._tries))
            if len(self._tries) <= MOST_KEYS and now_s - self._tries[first].last_s < FORGET_S:
                return
            del self._tries[first]


def _network(address: str) -> str:
    """An IPv4 address, or the /64 of an IPv6 one, which is what one subscriber has."""
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if known.version == 6 and known.ipv4_mapped is None:
        return str(ipaddress.ip_network((known, 64), strict=False))
    return str(getattr(known, "ipv4_mapped", None) or known)
