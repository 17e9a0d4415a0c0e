"""`mofu words`: what the library holds, and which words there are to ask for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mofu.cli.call import Call, verb, with_common_options
from mofu.cli.output import write_json, write_table
from mofu.errors import NothingFoundError

if TYPE_CHECKING:
    from mofu.db.deletion import DeletedWord


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
    write_table(
        ("word", "language", "hits", "images", "failed", "ranked"),
        rows,
        none="no words yet: `mofu build WORD` makes one",
    )


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


@verb(
    """mofu words delete もふもふ
mofu words restore もふもふ""",
    name="delete",
)
@click.argument("word")
def delete(call: Call, word: str) -> None:
    """Put a word away, with everything of it.

    It is in no list any more; `mofu words restore` brings it back.
    """
    with call.open() as library:
        deleted = library.delete(word)
    if call.as_json:
        write_json({"deleted": deleted.word.slug, "deleted_at": deleted.deleted_at})
        return
    click.echo(f"deleted {deleted.word.text}; `mofu words restore {deleted.word.slug}` brings it back")


@verb(
    """mofu words restore
mofu words restore もふもふ"""
)
@click.argument("word", required=False)
def restore(call: Call, word: str | None) -> None:
    """Bring a deleted word back.

    Without a word, list those there are.
    """
    with call.open() as library:
        if word is None:
            _list_deleted(call, library.deleted())
            return
        restored = library.restore(word)
    if call.as_json:
        write_json({"restored": restored.slug})
        return
    click.echo(f"restored {restored.text}")


def _list_deleted(call: Call, deleted: Sequence[DeletedWord]) -> None:
    if call.as_json:
        for each in deleted:
            write_json({"slug": each.word.slug, "word": each.word.text, "deleted_at": each.deleted_at})
        return
    rows = [(each.word.text, each.word.slug, f"{each.deleted_at:%Y-%m-%d %H:%M}") for each in deleted]
    write_table(
        ("word", "slug", "deleted (UTC)"), rows, none="no deleted words: `mofu words delete WORD` puts one away"
    )


@verb(
    """mofu words delete もふもふ
mofu words purge もふもふ
mofu words purge もふもふ --confirm もふもふ"""
)
@click.argument("word")
@click.option("--confirm", metavar="WORD", help="The word again; without it, what would be gone is listed.")
def purge(call: Call, word: str, confirm: str | None) -> None:
    """Drop a deleted word for good.

    With its hits, rankings and verdicts, and the images that no other word has. Without --confirm nothing is done but
    to say what would be gone.
    """
    with call.open() as library:
        hanging = library.purge(word, confirm=confirm) if confirm else library.belongings(word)
    if call.as_json:
        write_json({"word": word, "purged": bool(confirm)} | asdict(hanging))
        return
    what = (
        f"{hanging.hits} hits, {hanging.rankings} rankings, {hanging.verdicts} verdicts and {hanging.own_images} of "
        f"its {hanging.images} images ({hanging.own_bytes / 1e6:.1f} MB), which no other word has"
    )
    click.echo(f"purged {word}: {what}" if confirm else f"would purge {word}: {what}; say --confirm {word} to do it")


def _name(text: str, noun: str) -> str:
    return f"{text} {noun}" if noun else text


words.add_command(listing)
words.add_command(lexicon)
words.add_command(delete)
words.add_command(restore)
words.add_command(purge)
