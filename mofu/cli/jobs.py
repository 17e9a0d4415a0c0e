"""`mofu jobs`: what was asked for and what ran: listed, shown with its log, followed, cancelled, resumed."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from mofu.cli.call import Call, verb, with_common_options
from mofu.cli.output import write_json, write_table
from mofu.errors import PartialError

if TYPE_CHECKING:
    from mofu.db.jobs import JobRecord
    from mofu.db.ledger import Line
    from mofu.library import Library

FOLLOW_EVERY_S = 0.5
_EXIT = {"failed": 1, "partial": PartialError.exit_code, "cancelled": 130, "interrupted": 130}

_limit = click.option(
    "--limit", metavar="N", type=click.IntRange(1), default=20, show_default=True, help="The newest so many."
)
_number = click.argument("number", metavar="N", type=click.IntRange(1))


@with_common_options
@click.group(
    invoke_without_command=True,
    epilog="\b\nExamples:\n  mofu jobs\n  mofu jobs show 12 --follow\n  mofu jobs cancel 12\n\nGuide: docs/cli.md",
)
@_limit
@click.pass_context
def jobs(context: click.Context, limit: int) -> None:
    """What was asked for, what ran, how it ended."""
    if context.invoked_subcommand is None:
        context.invoke(listing, limit=limit)


@verb(
    """mofu jobs list
mofu jobs list --limit 100 --json""",
    name="list",
)
@_limit
def listing(call: Call, limit: int) -> None:
    """List the newest.

    Jobs that were asked for, and the stages of commands.
    """
    with call.open() as library:
        found = library.jobs(limit)
        words = _words(library)
    if call.as_json:
        for job in found:
            write_json(_facts(job, words))
        return
    rows = [
        (job.id, job.verb or job.stage, _subject(job, words), job.state, _when(job), _how_far(job)) for job in found
    ]
    write_table(
        ("job", "what", "word", "state", "since (UTC)", "message"),
        rows,
        none="no jobs yet: `mofu build WORD` and the pages of `mofu serve` begin some",
    )


@verb(
    """mofu jobs show 12
mofu jobs show 12 --follow
mofu jobs show 12 --json"""
)
@_number
@click.option("--follow", is_flag=True, help="Go on until it has ended; the exit status says how.")
def show(call: Call, number: int, *, follow: bool) -> int:
    """Show a job: how far it is, its stages, its log."""
    with call.open() as library:
        job, last = library.job(number), 0
        if call.as_json and not follow:
            stages = [_facts(stage, _words(library)) for stage in library.stages(number)]
            write_json(_facts(job, _words(library)) | {"stages": stages, "log": library.job_log(number)})
            return 0
        if not call.as_json:
            click.echo(f"job {job.id}  {job.verb or job.stage}  {_subject(job, _words(library))}".rstrip())
        while True:
            for line in library.job_log(number, after=last):
                last = line.id
                _write_line(call, line)
            job = library.job(number)
            if not follow or job.finished_at is not None:
                break
            time.sleep(FOLLOW_EVERY_S)
        _write_state(call, job, library)
    return _EXIT.get(job.state, 0) if follow else 0


@verb("mofu jobs cancel 12")
@_number
def cancel(call: Call, number: int) -> None:
    """Cancel a job; what it did is kept.

    One that runs stops within seconds.
    """
    with call.open() as library:
        _write_state(call, library.cancel_job(number), library)


@verb("mofu jobs resume 12")
@_number
def resume(call: Call, number: int) -> None:
    """Let a job go on that did not get done."""
    with call.open() as library:
        _write_state(call, library.resume_job(number), library)


def _words(library: Library) -> dict[int, str]:
    return {record.id: record.text for record in library.words()}


def _facts(job: JobRecord, words: dict[int, str]) -> dict[str, object]:
    return asdict(job) | {"word": words.get(job.word_id or 0)}


def _subject(job: JobRecord, words: dict[int, str]) -> str:
    return job.subject if job.subject is not None else words.get(job.word_id or 0, "")


def _when(job: JobRecord) -> str:
    since = job.finished_at or job.started_at or job.asked_at
    return f"{since:%Y-%m-%d %H:%M}" if since else ""


def _how_far(job: JobRecord) -> str:
    """One line: the message that stands on a job, or how far the stage that runs is."""
    from mofu.cli.progress import span
    from mofu.db.base import now

    if job.message or job.state != "running":
        return job.message or ""
    at = now()
    rate, left = job.rate(at), job.seconds_left(at)
    told = [f"{job.done:,}" if job.total is None else f"{job.done:,}/{job.total:,}"]
    told += [f"{job.failed:,} failed"] * bool(job.failed)
    told += [f"{rate:.1f}/s"] if rate else []
    told += [f"{span(left)} left"] if left is not None else []
    return "  ".join([*([job.stage] if job.verb else []), *told])


def _write_line(call: Call, line: Line) -> None:
    if call.as_json:
        write_json(line)
        return
    first, *rest = line.text.splitlines() or [""]
    click.echo(f"{line.at:%H:%M:%S}  {line.level:<7}  {first}")
    for more in rest:
        click.echo(f"                   {more}")


def _write_state(call: Call, job: JobRecord, library: Library) -> None:
    if call.as_json:
        write_json(_facts(job, _words(library)))
        return
    asked = " (as soon as its worker notices)" if job.cancel_requested else ""
    click.echo("  ".join(part for part in (f"job {job.id}", job.state + asked, _how_far(job)) if part))


for _each in (listing, show, cancel, resume):
    jobs.add_command(_each)
