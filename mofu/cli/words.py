"""`mofu words`: what the library holds, and which words there are to ask for."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from mofu.cli.call import Call, verb, with_common_options
from mofu.cli.output import write_json, write_table
from mofu.errors import NothingFoundError


@with_common_options
@click.group(
    invoke_without_command=True,
    epilog="\b\nExamples:\n  mofu words\n  mofu words lexicon fluffy\n\nGuide: docs/cli.md",
)
@click.pass_context
def words(context: click.Context) -> None:
    """The words of the library, and of the lexicon."""
    if context.invoked_subcommand is None:
        context.invoke(listing)


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


@verb(
    """mofu words lexicon
mofu words lexicon ふわ --kind onomatopoeia
mofu words lexicon fluffy
mofu words lexicon --file my-words.csv --json"""
)
@click.argument("sought", metavar="[FILTER]", default="")
@click.option(
    "--kind", metavar="KIND", multiple=True, help="onomatopoeia, texture, colour or noun; repeatable.  [default: all]"
)
@click.option(
    "--file", metavar="FILE", type=click.Path(path_type=Path),
    help="More words: .csv, .tsv or .jsonl.  [setting: lexicon.file]",
)  # fmt: skip
def lexicon(call: Call, sought: str, kind: tuple[str, ...], file: Path | None) -> None:
    """Words to ask for, with reading and meaning.

    Onomatopoeia, adjectives of textures and colours, nouns to combine them with. FILTER is a part of a word, its kana,
    its romaji or its gloss.
    """
    from mofu import lexicon as words_to_ask
    from mofu.settings import load_settings

    named = file or load_settings(call.library, call.flags).lexicon.file
    found = words_to_ask.load(named).matching(sought, words_to_ask.check_kinds(kind))
    if not found:
        raise NothingFoundError(f"no word of the lexicon has {sought!r} in it: try a shorter part, or another --kind")
    if call.as_json:
        for entry in found:
            write_json(entry)
        return
    write_table(("word", "romaji", "kind", "gloss"), [(e.word, e.romaji, e.kind, e.gloss) for e in found])


def _name(text: str, noun: str) -> str:
    return f"{text} {noun}" if noun else text


words.add_command(listing)
words.add_command(lexicon)
