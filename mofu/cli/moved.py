"""A word's order with the verdicts of now → what moved, and which images to judge next, on stdout."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mofu.cli.call import Call
from mofu.cli.output import write_json, write_table

if TYPE_CHECKING:
    from mofu.workers.correcting import WordCorrection

SHOWN = 20
SHOWN_DIGITS = 12


def write_moved(call: Call, correction: WordCorrection, *, save: bool) -> None:
    """Say how the order with the verdicts differs from the current one; all of it with --json. Saved where wanted."""
    preview, asked = correction.preview(), correction.next_to_judge()
    if save:
        correction.save()
    if call.as_json:
        images = [
            {"sha256": i.sha256, "rank": i.rank, "former_rank": i.former_rank, "score": i.score, "verdict": i.verdict}
            for i in preview.images
        ]
        write_json(
            {"word": preview.word, "strategy": preview.strategy, "saved": save, "moved": len(preview.moved),
             "next": asked, "images": images}
        )  # fmt: skip
        return
    state = "saved" if save else "preview"
    click.echo(f"{preview.word}  {len(preview.moved):,} of {len(preview.images):,} moved  {preview.strategy}  {state}")
    rows = [
        (f"{i.former_rank or 0:,} → {i.rank:,}", f"{'▲' if i.climbed > 0 else '▼'}{abs(i.climbed):,}",
         i.sha256[:SHOWN_DIGITS], i.verdict)
        for i in preview.moved[:SHOWN]
    ]  # fmt: skip
    if rows:
        write_table(("rank", "moved", "image", "verdict"), rows)
    if asked:
        click.echo(f"judge next: {' '.join(name[:SHOWN_DIGITS] for name in asked)}")
