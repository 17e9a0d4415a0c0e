"""`mofu explain`: an image of a word → why it stands where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mofu.cli import options
from mofu.cli.call import Call, verb
from mofu.cli.output import write_json, write_table

if TYPE_CHECKING:
    from mofu.workers.explaining import Explanation, Near

SHOWN_DIGITS = 12


@verb(
    """mofu explain もふもふ 1
mofu explain もふもふ 3fa2c1d09b7e
mofu explain もふもふ 0012_3fa2c1d0.jpg --json"""
)
@click.argument("word")
@click.argument("image", metavar="IMAGE")
@options.noun
@options.language
def explain(call: Call, word: str, image: str, *, noun: str, language: str | None) -> None:
    """Say why an image stands where it does.

    IMAGE is a rank, the first digits of a SHA-256, or the file name that an export gave the image.
    """
    with call.open() as library:
        told = library.explain(library.word(word, language, noun), image)
    if call.as_json:
        write_json(told)
        return
    for line in _lines(told):
        click.echo(line)
    rows = [
        (number, f"{place.rank:,} of {place.of:,}", f"{place.score:+.3f}", "seed" if place.is_seed else "")
        for number, place in enumerate(told.rounds, 1)
    ]
    write_table(("round", "place", "score", ""), rows)
    for near in (told.similar, told.unlike):
        click.echo(f"nearest {near.kind}: {_near(near) or 'none'}")
    for copy in told.duplicates:
        click.echo(f"near-duplicate: {copy[:SHOWN_DIGITS]}")
    for source in told.sources:
        parts = (source.source, source.license, source.creator, source.page_url or source.url)
        click.echo("source: " + "  ".join(part for part in parts if part))


def _lines(told: Explanation) -> list[str]:
    verdict = f"  {told.verdict}" if told.verdict else ""
    first = f"{told.word}  {told.sha256[:SHOWN_DIGITS]}  rank {told.rank:,} of {told.ranked:,}{verdict}"
    copy = told.represented_by
    return [
        first,
        f"search position {told.search_position:,}  {told.strategy}  {told.path}",
        *([f"a near-duplicate of {copy[:SHOWN_DIGITS]}, which stands in the ranking for it"] if copy else []),
    ]


def _near(near: Near) -> str:
    return ", ".join(
        f"{image.sha256[:SHOWN_DIGITS]} ({f'rank {image.rank:,}, ' if image.rank else ''}cosine {image.cosine:.3f})"
        for image in near.images
    )
