"""One machine's part of a cluster: a scheduler, worker processes, or both, kept alive until they are told to stop."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
import warnings
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from distributed import Nanny, Scheduler
from distributed.comm import get_address_host
from distributed.core import Status
from distributed.utils import get_ip

from mofu.errors import InvalidInputError, MissingError, UsageError
from mofu.settings import Settings
from mofu.workers.cluster.placement import (
    ALLOWED_FAILURES,
    PRELOAD,
    prepare_processes,
    processes_here,
    worker_environment,
    worker_resources,
)
from mofu.workers.cluster.places import OWN_FLAGS, OWN_LIBRARY
from mofu.workers.cluster.tls import ENCRYPTED, security_of

PORT = 8786
DASHBOARD = "127.0.0.1:8787"
"""For people on the machine of the scheduler, or through a tunnel to it; another port where this one is taken."""

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_ANYWHERE = ("0.0.0.0", "::")  # noqa: S104 - names of addresses, to be shown as one that others can reach
_RETRY_S = 1.0
_START_S = 120
_STOP_S = 15
"""For a worker process to end by itself."""


@dataclass(frozen=True, slots=True)
class Listening:
    """Where a scheduler listens."""

    host: str = LOOPBACK[0]
    port: int = PORT

    def address(self, *, encrypted: bool) -> str:
        """The address that workers and clients connect to."""
        host = get_ip() if self.host in _ANYWHERE else self.host
        return f"{ENCRYPTED if encrypted else 'tcp://'}{f'[{host}]' if ':' in host else host}:{self.port}"

    def check(self, folder: Path | None, *, plain: bool) -> None:
        """Refuse to be open to a network without certificates, unless that is what was asked for.

        Raises:
            UsageError: whoever reaches a scheduler can have its workers do anything.
        """
        if self.host not in LOOPBACK and folder is None and not plain:
            raise UsageError(
                f"--host {self.host} without certificates: whoever reaches it could run anything on every worker; "
                "`mofu cluster certs DIR` and --set cluster.tls=DIR, or --plain on a network of your own"
            )


@dataclass(frozen=True, slots=True)
class Workers:
    """Worker processes of this machine.

    Attributes:
        scheduler: where they report.
        processes: how many.
        resources: of each.
        tls: the folder of certificates.
        patience_s: how long they look for a scheduler that is not there.
        library: the folder that they use, if not the job's.
        flags: settings of their own, as `section.name=value`.
    """

    scheduler: str
    processes: int
    resources: dict[str, float]
    tls: Path | None
    patience_s: float
    library: Path | None = None
    flags: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, settings: Settings, scheduler: str, library: Path | None, flags: tuple[str, ...]) -> Workers:
        """As many as the settings want."""
        cluster = settings.cluster
        return cls(
            scheduler, processes_here(settings), worker_resources(settings), cluster.tls, cluster.patience_s,
            library, flags,
        )  # fmt: skip

    @property
    def environment(self) -> dict[str, str]:
        """What their processes are told."""
        own = {OWN_LIBRARY: str(self.library.resolve())} if self.library else {}
        return worker_environment(self.processes) | own | {OWN_FLAGS: "\n".join(self.flags)}


def run_scheduler(
    listening: Listening, tls: Path | None, workers: Workers | None, ready: Callable[[str], None] = lambda _: None
) -> None:
    """Run a scheduler, with workers of this machine or without, until SIGTERM, SIGINT or `mofu cluster stop`.

    Args:
        ready: called with the dashboard's address once the scheduler listens.

    Raises:
        InvalidInputError: the port is taken, or the address is not this machine's.
        MissingError: a certificate is not there.
    """
    asyncio.run(_scheduler(listening, tls, workers, ready))


def run_workers(workers: Workers) -> None:
    """Run workers until SIGTERM or SIGINT, looking for their scheduler again where it went away.

    Raises:
        MissingError: for as long as their patience, no scheduler has answered.
    """
    asyncio.run(_workers(workers))


async def _scheduler(
    listening: Listening, tls: Path | None, workers: Workers | None, ready: Callable[[str], None]
) -> None:
    address = listening.address(encrypted=tls is not None)
    security = security_of(address, tls, ("scheduler",))
    scheduler = Scheduler(
        host=listening.host,
        port=listening.port,
        protocol=address.partition("://")[0],
        security=security,
        dashboard=True,
        dashboard_address=DASHBOARD,
        allowed_failures=ALLOWED_FAILURES,
    )
    async with AsyncExitStack() as stack:
        try:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", message="Port 8787 is already in use")  # which it is, is said
                await stack.enter_async_context(scheduler)
        except (OSError, ValueError) as error:
            raise InvalidInputError(f"no scheduler can listen at {listening.host}:{listening.port}: {error}") from error
        ready(f"http://127.0.0.1:{scheduler.http_server.port}/status")
        stop = _stop_on_signals()
        kept = asyncio.create_task(_kept(workers, stop)) if workers is not None else None
        await _first(scheduler.finished(), stop.wait())
        stop.set()
        if kept is not None:
            await kept


async def _workers(workers: Workers) -> None:
    await _kept(workers, _stop_on_signals())


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    return stop


async def _kept(workers: Workers, stop: asyncio.Event) -> None:
    """Keep as many workers as are wanted."""
    prepare_processes()
    security = security_of(workers.scheduler, workers.tls, ("worker",))
    keeping = [_keep(workers, number, security, stop) for number in range(workers.processes)]
    for ended in await asyncio.gather(*keeping, return_exceptions=True):
        if isinstance(ended, BaseException):
            raise ended


async def _keep(workers: Workers, number: int, security: Any, stop: asyncio.Event) -> None:
    """Keep one worker: Dask begins its process anew where that dies, this does so where the scheduler went away."""
    seen_at = time.monotonic()
    while not stop.is_set():
        try:
            if await _one(workers, number, security, stop):
                seen_at = time.monotonic()
        except Exception as error:  # the edge: whatever befalls a worker process, another one is begun
            if time.monotonic() - seen_at > workers.patience_s:
                stop.set()
                raise MissingError(
                    f"no scheduler has answered at {workers.scheduler} for {workers.patience_s:.0f} s "
                    f"({' '.join(str(error).split())[:200]}): `mofu cluster start` starts one"
                ) from error
        await _first(stop.wait(), asyncio.sleep(_RETRY_S))


async def _one(workers: Workers, number: int, security: Any, stop: asyncio.Event) -> bool:
    """Keep a worker until its scheduler goes away or it is to stop, which does not wait for one that is starting."""

    async def live() -> bool:
        async with _nanny(workers, number, security) as nanny:
            await _first(nanny.finished(), stop.wait())
            return bool(nanny.status != Status.failed)

    living = asyncio.create_task(live())
    await _first(asyncio.shield(living), stop.wait())
    if stop.is_set():
        await asyncio.wait({living}, timeout=_STOP_S)
        living.cancel()
        await asyncio.wait({living}, timeout=_STOP_S)
        return True
    return await living


def _nanny(workers: Workers, number: int, security: Any) -> Any:
    return Nanny(
        workers.scheduler,
        host=get_ip(get_address_host(workers.scheduler)),
        nthreads=1,
        name=f"{socket.gethostname()}-{os.getpid()}-{number}",
        security=security,
        resources=workers.resources,
        env=workers.environment,
        preload=[PRELOAD],
        death_timeout=_START_S,
        dashboard_address="127.0.0.1:0",
        dashboard=False,
    )


async def _first(*waits: Any) -> None:
    """Wait until one of these has ended; the others are given up."""
    tasks = [asyncio.ensure_future(each) for each in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in tasks:
            each.cancel()
