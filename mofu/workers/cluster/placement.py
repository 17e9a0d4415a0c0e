"""The setting cluster.where → a client of a cluster: of processes of this machine, or of a scheduler somewhere.

What was connected stays so for the jobs that follow in this process, until it ends.
"""

from __future__ import annotations

import atexit
import importlib.util
import logging
import os
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mofu.errors import MissingError, MissingPackageError
from mofu.imaging.decoders import CORES_VARIABLE, cores
from mofu.settings import Settings
from mofu.workers.cluster.tls import ENCRYPTED, security_of

IN_PROCESS = "inprocess"
LOCAL = "local"
CONNECT_S = 10.0
"""For one try to reach a scheduler."""

ALLOWED_FAILURES = 0
"""Of our own schedulers: who asked hears of each death, and decides himself what is tried again."""

PRELOAD = "mofu.workers.cluster.preload"
CRAWL, GPU = "crawl", "GPU"
"""What a worker has of: so many crawls at once, so many GPUs."""

_LOG_LEVEL = "DASK_DISTRIBUTED__LOGGING__DISTRIBUTED"
_GPUS = Path("/proc/driver/nvidia/gpus")
_LOST = (OSError, TimeoutError, RuntimeError)


@dataclass(frozen=True, slots=True, eq=False)
class Connection:
    """A connected client of Dask, and the cluster of this process, if it is one.

    Attributes:
        where: its address, or `local`, for messages.
        is_private: whether nobody can listen on the way.
    """

    where: str
    is_private: bool
    client: Any
    cluster: Any | None

    @property
    def is_up(self) -> bool:
        """Whether the scheduler is there."""
        return bool(self.client.status == "running")

    def close(self) -> None:
        """Let go of it; a scheduler somewhere goes on without us."""
        for each in (self.client, self.cluster):
            if each is not None:
                with suppress(*_LOST):
                    each.close(timeout=2)


_open: dict[tuple[object, ...], Connection] = {}
_one_at_a_time = threading.RLock()


def is_elsewhere(settings: Settings) -> bool:
    """Whether stages run in other processes than this."""
    return settings.cluster.where != IN_PROCESS


def connected(settings: Settings) -> Connection:
    """The connection that the settings want, made where there is none or it was lost.

    Raises:
        MissingPackageError: the extra `cluster` is not installed.
        MissingError: no scheduler answers.
        InvalidSettingError: the address and the certificates do not go together.
    """
    wanted = settings.cluster
    key = (wanted.where, wanted.tls, wanted.processes, os.getpid())
    with _one_at_a_time:
        if key in _open and not _open[key].is_up:
            _open.pop(key).close()
        if key not in _open:
            _open[key] = _connect(settings)
        return _open[key]


def close_all() -> None:
    """Let go of everything that is connected; done when the process ends, too."""
    with _one_at_a_time:
        for key in [key for key in _open if key[-1] == os.getpid()]:
            _open.pop(key).close()


atexit.register(close_all)


def require_dask(tells_of: str = "critical") -> None:
    """Make sure that Dask is there.

    Args:
        tells_of: the level of its own messages that come to stderr, of this process and of those that it starts.

    Raises:
        MissingPackageError: the extra `cluster` is not installed.
    """
    if importlib.util.find_spec("distributed") is None:
        raise MissingPackageError("clusters need the package 'distributed': pip install 'mofu[cluster]'")
    os.environ.setdefault(_LOG_LEVEL, tells_of)
    importlib.import_module("distributed")
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(tells_of.upper())


def processes_here(settings: Settings) -> int:
    """How many worker processes this machine runs."""
    return settings.cluster.processes or gpus(settings) or cores()


def gpus(settings: Settings) -> int:
    """How many GPUs of this machine are used: all by dask-cuda, which gives each process one of its own, else one."""
    if settings.features.device == "cpu" or not _GPUS.is_dir():
        return 0
    return min(len(list(_GPUS.iterdir())), cores() if _has_dask_cuda() else 1)


def _has_dask_cuda() -> bool:
    return importlib.util.find_spec("dask_cuda") is not None


def prepare_processes() -> None:
    """Let worker processes keep memory that they will use again: to give it back each time costs a third of them."""
    import dask

    dask.config.set({"distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": None})


def worker_environment(processes: int) -> dict[str, str]:
    """What makes a worker process use its share of the cores, and no more."""
    return {CORES_VARIABLE: str(max(1, cores() // processes))}


def worker_resources(settings: Settings) -> dict[str, float]:
    """What a worker process has of."""
    has_gpu = {GPU: 1.0} if gpus(settings) else {}
    return {CRAWL: float(settings.cluster.crawl_slots), **has_gpu}


def _connect(settings: Settings) -> Connection:
    require_dask()
    where = settings.cluster.where
    if where == LOCAL:
        return _start_local(settings)
    from distributed import Client

    security = security_of(where, settings.cluster.tls, ("client",))
    try:
        client = Client(where, security=security, timeout=CONNECT_S, set_as_default=False, name="mofu")
    except _LOST as error:
        why = " ".join(str(error).split())[:200] or type(error).__name__
        raise MissingError(
            f"no scheduler answers at {where} ({why}): `mofu cluster start` starts one, "
            "--set cluster.where=inprocess does without"
        ) from error
    return Connection(where, where.startswith(ENCRYPTED), client, None)


def _start_local(settings: Settings) -> Connection:
    """A scheduler in this process, workers in processes of their own; other users of the machine cannot reach them."""
    from distributed import Client, LocalCluster, Security

    prepare_processes()
    kind: Any = LocalCluster
    if gpus(settings) and _has_dask_cuda():
        kind = importlib.import_module("dask_cuda").LocalCUDACluster
    processes = processes_here(settings)
    cluster = kind(
        n_workers=processes,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        security=Security.temporary(),
        silence_logs=logging.CRITICAL,
        scheduler_kwargs={"allowed_failures": ALLOWED_FAILURES, "dashboard": False},
        preload=[PRELOAD],
        env=worker_environment(processes),
        resources=worker_resources(settings),
    )
    client = Client(cluster, set_as_default=False, name="mofu")
    return Connection(LOCAL, is_private=True, client=client, cluster=cluster)
