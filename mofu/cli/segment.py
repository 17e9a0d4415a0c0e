"""`mofu segment`: ranked words → where their images show them, on what, and whether that is what makes the word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mofu.cli import options
from mofu.cli.call import Call, verb
from mofu.cli.output import write_json, write_table
from mofu.errors import PartialError

if TYPE_CHECKING:
    from mofu.db.words import WordRecord
    from mofu.workers.overlaps import Overlap
    from mofu.workers.region_ranking import RegionRanking
    from mofu.workers.segmenting import WordRegions

METHODS = ("surfaces", "cam", "dcsm", "layercam", "gradcam++", "simonyan", "attention")
"""As `mofu.workers.segmenting` has them, told here without loading it."""


@verb(
    """mofu segment もふもふ
mofu segment もふもふ ごつごつ --method layercam --refine guided
mofu segment もふもふ --top 20 --selftrain 3
mofu segment もふもふ --rerank
mofu segment ごつごつ --annotator mask2former-semantic"""
)
@click.argument("words", nargs=-1, required=True, metavar="WORD...")
@click.option("--method", metavar="NAME", help=f"One of {', '.join(METHODS)}.  [setting: segmentation.method]")
@click.option("--backbone", "-b", metavar="NAME", help="Whose maps are read.  [setting: segmentation.backbone]")
@click.option("--refine", metavar="NAME", help="none, crf, crf-surfaces, guided, sam.  [setting: segmentation.refine]")
@click.option("--selftrain", metavar="N", type=click.IntRange(0, 10),
              help="Rounds of self-training at most.  [setting: segmentation.selftrain]")  # fmt: skip
@click.option("--top", metavar="N", type=click.IntRange(1), help="Images of a word.  [setting: segmentation.top]")
@click.option("--side", metavar="PX", type=click.IntRange(32, 2048),
              help="Longer side of pictures and maps.  [setting: segmentation.side_px]")  # fmt: skip
@click.option("--seed", metavar="N", type=click.IntRange(0), help="Of the training.  [setting: segmentation.seed]")
@click.option("--rerank", is_flag=True, help="Then say whether the word lives in its regions or around them.")
@click.option("--annotator", metavar="NAME", help="Then find objects, and say on which of them the word lies.")
@options.noun
@options.language
def segment(
    call: Call, words: tuple[str, ...], *, method: str | None, backbone: str | None, refine: str | None,
    selftrain: int | None, top: int | None, side: int | None, seed: int | None, rerank: bool, annotator: str | None,
    noun: str, language: str | None,
) -> int:  # fmt: skip
    """Find where a word's images show it.

    Learns from the ranked images alone, where no mask is drawn by hand, and marks the first of them. Several WORDs are
    told from one another and share no pixel. What was found stays found: the same call goes on where it stopped.
    """
    with call.open() as library:
        if annotator is not None:
            _check_annotator(annotator)
        records = [library.word(word, language, noun) for word in words]
        done = library.segment(
            records, method=method, backbone=backbone, refine=refine, selftrain=selftrain, top=top, side=side, seed=seed
        )
        _write(call, done)
        if rerank:
            _write_rankings(call, [library.rank_by_regions(record) for record in records])
        if annotator is not None:
            library.annotate(records, annotator, top=top, side=side)
            _write_overlaps(call, [library.overlap(record) for record in records])
    return PartialError.exit_code if any(each.tally.failed for each in done) else 0


def _check_annotator(name: str) -> None:
    """Load it once before anything is computed: what it lacks is said before minutes were spent."""
    from mofu.segmentation.annotators.registry import load

    load(name)


def _write(call: Call, done: list[WordRegions]) -> None:
    if call.as_json:
        for each in done:
            write_json(_object(each))
        return
    rows = [
        (_title(each.word), each.tally.images, each.tally.with_regions, _share(each.tally.area),
         _share(each.tally.confidence), f"{each.tally.seconds:.1f}", each.tally.failed or "")
        for each in done
    ]  # fmt: skip
    headings = ("word", "images", "with regions", "mean area", "confidence", "seconds", "failed")
    shown = len(headings) if any(each.tally.failed for each in done) else len(headings) - 1
    write_table(headings[:shown], [row[:shown] for row in rows])


def _object(each: WordRegions) -> dict[str, object]:
    of, tally = each.segmentation, each.tally
    return {
        "word": each.word.text, "slug": each.word.slug, "noun": each.word.noun or None, "segmentation": of.id,
        "method": of.method, "backbone": of.backbone, "refine": of.refine, "round": of.round, "seed": of.seed,
        "images": tally.images, "with_regions": tally.with_regions, "failed": tally.failed,
        "mean_area": tally.area, "mean_confidence": tally.confidence, "seconds": round(tally.seconds, 2),
    }  # fmt: skip


def _title(word: WordRecord) -> str:
    return " ".join(part for part in (word.text, word.noun) if part)


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _write_rankings(call: Call, rankings: list[RegionRanking]) -> None:
    """How recognisable each word is in each view of its images."""
    if call.as_json:
        for each in rankings:
            write_json(
                {"word": each.word.text, "slug": each.word.slug, "segmentation": each.segmentation,
                 "images": each.images, "background": each.background, "left_out": each.left_out,
                 "chance": each.chance, "backbone": each.backbone, "lives_in": each.lives_in, "views": each.views}
            )  # fmt: skip
        return
    rows = [
        (_title(each.word), view.view, f"{view.score:.3f}", f"{view.low:.3f}", f"{view.high:.3f}", each.images,
         "lives here" if view.view == each.lives_in else "")
        for each in rankings
        for view in each.views
    ]  # fmt: skip
    click.echo()
    write_table(("word", "view", "AP", "ci_low", "ci_high", "images", ""), rows)


def _write_overlaps(call: Call, overlaps: list[Overlap]) -> None:
    """On which objects each word lies."""
    if call.as_json:
        for each in overlaps:
            write_json(
                {"word": each.word.text, "slug": each.word.slug, "annotator": each.annotation.method,
                 "images": each.images, "with_word": each.with_word, "classes": each.classes}
            )  # fmt: skip
        return
    rows = [
        (_title(each.word), of.label, f"{100 * of.share:.1f} %", f"{100 * of.of_all:.1f} %",
         "" if of.lift is None else f"{of.lift:.2f}", of.images)
        for each in overlaps
        for of in each.classes
    ]  # fmt: skip
    click.echo()
    write_table(("word", "object", "of the word", "of all pixels", "lift", "images"), rows)
