"""`mofu style apply` and `mofu style matrix`: pictures and styles → stylised pictures, and how well it worked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mofu.cli import options
from mofu.cli.call import Call, verb
from mofu.cli.failures import tell
from mofu.cli.output import write_json, write_table
from mofu.cli.style_names import names_of_styles
from mofu.errors import DamagedError, InvalidInputError, PartialError, UsageError

if TYPE_CHECKING:
    from mofu.library import Library
    from mofu.library.word_styles import StyledPicture
    from mofu.workers.style_applying import Made
    from mofu.workers.verbs.styling import Apply, Part

METHODS = ("gatys", "fast", "adain")
"""As `mofu.style.stylist` has them, told here without loading it."""

_pictures = click.argument("pictures", metavar="PICTURE...", nargs=-1, required=True, type=click.Path(path_type=Path))
_how = options.together(
    click.option("--region", metavar="WORD|MASK|BOX",
                 help="Where: a word's regions, a mask's file, or left,top,right,bottom."),
    click.option("--method", metavar="NAME", help=f"One of {', '.join(METHODS)}.  [setting: style.method]"),
    click.option("--colours", type=click.Choice(["style", "luminance", "match"]),
                 help="Whose.  [setting: style.colours]"),
    click.option("--size", metavar="PX", type=click.IntRange(0, 16_384),
                 help="Longer side of what is stylised; 0: the method's choice, up to 512.  [setting: style.size_px]"),
    click.option("--iterations", metavar="N", type=click.IntRange(0, 10_000),
                 help="Of a method that goes by steps.  [setting: style.iterations]"),
    click.option("--seed", metavar="N", type=click.IntRange(0), help="Of what is drawn.  [setting: style.seed]"),
    click.option("--verify/--no-verify", default=None,
                 help="Say how likely the words are before and after.  [setting: style.verify]"),
)  # fmt: skip


@verb(
    """mofu style apply cat.jpg --word ごつごつ -o out.png
mofu style apply cat.jpg --word ごつごつ --region もふもふ --strength 0.8
mofu style apply *.jpg --word ごつごつ --word もふもふ --weight 0.7 --weight 0.3 -o made
mofu style apply cat.jpg --recipe out.png"""
)
@_pictures
@click.option("--word", "words", metavar="WORD", multiple=True, help="Whose style; several are mixed.")
@click.option("--weight", "weights", metavar="X", type=click.FloatRange(0), multiple=True,
              help="Of each word, in their order.  [default: 1]")  # fmt: skip
@click.option("--style", "names", metavar="NAME", multiple=True,
              help="Of each word's styles; all: together.  [default: the largest]")  # fmt: skip
@click.option("--strength", metavar="X", type=click.FloatRange(0, 1), help="0 to 1.  [setting: style.strength]")
@_how
@click.option("--recipe", metavar="PNG", type=click.Path(path_type=Path), help="As this picture was made.")
@click.option("-o", "--output", metavar="OUT", type=click.Path(path_type=Path),
              help="A .png file, or a folder.  [default: PICTURE-WORD.png here]")  # fmt: skip
def apply(
    call: Call, pictures: tuple[Path, ...], *, words: tuple[str, ...], weights: tuple[float, ...],
    names: tuple[str, ...], strength: float | None, recipe: Path | None, output: Path | None, **how: Any,
) -> int:  # fmt: skip
    """Put the style of words onto pictures.

    Each PICTURE is written as a PNG file that holds its recipe: the styles, the settings, and the photographs behind
    them with creators and licences. With --region, the rest of the picture stays as it is, bit for bit.
    """
    if bool(words) == (recipe is not None):
        raise UsageError("expected --word, once or more, or --recipe")
    _check_output(output, pictures)
    with names_of_styles(), call.open() as library:
        if recipe is not None:
            make = _by_recipe(recipe)
        else:
            make = _by_words(library, [_parts(words, weights, names)], () if strength is None else (strength,), how)
        done = _stylised(call, library, pictures, make)
        for each in done:
            each.file = each.picture.save(_target(output, each, {other.file for other in done}))
    return _written(call, done, len(pictures))


@verb(
    """mofu style matrix cat.jpg --word ごつごつ --word もふもふ -o sheet.png
mofu style matrix cat.jpg --word ごつごつ --strengths 0.3,0.6,0.9"""
)
@_pictures
@click.option("--word", "words", metavar="WORD", multiple=True, required=True, help="A column; repeatable.")
@click.option("--strengths", metavar="X,X", default="0.25,0.5,0.75,1", show_default=True, help="The rows.")
@_how
@click.option("-o", "--output", metavar="OUT", type=click.Path(path_type=Path),
              help="A sheet of them all, .png or .jpg; of several pictures, a folder of sheets.")  # fmt: skip
def matrix(
    call: Call, pictures: tuple[Path, ...], *, words: tuple[str, ...], strengths: str, output: Path | None, **how: Any
) -> int:
    """Put words onto pictures, at several strengths.

    Every cell is kept with the library as it is finished: the same call goes on where it stopped.
    """
    from mofu.workers.verbs.styling import Part

    rows = _numbers(strengths)
    if output is not None:
        _check_sheet(output, pictures)
    with names_of_styles(), call.open() as library:
        done = _stylised(call, library, pictures, _by_words(library, [[Part(word)] for word in words], rows, how))
        if output is not None:
            for path in dict.fromkeys(each.path for each in done):
                _write_sheet(library, path, [each for each in done if each.path == path], rows, output)
    return _written(call, done, len(pictures))


_Make = Callable[[tuple[str, ...]], "Apply"]
"""SHA-256 of kept pictures → what is to be made of them."""


@dataclass(slots=True)
class _Done:
    """A picture that was stylised, the file that was given, and the one that was written."""

    path: Path
    picture: StyledPicture
    is_new: bool
    file: Path


def _by_words(
    library: Library, mixes: Sequence[Sequence[Part]], strengths: Sequence[float], how: Mapping[str, Any]
) -> _Make:
    from mofu.workers.verbs.styling import Apply

    region = how["region"]
    asked = {**how, "region": None if region is None else library.region_text(region)}
    return lambda contents: Apply(contents, tuple(tuple(mix) for mix in mixes), tuple(strengths), **asked)


def _by_recipe(path: Path) -> _Make:
    """As a picture was made: with the same packs, which must be in the library."""
    from mofu.style.recipe import read
    from mofu.workers.style_mixes import ALL
    from mofu.workers.verbs.styling import Apply, Part

    try:
        recipe = read(path.read_bytes())
    except OSError as error:
        raise InvalidInputError(f"{path}: {error.strerror or error}: expected a picture with a recipe") from error
    except (InvalidInputError, DamagedError) as error:
        raise type(error)(f"{path}: {error}") from error
    of = recipe.options
    mix = tuple(Part(p.pack_sha256, p.style or ALL, p.weight, p.where_sha256 or None) for p in recipe.packs)
    return lambda contents: Apply(
        contents, (mix,), (of.strength,), recipe.region or None, recipe.method, of.colours, of.size_px or 0,
        of.iterations or 0, of.feather_px, of.tile_px, of.seed,
    )  # fmt: skip


def _parts(words: Sequence[str], weights: Sequence[float], names: Sequence[str]) -> list[Part]:
    from mofu.workers.verbs.styling import Part

    styles = tuple(names) or (None,) * len(words)
    for given, what in ((weights, "--weight"), (names, "--style")):
        if given and len(given) != len(words):
            raise UsageError(f"{len(given)} times {what}, {len(words)} times --word: expected one of each, or none")
    return [
        Part(word, name, weight)
        for word, name, weight in zip(words, styles, weights or [1.0] * len(words), strict=True)
    ]


def _stylised(call: Call, library: Library, pictures: Sequence[Path], make: _Make) -> list[_Done]:
    """What was made, in the order of pictures; those that could not be stylised are told."""
    taken = library.take_pictures(pictures)
    failures = list(taken.failures.values())
    made: dict[str, list[Made]] = {}
    if taken.pictures:
        done = library.stylise(make(tuple(dict.fromkeys(each.sha256 for each in taken.pictures.values()))))
        for each in done.made:
            made.setdefault(each.record.content_sha256, []).append(each)
        failures += done.failures.values()
    if not made:
        raise InvalidInputError("; ".join(failures))
    for failure in failures:
        tell(InvalidInputError(failure), as_json=call.as_json, debug=False)
    return [
        _Done(path, picture := library.styled(each.record), each.is_new, picture.file)
        for path, record in taken.pictures.items()
        for each in made.get(record.sha256, ())
    ]


def _written(call: Call, done: Sequence[_Done], asked: int) -> int:
    if call.as_json:
        for each in done:
            write_json(_object(each))
    else:
        write_table(
            ("picture", "word", "strength", "likely before", "after", "IoU", "seconds", "file"),
            [_row(each) for each in done],
        )
        for note in dict.fromkeys(note for each in done for note in each.picture.check.notes):
            click.echo(f"not known: {note}", err=True)
    return PartialError.exit_code if len({each.path for each in done}) < asked else 0


def _row(each: _Done) -> tuple[object, ...]:
    record, check = each.picture.record, each.picture.check
    before, after = (
        (f"{100 * of:.0f} %" for of in (check.words[0].before, check.words[0].after)) if check.words else ("", "")
    )
    iou = f"{check.region.iou:.2f}" if check.region else ""
    seconds = f"{record.seconds:.1f}" if each.is_new else "as before"
    return each.path, record.text, f"{record.strength:g}", before, after, iou, seconds, each.file


def _object(each: _Done) -> dict[str, object]:
    record = each.picture.record
    return {
        "picture": each.path, "file": each.file, "result": record.id, "word": record.text, "method": record.method,
        "strength": record.strength, "colours": record.colours, "region": record.region, "width": record.width,
        "height": record.height, "seconds": round(record.seconds, 3), "new": each.is_new, "check": each.picture.check,
    }  # fmt: skip


def _check_output(output: Path | None, pictures: Sequence[Path]) -> None:
    """Refuse, before anything is computed, what could not be written or would write over a picture."""
    if output is None:
        return
    if len(pictures) > 1 and output.suffix:
        raise UsageError(f"{output}: expected a folder, for {len(pictures)} pictures")
    if output.suffix and output.suffix.lower() != ".png":
        raise UsageError(f"{output}: expected a name that ends in .png, which can hold the recipe, or a folder")
    if output.suffix and output.resolve() in {path.resolve() for path in pictures}:
        raise UsageError(f"{output} is the picture itself: name another file")


def _target(output: Path | None, each: _Done, taken: Collection[Path]) -> Path:
    if output is not None and output.suffix:
        return output
    folder = output or Path()
    name = f"{each.path.stem}-{each.picture.record.text}"
    names = (f"{name}{mark}.png" for mark in chain([""], (f"-{number}" for number in count(2))))
    return next(path for path in (folder / each_name for each_name in names) if path not in taken)


def _check_sheet(output: Path, pictures: Sequence[Path]) -> None:
    from mofu.export.style_sheet.sheet import FORMATS

    if len(pictures) > 1 and output.suffix:
        raise UsageError(f"{output}: expected a folder, for the sheets of {len(pictures)} pictures")
    if output.suffix and output.suffix.lower() not in FORMATS:
        raise UsageError(f"{output}: expected a name that ends in {' or '.join(FORMATS)}, or a folder")


def _write_sheet(library: Library, path: Path, cells: Sequence[_Done], rows: Sequence[float], output: Path) -> None:
    """The cells of one picture, of which each word's come one after the other."""
    from mofu.export.style_sheet import write_style_sheet
    from mofu.library.style_sheets import sheet_of

    target = output if output.suffix else output / f"{path.stem}.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    write_style_sheet(target, sheet_of(library, path.name, [each.picture for each in cells], rows))
    click.echo(target, err=True)


def _numbers(text: str) -> tuple[float, ...]:
    try:
        found = tuple(float(part) for part in text.split(","))
    except ValueError:
        found = ()
    if not found or not all(0 <= each <= 1 for each in found):
        raise UsageError(f"--strengths {text}: expected numbers from 0 to 1 with commas, e.g. 0.25,0.5,0.75,1")
    return found
