"""`mofu cluster`: a scheduler for a few machines, who works for it, its end, and certificates."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from mofu.cli.call import Call, verb, with_common_options
from mofu.cli.output import write_json, write_table

if TYPE_CHECKING:
    from mofu.settings import Settings


@with_common_options
@click.group(
    epilog="\b\nExamples:\n  mofu cluster certs DIR\n  mofu cluster start\n  mofu cluster status\n\nGuide: docs/cli.md",
)
def cluster() -> None:
    """Let several machines work on one library."""


@verb(
    """mofu cluster start
mofu cluster start --host 0.0.0.0 --set cluster.tls=certificates
mofu cluster start --no-workers --port 9000"""
)
@click.option("--host", metavar="ADDRESS", default="127.0.0.1", show_default=True, help="Where the scheduler listens.")
@click.option("--port", metavar="N", type=click.IntRange(1, 65535), default=8786, show_default=True)
@click.option("--workers/--no-workers", default=True, show_default=True, help="Work on this machine, too.")
@click.option("--plain", is_flag=True, help="Listen on a network without certificates: whoever reaches it may do all.")
def start(call: Call, *, host: str, port: int, workers: bool, plain: bool) -> None:
    """Run a scheduler, and workers beside it.

    Prints the line to run on each of the other machines; goes on until it is stopped.
    """
    settings = _settings(call)
    from mofu.workers.cluster.node import Listening, Workers, run_scheduler

    listening, tls = Listening(host, port), settings.cluster.tls
    listening.check(tls, plain=plain)
    address = listening.address(encrypted=tls is not None)
    line = " ".join(["mofu worker --scheduler", address, *([f"--set cluster.tls={quote(str(tls))}"] if tls else [])])

    def ready(dashboard: str) -> None:
        if call.as_json:
            write_json({"scheduler": address, "worker": line, "dashboard": dashboard})
            return
        click.echo(f"scheduler at {address}, dashboard at {dashboard}; Ctrl-C ends", err=True)
        click.echo(line)

    own = Workers.of(settings, address, call.named, call.flags) if workers else None
    run_scheduler(listening, tls, own, ready)


@verb(
    """mofu cluster status
mofu cluster status --set cluster.where=tls://mofu.lan:8786 --set cluster.tls=certificates --json"""
)
def status(call: Call) -> None:
    """List the workers of a scheduler.

    That of cluster.where, else this machine's.
    """
    settings = _settings(call)
    from mofu.workers.cluster.status import cluster_status

    found = cluster_status(settings)
    if call.as_json:
        write_json(asdict(found))
        return
    rows = [
        (each.name, each.address, each.mofu or "none", each.tasks, round(each.memory_mb), each.gpus, each.crawls)
        for each in found.workers
    ]
    write_table(("worker", "address", "mofu", "tasks", "memory in MB", "GPUs", "crawls"), rows)


@verb("mofu cluster stop")
def stop(call: Call) -> None:
    """End a scheduler and its workers.

    What they had under way is begun again by the jobs that asked for it, once there is a scheduler.
    """
    settings = _settings(call)
    from mofu.workers.cluster.status import stop_cluster

    address = stop_cluster(settings)
    if call.as_json:
        write_json({"stopped": address})
    else:
        click.echo(f"stopped {address}")


@verb(
    """mofu cluster certs certificates
mofu cluster certs /mnt/team/certificates"""
)
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
def certs(call: Call, folder: Path) -> None:
    """Make certificates for a cluster.

    An authority, and a certificate with its key for the scheduler, for workers and for clients.
    """
    from mofu.workers.cluster.placement import require_dask

    require_dask()
    from mofu.workers.cluster.certificates import make_certificates
    from mofu.workers.cluster.tls import AUTHORITY, ROLES, certificate_file

    make_certificates(folder)
    made = [str(certificate_file(folder, name)) for name in (AUTHORITY, *ROLES)]
    if call.as_json:
        write_json({"folder": str(folder), "certificates": made})
    else:
        click.echo(folder)


def _settings(call: Call) -> Settings:
    from mofu.settings import load_settings
    from mofu.workers.cluster.placement import require_dask

    require_dask(tells_of="warning")
    return load_settings(call.library, call.flags)


for _part in (start, status, stop, certs):
    cluster.add_command(_part)
