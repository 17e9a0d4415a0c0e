"""`mofu export`: a ranking → a file or folder that other tools read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mofu.cli import options
from mofu.cli.call import Call, verb
from mofu.cli.output import write_json
from mofu.errors import PartialError

if TYPE_CHECKING:
    from mofu.export import ExportReport
    from mofu.export.base import MaskForm, VerdictFilter
    from mofu.progress import Progress

DEFAULT_TOP = 100
_SUFFIXES = {
    "zip": ".zip",
    "coco": "-coco.zip",
    "region-sheet": "-regions.png",
    "contact-sheet": ".html",
    "contact-sheet-png": ".png",
}


def _count(_context: click.Context, _parameter: click.Parameter, value: str) -> int | None:
    """A number of images; None for all."""
    if value == "all":
        return None
    if value.isdecimal() and int(value) > 0:
        return int(value)
    raise click.BadParameter(f"{value!r}: expected a number of images from 1, or all.")


@verb(
    """mofu export もふもふ
mofu export もふもふ --top all --license commercial -o mofumofu.zip
mofu export もふもふ --top 50 --size 256 --format imagefolder
mofu export もふもふ --top 50 --format contact-sheet
mofu export もふもふ --verdicts accepted
mofu export もふもふ --top all --format coco
mofu export もふもふ --format imagefolder --masks png"""
)
@click.argument("word")
@click.option(
    "--top", metavar="N|all", callback=_count, default=str(DEFAULT_TOP), show_default=True, help="How many images."
)
@click.option(
    "--output", "-o", metavar="PATH", type=click.Path(path_type=Path), help="[default: WORD.zip and the like]"
)
@click.option(
    "--format", "-f", "form", metavar="NAME", default="zip", show_default=True,
    help="zip, imagefolder, coco, contact-sheet (HTML), contact-sheet-png or region-sheet (PNG).",
)  # fmt: skip
@click.option("--size", metavar="PX", type=click.IntRange(16, 8192), help="Re-encode to so many pixels a side at most.")
@click.option(
    "--license", "licence", metavar="FILTER", default="any", help="Only images of these licences; as for build."
)
@click.option(
    "--verdicts", metavar="FILTER", default="not-rejected", show_default=True,
    help="Only images judged so: accepted, not-rejected or all.",
)  # fmt: skip
@click.option(
    "--masks", metavar="FORM", default="none", show_default=True,
    help="The images' regions: png, coco (polygons), coco-rle, coco-counts or none.",
)  # fmt: skip
@options.noun
@options.language
def export(
    call: Call,
    word: str,
    *,
    top: int | None,
    output: Path | None,
    form: str,
    size: int | None,
    licence: str,
    verdicts: VerdictFilter,
    masks: MaskForm,
    noun: str,
    language: str | None,
) -> int:
    """Write the best images to a ZIP or folder.

    With the source and licence of each.

    An earlier export at the same place is replaced once the new one is whole.
    """
    with call.open() as library:
        dataset = library.dataset(word, language=language, noun=noun)
        target = output or Path(dataset.word.slug + _SUFFIXES.get(form, ""))
        watched = _Watched(library.progress, dataset.content.name)
        report = dataset.export(
            target,
            format=form,
            top=top,
            license=licence,
            size=size,
            verdicts=verdicts,
            masks=masks,
            progress=watched,
        )
        watched.finish(report)
        if report.lacks_regions:
            library.progress.notice(
                f"no region in it: none of its images has any yet: "
                f"run `mofu segment {dataset.word.slug}`, then export again"
            )
        if report.cut is not None:
            library.progress.notice(f"`--top {report.cut.of}` shows all of its images")
    _write(call, report)
    return PartialError.exit_code if report.missing else 0


class _Watched:
    """An export's progress, shown as a stage."""

    def __init__(self, progress: Progress, name: str) -> None:
        self._progress = progress
        progress.start("export", name, None)

    def __call__(self, done: int, total: int) -> None:
        self._progress.advance(done, total)

    def finish(self, report: ExportReport) -> None:
        missing = f", {len(report.missing)} files missing" if report.missing else ""
        self._progress.finish(f"{report.images} images{missing}")
        for each in report.missing:
            self._progress.notice(f"rank {each.rank}: {each.path} is left out: {each.reason}")


def _write(call: Call, report: ExportReport) -> None:
    if call.as_json:
        write_json(report)
    else:
        cut = f", the first {report.cut.first:,} of {report.cut.of:,}" if report.cut else ""
        click.echo(f"{report.path}  {report.images:,} images{cut}  {_size(report.size_bytes)}")


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:,.1f} MB" if size_bytes >= 100_000 else f"{size_bytes / 1e3:,.1f} kB"
