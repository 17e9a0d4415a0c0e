"""How much one host is asked at once: its slots, the pauses and delays it asks for, and a bound over all hosts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

ABORT_COOLDOWN_S = 0.25
"""A cut transfer may still be winding down at the host: its slot is given back this much later."""


class Slot:
    """A place at a host; `aborted` says that the transfer was cut before its end."""

    def __init__(self) -> None:
        self.aborted = False


class _Host:
    def __init__(self, slots: int) -> None:
        self.free = asyncio.Semaphore(slots)
        self.ready_at = 0.0
        self.delay_s = 0.0


class Hosts:
    """Slots by host.

    A request waits for its host first and for the bound over all last, so that a slow host never holds more of the
    whole than its own slots.
    """

    def __init__(self, per_host: int, total: int) -> None:
        self._per_host = per_host
        self._hosts: dict[str, _Host] = {}
        self._total = asyncio.Semaphore(total)

    def _host(self, name: str) -> _Host:
        return self._hosts.setdefault(name, _Host(self._per_host))

    @asynccontextmanager
    async def slot(self, name: str) -> AsyncIterator[Slot]:
        """Wait for a place at a host, its pause and its delay; hold it for one request."""
        host, loop, slot = self._host(name), asyncio.get_running_loop(), Slot()
        await host.free.acquire()
        try:
            while (wait := host.ready_at - loop.time()) > 0:
                await asyncio.sleep(wait)
            if host.delay_s:
                host.ready_at = loop.time() + host.delay_s
            async with self._total:
                yield slot
        finally:
            if slot.aborted:
                loop.call_later(ABORT_COOLDOWN_S, host.free.release)
            else:
                host.free.release()

    def pause(self, name: str, seconds: float) -> None:
        """Ask nothing of a host for so long (its Retry-After)."""
        host = self._host(name)
        host.ready_at = max(host.ready_at, asyncio.get_running_loop().time() + seconds)

    def set_delay(self, name: str, seconds: float) -> None:
        """Leave at least so long between two requests to a host (its Crawl-delay)."""
        self._host(name).delay_s = seconds

    async def close(self) -> None:
        """Nothing more is asked of any host."""
