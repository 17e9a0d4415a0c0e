"""`mofu library`: a whole library taken elsewhere: to another folder, to PostgreSQL, and back."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from mofu.cli.call import Call, verb, with_common_options
from mofu.cli.output import write_json, write_table

_SHOWN_DIGITS = 12


@with_common_options
@click.group(
    epilog="\b\nExamples:\n  mofu library copy mofu-library team --to postgresql+psycopg://mofu@db.example/mofu\n\n"
    "Guide: docs/cli.md"
)
def library() -> None:
    """The library as a whole."""


@verb(
    """mofu library copy mofu-library backup
mofu library copy mofu-library team --to postgresql+psycopg://mofu@db.example/mofu
mofu library copy team laptop --from postgresql+psycopg://mofu@db.example/mofu
mofu library copy mofu-library team --to postgresql+psycopg://mofu@db.example/mofu --no-files"""
)
@click.argument("source", metavar="SOURCE", type=click.Path(path_type=Path))
@click.argument("destination", metavar="DEST", type=click.Path(path_type=Path))
@click.option(
    "--from", "source_url", metavar="URL", help="SOURCE's database.  [default: what its folder says, else SQLite there]"
)
@click.option(
    "--to", "destination_url", metavar="URL",
    help="DEST's database.  [default: what its folder says, else SQLite there]",
)  # fmt: skip
@click.option(
    "--files/--no-files", default=True, show_default=True, help="Copy files, too; without: they are shared, or follow."
)
def copy(
    call: Call, source: Path, destination: Path, source_url: str | None, destination_url: str | None, files: bool
) -> None:
    """Copy a library between folders and databases.

    Each table is held against its source before anything counts: a copy that is interrupted leaves an empty library,
    and the same call goes on. Settings stay where they are.
    """
    from mofu.cli.progress import watching
    from mofu.library import Library

    with (
        watching(call.progress) as progress,
        Library.open(source, create=False, flags=_flags(call, source_url), progress=progress) as original,
        Library.open(destination, flags=_flags(call, destination_url), progress=progress) as made,
    ):
        report = original.copy_to(made, files=files)
    if call.as_json:
        write_json(asdict(report) | {"rows": report.rows})
        return
    rows = [(table.name, table.rows, table.digest[:_SHOWN_DIGITS]) for table in report.tables]
    write_table(("table", "rows", "content"), rows)
    state = "copied and the same on both sides" if report.is_new else "there already, the same on both sides"
    click.echo(f"{report.rows:,} rows {state}; {report.files:,} files copied")


def _flags(call: Call, url: str | None) -> tuple[str, ...]:
    return (*call.flags, f"database.url={url}") if url else call.flags


library.add_command(copy)
