"""`mofu describe`: pictures → the words of the library that they look like, and how likely."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mofu.cli import options
from mofu.cli.call import Call, verb
from mofu.cli.failures import tell
from mofu.cli.output import write_json, write_table
from mofu.errors import InvalidInputError

if TYPE_CHECKING:
    from mofu.workers.describing import Description, Descriptions, Likeness

SHOWN_DIGITS = 12
NONE = "none of them"
PARTIAL = 3


@verb(
    """mofu describe cat.jpg
mofu describe *.jpg --top 3
mofu describe cat.jpg --prior 0.5 --json"""
)
@click.argument("pictures", metavar="PICTURE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--top", metavar="N", type=click.IntRange(1), default=5, show_default=True, help="Words told of each.")
@click.option(
    "--prior", metavar="P", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.1, show_default=True,
    help="The chance, before looking, that a picture shows a word.",
)  # fmt: skip
@options.activations
def describe(call: Call, pictures: tuple[Path, ...], *, top: int, prior: float, backbone: str | None) -> int | None:
    """Say which words pictures look like.

    Holds each PICTURE, a file, against the classifiers of all words of the library, and tells the likeliest with the
    image of the word that is nearest. A picture that none is likely of is "none of them".
    """
    with call.open() as library:
        found = library.describe(*pictures, top=top, prior=prior, backbone=backbone)
        for word, why in found.left_out.items():
            library.progress.notice(f"left out: {word}: {why}")
    _write(call, found)
    for path, why in found.failures.items():
        tell(InvalidInputError(f"{path}: {why}"), as_json=call.as_json, debug=False)
    return PARTIAL if found.failures else None


def _write(call: Call, found: Descriptions) -> None:
    if call.as_json:
        for each in found.pictures:
            write_json(_object(each, found))
        return
    rows = [row for each in found.pictures for row in _rows(each)]
    write_table(("picture", "word", "probability", "nearest", "cosine"), rows)


def _rows(description: Description) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = [(description.picture, NONE, "", "", "")] if description.is_none else []
    rows += [(description.picture, _title(each), *_evidence(each)) for each in description.words]
    return rows


def _title(likeness: Likeness) -> str:
    return " ".join(part for part in (likeness.word.text, likeness.word.noun) if part)


def _evidence(likeness: Likeness) -> tuple[str, str, str]:
    probability, near = f"{100 * likeness.probability:.0f} %", likeness.nearest
    if near is None:
        return probability, "", ""
    return probability, near.sha256[:SHOWN_DIGITS] + (" accepted" if near.accepted else ""), f"{near.cosine:.3f}"


def _object(description: Description, found: Descriptions) -> dict[str, object]:
    words = [
        {"word": each.word.text, "slug": each.word.slug, "noun": each.word.noun or None,
         "probability": round(each.probability, 6), "score": round(each.score, 6), "nearest": each.nearest}
        for each in description.words
    ]  # fmt: skip
    return {
        "picture": description.picture, "none": description.is_none, "words": words,
        "backbone": found.backbone, "prior": found.prior,
    }  # fmt: skip
