"""`mofu style`: words → their style packs; packs listed, shown, traced, exported, imported; and put onto pictures."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mofu.cli import options
from mofu.cli.call import Call, verb, with_common_options
from mofu.cli.output import write_json, write_table
from mofu.cli.style_names import names_of_styles
from mofu.cli.stylise import apply, matrix
from mofu.errors import DamagedError, InvalidInputError, PartialError

if TYPE_CHECKING:
    from mofu.db.styles import PackRecord
    from mofu.style.pack import Example, StylePack
    from mofu.style.recipe import Recipe
    from mofu.workers.style_learning import LearnedStyle

SHOWN_DIGITS = 12
PACK, PICTURE = ".mofustyle", ".png"
MOST_DAYS = 36_500


@with_common_options
@click.group(
    epilog="\b\nExamples:\n  mofu style learn ごつごつ\n  mofu style apply cat.jpg --word ごつごつ -o out.png\n"
    "  mofu style list\n\nGuide: docs/cli.md",
)
def style() -> None:
    """Learn styles of words, put them onto pictures."""


@verb(
    """mofu style learn ごつごつ
mofu style learn ごつごつ もふもふ --top 50 --license commercial
mofu style learn ごつごつ --backbone vgg16 --merge max"""
)
@click.argument("words", nargs=-1, required=True, metavar="WORD...")
@click.option("--backbone", "-b", metavar="NAME", help="By whose maps styles are measured.  [setting: style.backbone]")
@click.option("--top", metavar="N", type=click.IntRange(5), help="Images of a word.  [setting: style.top]")
@click.option("--side", metavar="PX", type=click.IntRange(32, 2048),
              help="Longer side of an image as it is measured.  [setting: style.side_px]")  # fmt: skip
@click.option("--merge", type=click.Choice(["mean", "max"]),
              help="How the images of a style become one.  [setting: style.merge]")  # fmt: skip
@click.option("--license", "licence", metavar="FILTER", help="Of the images.  [setting: style.license]")
@click.option("--masked/--whole", default=None,
              help="Measure the word's regions, or whole images.  [setting: style.masked]")  # fmt: skip
@click.option("--seed", metavar="N", type=click.IntRange(0), help="Of the clusters.  [setting: style.seed]")
@options.noun
@options.language
def learn(
    call: Call, words: tuple[str, ...], *, backbone: str | None, top: int | None, side: int | None, merge: str | None,
    licence: str | None, masked: bool | None, seed: int | None, noun: str, language: str | None,
) -> int:  # fmt: skip
    """Learn the styles of ranked words.

    Measures the first images of each WORD, without what people rejected, in its regions where it has any, groups those
    that look alike, and keeps each group as a style. What was learned of the same images stays.
    """
    with call.open() as library:
        records = [library.word(word, language, noun) for word in words]
        done = library.learn_style(
            records, backbone=backbone, top=top, side=side, merge=merge, license=licence, masked=masked, seed=seed
        )
    if call.as_json:
        for each in done:
            write_json(_learned(each))
    else:
        rows = [
            (_title(each.kept.record), each.kept.record.styles, each.kept.record.images,
             ", ".join(str(of.size) for of in each.kept.pack.styles), len(each.failed) or "",
             "" if each.is_new else "as before")
            for each in done
        ]  # fmt: skip
        write_table(("word", "styles", "images", "of each", "failed", ""), rows)
    return PartialError.exit_code if any(each.failed for each in done) else 0


@verb(
    """mofu style list
mofu style list --json""",
    name="list",
)
def listing(call: Call) -> None:
    """List the style packs of the library.

    The current one of each word, and of words that are not here but whose packs were imported.
    """
    with call.open() as library:
        packs = library.styles()
    if call.as_json:
        for each in packs:
            write_json(each)
        return
    rows = [
        (_title(each), each.styles, each.images, each.backbone, each.sha256[:SHOWN_DIGITS],
         f"{each.created_at:%Y-%m-%d %H:%M}", "" if each.word_id else "imported")
        for each in packs
    ]  # fmt: skip
    write_table(
        ("word", "styles", "images", "backbone", "pack", "learned, UTC", ""),
        rows,
        none="no styles yet: `mofu style learn WORD` learns them",
    )


@verb(
    """mofu style show ごつごつ
mofu style show gotsugotsu.mofustyle
mofu style show out.png"""
)
@click.argument("name", metavar="WORD|FILE")
def show(call: Call, name: str) -> None:
    """Show a pack, or where a picture comes from.

    Of a WORD or a .mofustyle FILE: its styles and the photographs that stand for them. Of a .png FILE that was
    stylised: the styles, settings and photographs behind it, each with creator and licence.
    """
    path = Path(name)
    if path.suffix.lower() == PICTURE:
        _write_recipe(call, _recipe_of(path))
    elif path.suffix == PACK:
        from mofu.workers.style_packs import read_file

        _write_pack(call, read_file(path, _bytes(path)), None)
    else:
        with names_of_styles(), call.open() as library:
            kept = library.style(name).kept
        _write_pack(call, kept.pack, kept.record)


@verb("""mofu style export ごつごつ gotsugotsu.mofustyle""")
@click.argument("word", metavar="WORD")
@click.argument("target", metavar="FILE", type=click.Path(path_type=Path))
def export(call: Call, word: str, target: Path) -> None:
    """Write a word's style pack to a file.

    FILE ends in .mofustyle; another library takes it with `mofu style import`.
    """
    with names_of_styles(), call.open() as library:
        wrote = library.style(word).save(target)
    if call.as_json:
        write_json({"word": word, "file": wrote, "bytes": wrote.stat().st_size})
    else:
        click.echo(wrote)


@verb("""mofu style import gotsugotsu.mofustyle""", name="import")
@click.argument("source", metavar="FILE", type=click.Path(path_type=Path))
def bring(call: Call, source: Path) -> None:
    """Take a style pack from a file.

    It becomes the current one of its word, which need not be in the library.
    """
    with call.open(create=True) as library:
        record = library.import_style(source)
    if call.as_json:
        write_json(record)
    else:
        click.echo(
            f"{_title(record)}  {_styles(record.styles)} of {record.images} images  {record.sha256[:SHOWN_DIGITS]}"
        )


@verb(
    """mofu style train --method fast
mofu style train ごつごつ もふもふ --method adain --steps 800"""
)
@click.argument("words", nargs=-1, metavar="[WORD...]")
@click.option("--method", metavar="NAME", help="fast or adain.  [setting: style.method]")
@click.option("--steps", metavar="N", type=click.IntRange(1), help="Of the training.  [default: as many as it has]")
@click.option("--seed", metavar="N", type=click.IntRange(0), help="Of the training.  [setting: style.seed]")
def train(call: Call, words: tuple[str, ...], *, method: str | None, steps: int | None, seed: int | None) -> None:
    """Train a stylist for the library's styles.

    Goes on from the weights of the package with the styles of the WORDs, or of all words, on pictures of the
    background. It takes effect where the setting style.weights names the file that is written.
    """
    with names_of_styles(), call.open() as library:
        made = library.train_stylist(words, method=method, steps=steps, seed=seed)
    if call.as_json:
        write_json(made)
        return
    path = made.path.resolve()
    click.echo(f"{made.method}  {made.styles} styles  {made.pictures} pictures  {made.steps} steps  {path}")
    click.echo(f"to use it: --method {made.method} --set style.weights={path}, or in a mofu.toml", err=True)


@verb(
    """mofu style clean --older-than 30 --dry-run
mofu style clean --older-than 30"""
)
@click.option("--older-than", "days", metavar="DAYS", type=click.IntRange(0, MOST_DAYS), required=True,
              help="Age in days of the results that go.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Say what would go, and drop nothing.")
def clean(call: Call, days: int, *, dry_run: bool) -> None:
    """Drop old results, to free room.

    The pictures that were made before so many days, with their files in the library, and the given ones that are as old
    and that no result and no job needs; packs and what was written elsewhere stay. `mofu style apply` makes a result
    again.
    """
    with call.open() as library:
        gone = library.clean_results(timedelta(days=days), dry_run=dry_run)
    if call.as_json:
        write_json({"results": gone.results, "pictures": gone.pictures, "bytes": gone.bytes, "dropped": not dry_run})
    else:
        click.echo(
            f"{'would drop' if dry_run else 'dropped'} {gone.results} results, {gone.pictures} given pictures, "
            f"{gone.bytes / 1e6:.1f} MB"
        )


def _learned(each: LearnedStyle) -> dict[str, Any]:
    record = each.kept.record
    return {
        "word": record.text, "slug": each.word.slug, "noun": record.noun or None, "pack": record.sha256,
        "backbone": record.backbone_id, "styles": [of.size for of in each.kept.pack.styles], "images": record.images,
        "masked": record.settings.get("masked", 0), "failed": dict(each.failed), "new": each.is_new,
    }  # fmt: skip


def _write_pack(call: Call, pack: StylePack, record: PackRecord | None) -> None:
    if call.as_json:
        write_json(
            {"word": pack.word, "noun": pack.noun or None, "language": pack.language, "backbone": pack.backbone_id,
             "layers": pack.layers, "ranking": pack.ranking, "created_at": pack.created_at, "mofu": pack.mofu,
             "settings": dict(pack.settings), "pack": record.sha256 if record else None,
             "styles": [{"name": of.name, "size": of.size, "examples": of.examples} for of in pack.styles]}
        )  # fmt: skip
        return
    title = " ".join(part for part in (pack.word, pack.noun) if part)
    click.echo(f"{title}  {_styles(len(pack.styles))} by {pack.backbone_id}, {', '.join(pack.layers)}")
    click.echo("  ".join(f"{name}={value}" for name, value in pack.settings.items()))
    click.echo()
    rows = [(of.name, of.size, *_example(each)) for of in pack.styles for each in of.examples]
    write_table(("style", "images", *EXAMPLE), rows)


EXAMPLE = ("photograph", "rank", "licence", "creator", "page")


def _example(each: Example) -> tuple[object, ...]:
    return each.sha256[:SHOWN_DIGITS], each.rank or "", each.licence, each.creator, each.page or each.source


def _recipe_of(path: Path) -> Recipe:
    from mofu.style.recipe import read

    content = _bytes(path)
    try:
        return read(content)
    except (InvalidInputError, DamagedError) as error:
        raise type(error)(f"{path}: {error}") from error


def _write_recipe(call: Call, recipe: Recipe) -> None:
    if call.as_json:
        write_json(recipe)
        return
    chosen = recipe.options
    click.echo(f"{recipe.method} by {recipe.backbone_id}, mofu {recipe.mofu}, strength {chosen.strength:g},"
               f" colours {chosen.colours}, seed {chosen.seed}")  # fmt: skip
    click.echo(f"of picture {recipe.content_sha256[:SHOWN_DIGITS]}, region {recipe.region or 'all of it'}")
    click.echo()
    rows = [
        (of.word, of.style or "all", f"{of.weight:g}", of.pack_sha256[:SHOWN_DIGITS], *_example(each))
        for of in recipe.packs
        for each in of.examples
    ]
    write_table(("word", "style", "weight", "pack", *EXAMPLE), rows)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidInputError(f"{path}: {error.strerror or error}: expected a file") from error


def _styles(count: int) -> str:
    return "1 style" if count == 1 else f"{count} styles"


def _title(record: PackRecord) -> str:
    return " ".join(part for part in (record.text, record.noun) if part)


for _command in (learn, listing, show, apply, matrix, train, export, bring, clean):
    style.add_command(_command)
