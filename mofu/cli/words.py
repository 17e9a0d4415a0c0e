"""`mofu words`: what the library holds."""

from __future__ import annotations

from dataclasses import asdict

import click

from mofu.cli.call import Call, verb, with_common_options
from mofu.cli.output import write_json, write_table


@with_common_options
@click.group(epilog="\b\nExamples:\n  mofu words list\n\nGuide: docs/cli.md")
def words() -> None:
    """The words of the library."""


@verb(
    """mofu words list
mofu words list --json""",
    name="list",
)
def listing(call: Call) -> None:
    """List the words with their counts.

    Hits, stored images, hits that failed, ranked images.
    """
    with call.open() as library:
        summaries = library.summaries()
    if call.as_json:
        for each in summaries:
            counts = {name: value for name, value in asdict(each).items() if name != "word"}
            write_json(
                {"word": each.word.text, "language": each.word.language, "noun": each.word.noun or None,
                 "slug": each.word.slug, "wanted": each.word.wanted} | counts
            )  # fmt: skip
        return
    rows = [(_name(e.word.text, e.word.noun), e.word.language, e.hits, e.stored, e.failed, e.ranked) for e in summaries]
    write_table(("word", "language", "hits", "images", "failed", "ranked"), rows)


def _name(text: str, noun: str) -> str:
    return f"{text} {noun}" if noun else text


words.add_command(listing)
