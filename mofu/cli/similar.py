"""`mofu similar`: an image → the images of the library that look most like it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from mofu.cli import options
from mofu.cli.call import Call, verb
from mofu.cli.output import write_json, write_table

if TYPE_CHECKING:
    from mofu.workers.similar import SimilarImage

SHOWN_DIGITS = 12


@verb(
    """mofu similar cat.jpg
mofu similar 3fa2c1d09b7e --word もふもふ -n 10
mofu similar cat.jpg --json"""
)
@click.argument("image", metavar="IMAGE")
@click.option(
    "-n", "count", metavar="N", type=click.IntRange(1), default=20, show_default=True, help="How many images."
)
@click.option("--word", metavar="WORD", help="Only among this word's images.  [default: the whole library]")
@options.noun
@options.language
@options.activations
def similar(
    call: Call, image: str, *, count: int, word: str | None, noun: str, language: str | None, backbone: str | None
) -> None:
    """Find more like a picture.

    IMAGE is a picture file, or the first digits of the SHA-256 of an image of the library. Near-duplicates are
    shown once, those of IMAGE not at all.
    """
    with call.open() as library:
        within = library.word(word, language, noun) if word is not None else None
        found = library.similar(image, n=count, word=within, backbone=backbone)
    if call.as_json:
        for each in found:
            write_json(_row(each))
        return
    rows = [
        (f"{e.cosine:.3f}", e.sha256[:SHOWN_DIGITS], ", ".join(e.words), len(e.copies) or None, e.path) for e in found
    ]
    write_table(("cosine", "image", "words", "copies", "file"), rows)


def _row(image: SimilarImage) -> dict[str, object]:
    source = image.source
    return {
        "sha256": image.sha256, "cosine": round(image.cosine, 6), "words": image.words, "copies": image.copies,
        "path": os.fspath(image.path), "thumbnail": os.fspath(image.thumbnail),
        "url": source.url if source else None, "page_url": source.page_url if source else None,
        "title": source.title if source else None, "license": source.license if source else None,
    }  # fmt: skip
