"""`mofu worker`: what was asked of a library → done."""

from __future__ import annotations

import click

from mofu.cli.call import Call, verb


@verb(
    """mofu worker
mofu worker --once
mofu worker --library team --set database.url=postgresql+psycopg://mofu@db/mofu"""
)
@click.option("--once", is_flag=True, help="Do what waits, then end.")
@click.option("--parent", metavar="PID", type=click.IntRange(1), help="End when this process, its parent, does.")
def worker(call: Call, *, once: bool, parent: int | None) -> None:
    """Do the jobs that were asked for.

    One after another, until it is stopped; a job that is stopped goes on with the next worker. `mofu serve` brings a
    worker of its own.
    """
    from mofu.workers.worker import Worker

    with call.open(create=True) as library:
        Worker(library, parent).run(once=once)
