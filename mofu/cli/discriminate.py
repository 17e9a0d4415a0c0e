"""`mofu discriminate`: the words of a noun → how well their pictures can be told apart, and which are confused."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mofu.cli import options
from mofu.cli.call import Call, verb
from mofu.cli.output import write_json, write_table
from mofu.cli.telling_apart import write_csv, write_discrimination
from mofu.errors import NothingFoundError, UsageError

if TYPE_CHECKING:
    from mofu.library import Library
    from mofu.ranking.cooccurrence import Cooccurrence
    from mofu.workers.discriminating import Discrimination

ALONE = "-"


@dataclass(frozen=True, slots=True)
class Chosen:
    """How the classes are chosen where the call does not name them."""

    most: int
    everything: bool
    table: Path | None


@verb(
    """mofu discriminate 犬 もふもふ ふわふわ ごわごわ
mofu discriminate 犬 もふもふ ふわふわ --build -n 200 --source openverse
mofu discriminate 犬 --counts
mofu discriminate ケーキ --classes 7 --plot cake.svg
mofu discriminate ケーキ --table counts.csv --build
mofu discriminate - --all --csv > words.csv"""
)
@click.argument("noun", metavar="NOUN")
@click.argument("words", nargs=-1, metavar="[WORD...]")
@click.option("--classes", metavar="N", type=click.IntRange(2), default=7, show_default=True,
              help="Without words: the N that go with the noun most often.")  # fmt: skip
@click.option("--table", metavar="FILE", type=click.Path(path_type=Path),
              help="Your own counts, CSV with word,count, in place of the library's.")  # fmt: skip
@click.option("--counts", is_flag=True, help="Only say which words go with the noun, and how often.")
@click.option("--all", "everything", is_flag=True, help="Every word of the library that is ranked with the noun.")
@click.option("--images", metavar="N", type=click.IntRange(10), default=50, show_default=True, help="Images a class.")
@click.option("--build", "build", is_flag=True, help="Build the words that are missing first.")
@click.option("-n", "count", metavar="N", type=click.IntRange(1),
              help="With --build: distinct images wanted of each.  [setting: build.n]")  # fmt: skip
@options.source
@options.language
@options.activations
@click.option("--csv", "as_csv", is_flag=True, help="Write the matrix as CSV.")
@click.option("--plot", metavar="FILE", type=click.Path(path_type=Path), help="Draw the matrix: .svg or .png.")
def discriminate(
    call: Call, noun: str, words: tuple[str, ...], *, classes: int, table: Path | None, counts: bool, everything: bool,
    images: int, build: bool, count: int | None, source: tuple[str, ...] | None, language: str | None,
    backbone: str | None, as_csv: bool, plot: Path | None,
) -> None:  # fmt: skip
    """Tell the pictures of a noun's words apart.

    A confusion matrix over the first images of each word, cross-validated, with recall and precision, beside what
    colour alone can tell. NOUN is - for words without one.
    """
    if call.as_json and as_csv:
        raise click.UsageError("expected --json or --csv, not both.")
    if plot is not None:
        _check_plot(plot)
    noun = "" if noun == ALONE else noun
    with call.open(create=build) as library:
        if counts:
            _write_counts(call, noun, _counted(library, noun, table), as_csv)
            return
        texts = list(dict.fromkeys(words)) or _choose(library, noun, Chosen(classes, everything, table))
        if build:
            _build_missing(library, noun, texts, count=count, source=source, language=language, backbone=backbone)
        found = library.discriminate(noun, texts, images=images, backbone=backbone, language=language)
        if plot is not None:
            _draw(plot, found)
    write_discrimination(found, as_json=call.as_json, as_csv=as_csv)


def _check_plot(plot: Path) -> None:
    from mofu.export.heat_map import check_target

    check_target(plot)


def _draw(plot: Path, found: Discrimination) -> None:
    from mofu.export.heat_map import Panel, write_heat_map

    title = f"{found.noun}: {len(found.classes)} words" if found.noun else f"{len(found.classes)} words"
    note = f"{int(found.confusion.counts.sum())} images, {found.folds} folds, seed {found.seed}"
    panels = [Panel(found.backbone, found.confusion), Panel("by colour alone", found.colour)]
    write_heat_map(plot, title, note, panels)


def _counted(library: Library, noun: str, table: Path | None) -> list[Cooccurrence]:
    """The words that go with the noun, the most frequent first."""
    from mofu.lexicon import load
    from mofu.workers.cooccurring import count_cooccurrences, read_counts

    if table is not None:
        return read_counts(table)
    if not noun:
        raise UsageError("words without a noun have no counts: name the words, or add --all")
    found = count_cooccurrences(library.workshop, noun, load(library.settings.lexicon.file))
    if not found:
        raise NothingFoundError(
            f"no hit of {noun!r} has a word of the lexicon in title or tags: run `mofu crawl {noun}`, or add --table"
        )
    return found


def _choose(library: Library, noun: str, chosen: Chosen) -> list[str]:
    from mofu.workers.discriminating import comparable

    if chosen.everything:
        return comparable(library.workshop, noun)
    counted = _counted(library, noun, chosen.table)[: chosen.most]
    library.progress.notice("classes by count: " + ", ".join(f"{row.word} {row.count:,}" for row in counted))
    return [row.word for row in counted]


def _build_missing(
    library: Library,
    noun: str,
    texts: list[str],
    *,
    count: int | None,
    source: tuple[str, ...] | None,
    language: str | None,
    backbone: str | None,
) -> None:
    from mofu.workers.discriminating import Request, missing

    lacking = missing(library.workshop, Request(noun, tuple(texts), language=language))
    with library.reaching(source or library.settings.build.sources):
        for text in lacking:
            library.build(text, n=count, source=source, noun=noun, language=language, backbone=backbone)


def _write_counts(call: Call, noun: str, rows: list[Cooccurrence], as_csv: bool) -> None:
    """Every word with its count, of how many hits, and the share."""
    if call.as_json:
        for row in rows:
            write_json({"noun": noun, "word": row.word, "count": row.count, "of": row.of})
    elif as_csv:
        write_csv([("word", "count"), *((row.word, row.count) for row in rows)])
    else:
        shares = [f"{100 * row.count / row.of:.1f} %" if row.of else "" for row in rows]
        table = [(row.word, row.count, row.of, share) for row, share in zip(rows, shares, strict=True)]
        write_table(("word", "hits", "of", "share"), table)
