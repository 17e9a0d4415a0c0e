"""`mofu codebook`: what the backbone `fisher` holds images against, fitted on the library's own background."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mofu.cli.call import Call, verb, with_common_options
from mofu.cli.output import write_json, write_table

if TYPE_CHECKING:
    from mofu.workers.codebook import CodebookRecord


@with_common_options
@click.group(epilog="\b\nExamples:\n  mofu codebook fit\n  mofu codebook show\n\nGuide: docs/cli.md")
def codebook() -> None:
    """Fit what the backbone fisher compares with."""


@verb(
    """mofu codebook fit
mofu codebook fit --seed 1"""
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Draws descriptors, starts the fit.")
def fit(call: Call, seed: int) -> None:
    """Fit a codebook on the background.

    It takes effect where the setting features.fisher_codebook names it; activations of different codebooks never mix.
    """
    from mofu.workers.codebook import fit_codebook

    with call.open() as library, library.writing() as workshop:
        made = fit_codebook(workshop, seed)
    if call.as_json:
        write_json(_facts(made))
        return
    path = made.path.resolve()
    click.echo(f"{made.backbone_id}  {made.pictures:,} images  {path}")
    click.echo(f"to use it: --set features.fisher_codebook={path}, or in a mofu.toml", err=True)


@verb(
    """mofu codebook show
mofu codebook show --json"""
)
def show(call: Call) -> None:
    """List the packaged codebook and the library's.

    The mark stands at the one that features.fisher_codebook names.
    """
    from mofu.features.fisher.codebook import FILE
    from mofu.workers.codebook import codebooks, record_of

    with call.open() as library:
        own = library.settings.features.fisher_codebook
        found = [record_of(FILE), *codebooks(library.root)]
    used = _used(own)
    known = {record.path.resolve() for record in found}
    found += [] if used.path.resolve() in known else [used]
    for record in found if call.as_json else ():
        write_json(_facts(record) | {"used": record.backbone_id == used.backbone_id})
    if not call.as_json:
        rows = [(_marked(record, used), record.pictures, record.seed, record.path) for record in found]
        write_table(("backbone", "images", "seed", "file"), rows)
        click.echo("* in use; another: --set features.fisher_codebook=FILE")


def _used(own: str | None) -> CodebookRecord:
    from pathlib import Path

    from mofu.features.fisher.codebook import FILE
    from mofu.workers.codebook import record_of

    return record_of(Path(own).expanduser() if own else FILE)


def _marked(record: CodebookRecord, used: CodebookRecord) -> str:
    return f"{record.backbone_id} *" if record.backbone_id == used.backbone_id else record.backbone_id


def _facts(record: CodebookRecord) -> dict[str, object]:
    return {
        "backbone_id": record.backbone_id,
        "images": record.pictures,
        "seed": record.seed,
        "path": str(record.path.resolve()),
    }


codebook.add_command(fit)
codebook.add_command(show)
