"""How much one host is asked at once by several processes: slots by host as in `hosts`, leased from the library.

A process asks the database for a share of a host's slots when it first has something to ask there, and renews it while
it has; its requests take slots of that share without asking anybody. So politeness costs two or three rows a host, not
one a request, and the workers of a cluster together ask no host for more than one of them alone would.
"""

from __future__ import annotations

import asyncio
import os
import socket
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mofu.crawler.policies.hosts import ABORT_COOLDOWN_S, Hosts, Slot
from mofu.db import host_slots
from mofu.db.base import now
from mofu.db.engine import Database
from mofu.db.host_slots import Need, Share
from mofu.errors import MofuError

RENEW_S = 5.0
"""Between two renewals while nobody waits; a quarter of a lease."""
CONTENDED_S = 0.25
"""Between two where somebody does: a slot that is given back lies idle for half of it."""


@dataclass
class _Shared:
    """One host: this process's share, who uses it, who waits."""

    changed: asyncio.Event = field(default_factory=asyncio.Event)
    slots: int = 0
    busy: int = 0
    waiting: int = 0
    delay_s: float = 0.0
    ready_at: datetime | None = None
    others_wait: bool = False
    stirred: asyncio.Event = field(default_factory=asyncio.Event)
    renewing: asyncio.Task[None] | None = None
    problem: BaseException | None = None


class SharedHosts(Hosts):
    """Slots by host that hold for every process which crawls into one library."""

    def __init__(self, per_host: int, total: int, database: Database) -> None:
        super().__init__(per_host, total)
        self._most, self._database = per_host, database
        self._holder = f"{socket.gethostname()[:40]} {os.getpid()} {uuid.uuid4().hex[:8]}"
        self._shared: dict[str, _Shared] = {}
        self._closing = False

    @asynccontextmanager
    async def slot(self, name: str) -> AsyncIterator[Slot]:
        """As `Hosts.slot`; raises what kept the library's database from answering."""
        host, slot = self._shared.setdefault(name, _Shared()), Slot()
        await self._take(name, host)
        try:
            while (wait := _seconds_until(host.ready_at)) > 0:
                await asyncio.sleep(wait)
            if host.delay_s:
                host.ready_at = now() + timedelta(seconds=host.delay_s)
            async with self._total:
                yield slot
        finally:
            if slot.aborted:
                asyncio.get_running_loop().call_later(ABORT_COOLDOWN_S, self._give_back, host)
            else:
                self._give_back(host)

    def pause(self, name: str, seconds: float) -> None:
        """Ask nothing of a host for so long; the other processes know it when they renew."""
        host, until = self._shared.setdefault(name, _Shared()), now() + timedelta(seconds=seconds)
        host.ready_at = max(host.ready_at or until, until)
        host.stirred.set()

    def set_delay(self, name: str, seconds: float) -> None:
        """Leave at least so long between two requests to a host, whoever makes them: one process at a time asks it."""
        self._shared.setdefault(name, _Shared()).delay_s = seconds

    async def close(self) -> None:
        """Give every share back."""
        self._closing = True
        for host in self._shared.values():
            host.stirred.set()
        await asyncio.gather(*(host.renewing for host in self._shared.values() if host.renewing is not None))

    async def _take(self, name: str, host: _Shared) -> None:
        host.waiting += 1
        try:
            if host.renewing is None or host.renewing.done():
                host.problem, host.renewing = None, asyncio.create_task(self._renew(name, host))
            elif host.slots <= host.busy:
                host.stirred.set()
            while host.busy >= host.slots:
                host.changed.clear()
                await host.changed.wait()
                if host.problem is not None:
                    raise host.problem
            host.busy += 1
        finally:
            host.waiting -= 1

    def _give_back(self, host: _Shared) -> None:
        host.busy -= 1
        host.changed.set()
        if host.others_wait or not (host.busy or host.waiting):
            host.stirred.set()

    async def _renew(self, name: str, host: _Shared) -> None:
        """Keep a share for as long as it is used, and a little beyond it."""
        idle = False
        while not (idle or self._closing) or host.busy or host.waiting:
            host.stirred.clear()
            idle = not (host.busy or host.waiting)
            need = self._need(host)
            host.slots = host.busy  # what is asked for now must not be overtaken by requests that begin meanwhile
            try:
                self._apply(host, await asyncio.to_thread(self._settle, name, need))
            except MofuError as error:
                host.problem = error
            host.changed.set()
            if host.problem is not None:
                return
            await self._pause(host)
        if not idle:
            await asyncio.to_thread(self._settle, name, self._need(host))

    async def _pause(self, host: _Shared) -> None:
        contended = host.others_wait or (host.waiting and host.slots < self._limit(host))
        # Stirred or not, the library is not asked more often than this about one host.
        await asyncio.sleep(CONTENDED_S)
        if not contended:
            with suppress(TimeoutError):
                await asyncio.wait_for(host.stirred.wait(), RENEW_S - CONTENDED_S)

    def _need(self, host: _Shared) -> Need:
        most = self._limit(host)
        return Need(host.busy, min(most, host.busy + host.waiting), most, host.ready_at)

    def _limit(self, host: _Shared) -> int:
        return 1 if host.delay_s else self._most

    def _settle(self, name: str, need: Need) -> Share:
        with self._database.write() as session:
            return host_slots.settle(session, name, self._holder, need, host_slots.present(session))

    def _apply(self, host: _Shared, share: Share) -> None:
        host.slots, host.others_wait = share.slots, share.others_wait
        if share.ready_at is not None:
            host.ready_at = max(host.ready_at or share.ready_at, share.ready_at)


def _seconds_until(moment: datetime | None) -> float:
    return 0.0 if moment is None else (moment - now()).total_seconds()
