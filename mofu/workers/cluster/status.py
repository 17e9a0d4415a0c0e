"""A scheduler's address → who works there and on what; and the end of all of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from mofu.settings import Settings
from mofu.workers.cluster.placement import CRAWL, GPU, IN_PROCESS, LOCAL, connected
from mofu.workers.cluster.tasks import mofu_version
from mofu.workers.cluster.tls import ENCRYPTED

DEFAULT = "127.0.0.1:8786"


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """One worker process.

    Attributes:
        mofu: its version; None where it has none, or does not answer.
        tasks: that it has now.
        memory_mb: that it takes.
        gpus, crawls: how many it may use, or do at once.
    """

    address: str
    name: str
    mofu: str | None
    tasks: int
    memory_mb: float
    gpus: int
    crawls: int


@dataclass(frozen=True, slots=True)
class ClusterStatus:
    """A scheduler and its workers."""

    scheduler: str
    workers: tuple[WorkerStatus, ...]


def address_of(settings: Settings) -> str:
    """The scheduler that the settings name, else the one of this machine."""
    where = settings.cluster.where
    if where not in (IN_PROCESS, LOCAL):
        return where
    return f"{ENCRYPTED if settings.cluster.tls else 'tcp://'}{DEFAULT}"


def cluster_status(settings: Settings) -> ClusterStatus:
    """Ask a scheduler.

    Raises:
        MissingError: none answers.
    """
    with _client(settings) as (client, address):
        versions = client.run(mofu_version, on_error="return")
        known = client.scheduler_info(n_workers=-1)["workers"]
        return ClusterStatus(address, tuple(_status(each, facts, versions) for each, facts in sorted(known.items())))


def stop_cluster(settings: Settings) -> str:
    """End a scheduler and all its workers; its address. Raises MissingError where none answers."""
    with _client(settings) as (client, address):
        client.shutdown()
        return address


@contextmanager
def _client(settings: Settings) -> Iterator[tuple[Any, str]]:
    address = address_of(settings)
    connection = connected(settings.changed([f"cluster.where={address}"]))
    try:
        yield connection.client, address
    finally:
        connection.close()


def _status(address: str, facts: Any, versions: dict[str, Any]) -> WorkerStatus:
    version, resources = versions.get(address), facts.get("resources", {})
    metrics = facts.get("metrics", {})
    return WorkerStatus(
        address,
        str(facts.get("name", "")),
        version if isinstance(version, str) else None,
        sum(metrics.get("task_counts", {}).values()),
        metrics.get("memory", 0) / 2**20,
        int(resources.get(GPU, 0)),
        int(resources.get(CRAWL, 0)),
    )
