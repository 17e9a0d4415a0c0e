"""A word that has been built → the line (or JSON object) on stdout that says what it has become."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mofu.cli.call import Call
from mofu.cli.output import write_json

if TYPE_CHECKING:
    from mofu.dataset import RankedDataset
    from mofu.library import Library


def write_built(call: Call, library: Library, dataset: RankedDataset, seconds: float) -> None:
    """Say how many images a word has, how many are ranked, by which backbone."""
    outcomes = library.outcomes(dataset.word)
    copies = sum(len(image.duplicates) for image in dataset)
    backbone = f"{dataset.content.provenance['backbone']}:{dataset.content.provenance['layer']}"
    if call.as_json:
        word = dataset.word
        write_json(
            {"word": word.text, "language": word.language, "noun": word.noun or None, "slug": word.slug,
             "images": len(dataset) + copies, "ranked": len(dataset), "near_duplicates": copies, "outcomes": outcomes,
             "seconds": round(seconds, 1), "library": str(library.root), "backbone": backbone}
        )  # fmt: skip
        return
    duplicates = f" and {copies:,} near-duplicates" if copies else ""
    click.echo(f"{dataset.content.name}  {len(dataset):,} ranked{duplicates}  {backbone}  {library.root}")
