"""A dataset → a PNG of its first pictures with the regions of their word."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from PIL import Image

from mofu.db.durable import publish
from mofu.export.base import ExportOptions, ExportReport, MissingFile, Progress, check_masks, register, select
from mofu.export.contact_sheet.fonts import japanese_faces
from mofu.export.dataset import Dataset, DatasetImage
from mofu.export.masks.drawn import UnreadableMapError, soft_map, wanted
from mofu.export.publishing import check_is_file_name, temporary_for
from mofu.export.region_sheet.drawing import LIGHT, RegionSheet, SheetPicture, SheetRegion, draw_regions
from mofu.export.texts import license_counts

DEFAULT_TOP = 48


@register("region-sheet")
def write_region_sheet(
    dataset: Dataset, target: Path, options: ExportOptions, progress: Progress | None = None
) -> ExportReport:
    """Write `target`, a PNG of `options.top` (48) pictures with their word's regions. Raises as `Format` says."""
    check_masks("region-sheet", options.masks)
    check_is_file_name(target)
    images = select(dataset, dataclasses.replace(options, top=options.top or DEFAULT_TOP))
    missing: list[MissingFile] = []
    pictures = [_picture(image, options, missing) for image in images]
    regions = [each.regions[0] for each in pictures if each.regions[0]]
    note = f"regions on {len(regions)} of {len(images)} pictures; below each its rank, confidence and share"
    sheet = RegionSheet(dataset.name, note, ("",), pictures)
    with temporary_for(target) as temporary:
        draw_regions(sheet, LIGHT, japanese_faces()).save(temporary, "PNG")
        publish(temporary, target)
    if progress:
        progress(len(images), len(images))
    return ExportReport(target, len(images), target.stat().st_size, tuple(missing), license_counts(images))


def _picture(image: DatasetImage, options: ExportOptions, missing: list[MissingFile]) -> SheetPicture:
    try:
        with Image.open(image.thumbnail) as file:
            picture = file.convert("RGB")
    except OSError:
        missing.append(MissingFile(image.sha256, image.rank, image.thumbnail, "the thumbnail is missing"))
        return SheetPicture(str(image.rank), None, (None,))
    return SheetPicture(str(image.rank), picture, (_region(image, options, missing),))


def _region(image: DatasetImage, options: ExportOptions, missing: list[MissingFile]) -> SheetRegion | None:
    """The surest of the word's regions on an image."""
    own = [region for region in wanted(image, options.verdicts) if region.kind == "word"]
    if not own:
        return None
    best = max(own, key=lambda region: region.confidence)
    try:
        return SheetRegion(soft_map(best), best.threshold, best.confidence)
    except UnreadableMapError as error:
        missing.append(MissingFile(image.sha256, image.rank, best.map, str(error)))
        return None
