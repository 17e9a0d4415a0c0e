"""`mofu jobs`: the stages that were asked for, and how they ended."""

from __future__ import annotations

from dataclasses import asdict

import click

from mofu.cli.call import Call, verb
from mofu.cli.output import write_json, write_table


@verb(
    """mofu jobs
mofu jobs --limit 100 --json"""
)
@click.option("--limit", metavar="N", type=click.IntRange(1), default=20, show_default=True, help="The newest so many.")
def jobs(call: Call, limit: int) -> None:
    """List what ran, for which word, how it ended."""
    with call.open() as library:
        found = library.jobs(limit)
        names = {record.id: record.text for record in library.words()}
    if call.as_json:
        for job in found:
            write_json(asdict(job) | {"word": names.get(job.word_id or 0)})
        return
    rows = [
        (job.id, job.stage, names.get(job.word_id or 0, ""), job.state, f"{job.started_at:%Y-%m-%d %H:%M}", job.message)
        for job in found
    ]
    write_table(("job", "stage", "word", "state", "started (UTC)", "message"), rows)
