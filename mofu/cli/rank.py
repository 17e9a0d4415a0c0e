"""`mofu rank`: the activations of words → rankings."""

from __future__ import annotations

import time

import click

from mofu.cli import options
from mofu.cli.built import write_built
from mofu.cli.call import Call, verb
from mofu.cli.chosen import choose


@verb(
    """mofu rank もふもふ
mofu rank --all
mofu rank もふもふ --set ranking.rounds=3"""
)
@click.argument("words", nargs=-1, metavar="WORD...")
@click.option("--all", "everything", is_flag=True, help="Every word of the library.")
@options.noun
@options.language
@options.activations
def rank(
    call: Call, words: tuple[str, ...], *, everything: bool, noun: str, language: str | None, backbone: str | None
) -> None:
    """Rank by what the first images have in common.

    A ranking whose inputs have not changed is kept. Needs activations (mofu features) and a background.
    """
    with call.open() as library:
        loaded = library.backbone(backbone)
        for record in choose(library, words, everything, language, noun):
            began = time.monotonic()
            dataset = library.rank(record, backbone=loaded)
            write_built(call, library, dataset, time.monotonic() - began)
