"""`mofu features`: the images of words and of the background → their activations."""

from __future__ import annotations

import click

from mofu.cli import options
from mofu.cli.call import Call, verb
from mofu.cli.chosen import choose
from mofu.cli.output import write_json


@verb(
    """mofu features もふもふ
mofu features --all --backbone fisher
mofu features もふもふ --backbone vgg16:fc6"""
)
@click.argument("words", nargs=-1, metavar="WORD...")
@click.option("--all", "everything", is_flag=True, help="Every word of the library.")
@options.noun
@options.language
@options.activations
def features(
    call: Call, words: tuple[str, ...], *, everything: bool, noun: str, language: str | None, backbone: str | None
) -> None:
    """Compute the activations that are missing.

    Those that are stored for this backbone and layer are not computed again.
    """
    with call.open() as library:
        loaded = library.backbone(backbone)
        for record in choose(library, words, everything, language, noun):
            library.features(record, backbone=loaded)
            named = f"{loaded.id}:{loaded.layer}"
            if call.as_json:
                write_json({"word": record.text, "slug": record.slug, "backbone": named, "library": str(library.root)})
            else:
                click.echo(f"{record.text}  {named}  {library.root}")
