"""Export: a word's ranking → a file or folder among the library's exports."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from mofu.crawler.licenses import LicenseFilter
from mofu.db import words
from mofu.errors import NothingFoundError
from mofu.settings import Settings
from mofu.workers.verbs.asking import OfWord
from mofu.workers.verbs.registry import Does, Done, verb

if TYPE_CHECKING:
    from mofu.export import ExportReport

FOLDER = "exports"
"""Of a library: where what is asked for through the ledger is written."""

_SUFFIXES = {
    "zip": ".zip",
    "coco": ".zip",
    "contact-sheet": ".html",
    "contact-sheet-png": ".png",
    "region-sheet": ".png",
}


@dataclass(frozen=True, slots=True)
class Export(OfWord):
    """A word's (its text or slug) first images.

    Attributes:
        top: so many of those that the filters leave; None: all.
        format: a registered export format.
        license: any, commercial, modification, or codes.
        size: pixels of the longer side; None: the original bytes.
        verdicts: which images by what people judged.
        masks: how the regions of the images are written beside them.
    """

    top: Annotated[int, Field(ge=1)] | None = 100
    format: str = "zip"
    license: str = "any"
    size: Annotated[int, Field(ge=16, le=8192)] | None = None
    verdicts: Literal["accepted", "not-rejected", "all"] = "not-rejected"
    masks: Literal["none", "png", "coco", "coco-rle", "coco-counts"] = "none"

    @property
    def digest(self) -> str:
        """Eight digits that say what was asked, for the file's name."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:8]

    def check(self, settings: Settings) -> None:
        """Raises: UnknownNameError, InvalidInputError: no such format or licence, or it holds no such masks."""
        from mofu.export import check_masks, find

        del settings
        find(self.format)
        check_masks(self.format, self.masks)
        LicenseFilter.parse(self.license)


@verb("export", Export, writes=False)
def export(library: Does, asked: Export) -> Done:
    """Write a word's images; an earlier export of the same request is replaced once the new one is whole."""
    dataset = library.dataset(asked.word)
    name = f"{dataset.word.slug}-{asked.digest}{_SUFFIXES.get(asked.format, '')}"
    target = Path(library.root) / FOLDER / name
    target.parent.mkdir(exist_ok=True)
    progress = library.progress
    progress.start("export", dataset.word.text, None)
    report = dataset.export(
        target,
        format=asked.format,
        top=asked.top,
        license=asked.license,
        size=asked.size,
        verdicts=asked.verdicts,
        masks=asked.masks,
        progress=lambda done, total: progress.advance(done, total),
    )
    with library.database.read() as session:
        is_there = words.by_id(session, dataset.word.id) is not None
    if not is_there:  # a purge beside this could not see what was not there yet
        remove(target)
        raise NothingFoundError(f"{dataset.word.text!r} was deleted while it was exported: nothing was kept")
    made = {
        "file": name, "images": report.images, "bytes": report.size_bytes, "missing": len(report.missing),
        "lacks_regions": report.lacks_regions, "slug": dataset.word.slug,
    }  # fmt: skip
    return Done(_said(report, name), made, bool(report.missing))


def _said(report: ExportReport, name: str) -> str:
    cut = f"; the first of {report.cut.of}" if report.cut else ""
    missing = f", {len(report.missing)} files missing" if report.missing else ""
    regions = "; none of them has a region yet" if report.lacks_regions else ""
    return f"{report.images} images in {name}{missing}{cut}{regions}"


def remove(export: Path) -> None:
    """Remove an export, a file or a folder."""
    if export.is_dir():
        shutil.rmtree(export)
    else:
        export.unlink(missing_ok=True)
