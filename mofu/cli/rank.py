"""`mofu rank`: the activations of words → rankings."""

from __future__ import annotations

import time

import click

from mofu.cli import options
from mofu.cli.built import write_built
from mofu.cli.call import Call, verb
from mofu.cli.chosen import choose
from mofu.cli.moved import write_moved


@verb(
    """mofu rank もふもふ
mofu rank --all
mofu rank もふもふ --strategy classic --preview
mofu rank もふもふ --backbone embedded --backbone vgg16:fc6
mofu rank もふもふ -b clip_vitb32 --strategy described --description "something fluffy"
mofu rank もふもふ --set ranking.rounds=3"""
)
@click.argument("words", nargs=-1, metavar="WORD...")
@click.option("--all", "everything", is_flag=True, help="Every word of the library.")
@click.option("--save/--preview", default=True, help="Store it, or only say what would move.  [default: --save]")
@options.strategy
@options.description
@options.noun
@options.language
@options.ranked_by
def rank(
    call: Call,
    words: tuple[str, ...],
    *,
    everything: bool,
    save: bool,
    noun: str,
    language: str | None,
    backbone: tuple[str, ...] | None,
) -> None:
    """Rank by what the first images have in common.

    A ranking whose inputs have not changed is kept. Needs activations (mofu features) and a background. A preview is
    by the activations of the current ranking.

    Several backbones, each after mofu features, are fused by rank.
    """
    with call.open() as library:
        chosen = choose(library, words, everything, language, noun)
        if not save:
            for record in chosen:
                write_moved(call, library.correct(record, **library.settings.ranking.model_dump()), save=False)
            return
        loaded = library.backbones(backbone)
        library.rank_ahead(chosen, backbone=loaded)
        for record in chosen:
            began = time.monotonic()
            dataset = library.rank(record, backbone=loaded)
            write_built(call, library, dataset, time.monotonic() - began)
