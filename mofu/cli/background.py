"""`mofu background`: the word-free pool of images that rankings hold words against."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mofu.cli import options
from mofu.cli.call import Call, verb, with_common_options
from mofu.cli.output import write_json
from mofu.errors import NothingFoundError

if TYPE_CHECKING:
    from mofu.db.images import BackgroundRecord


@with_common_options
@click.group(epilog="\b\nExamples:\n  mofu background show\n  mofu background refresh\n\nGuide: docs/cli.md")
def background() -> None:
    """Images that stand for anything else."""


@verb("mofu background show")
def show(call: Call) -> None:
    """Say what it is and where it comes from."""
    with call.open() as library:
        found = library.current_background()
        if found is None:
            raise NothingFoundError("no background yet: `mofu build` or `mofu background refresh` makes one")
    _write(call, found)


@verb(
    """mofu background refresh --source openverse
mofu background refresh --set background.size=2000"""
)
@options.source
def refresh(call: Call, source: tuple[str, ...] | None) -> None:
    """Make a new version from generic queries.

    Rankings made against an older version stay as they are until they are made anew.
    """
    with call.open(create=True) as library:
        made = library.background(source, refresh=True)
    _write(call, made)


def _write(call: Call, found: BackgroundRecord) -> None:
    if call.as_json:
        write_json({"version": found.id, "images": found.count, "created_at": found.created_at} | found.origin)
        return
    queries = found.origin.get("queries", ())
    sources = ", ".join(found.origin.get("sources", ()))
    click.echo(f"version {found.id}  {found.count:,} images  {len(queries)} generic queries to {sources}")


background.add_command(show)
background.add_command(refresh)
