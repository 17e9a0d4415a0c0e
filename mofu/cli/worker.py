"""`mofu worker`: what was asked of a library, or of a cluster → done."""

from __future__ import annotations

import click

from mofu.cli.call import Call, verb


@verb(
    """mofu worker
mofu worker --once
mofu worker --library team --set database.url=postgresql+psycopg://mofu@db/mofu
mofu worker --scheduler tls://mofu.lan:8786 --set cluster.tls=certificates"""
)
@click.option("--once", is_flag=True, help="Do what waits, then end.")
@click.option("--parent", metavar="PID", type=click.IntRange(1), help="End when this process, its parent, does.")
@click.option("--scheduler", metavar="ADDRESS", help="Do tasks of the jobs of others, for this scheduler of a cluster.")
def worker(call: Call, *, once: bool, parent: int | None, scheduler: str | None) -> None:
    """Do the jobs that were asked for.

    One after another, until it is stopped; a job that is stopped goes on with the next worker. `mofu serve` brings a
    worker of its own. With --scheduler: the tasks of a cluster, in cluster.processes processes.
    """
    if scheduler is not None:
        _work_for(call, scheduler)
        return
    from mofu.workers.worker import Worker

    with call.open(create=True) as library:
        if not (once or parent):
            library.progress.notice(f"does the jobs of {library.root}; Ctrl-C ends")
        Worker(library, parent).run(once=once)


def _work_for(call: Call, scheduler: str) -> None:
    from mofu.settings import load_settings
    from mofu.workers.cluster.placement import require_dask

    require_dask(tells_of="warning")
    from mofu.workers.cluster.node import Workers, run_workers

    settings = load_settings(call.library, (*call.flags, f"cluster.where={scheduler}"))
    click.echo(f"works for {scheduler}; Ctrl-C ends", err=True)
    run_workers(Workers.of(settings, scheduler, call.named, call.flags))
