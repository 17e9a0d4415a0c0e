"""A dataset → a PNG of its first pictures with the regions of their word."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from mofu.db.durable import publish
from mofu.export.base import Cut, ExportOptions, ExportReport, MissingFile, Progress, check_masks, register, select
from mofu.export.contact_sheet.fonts import japanese_faces
from mofu.export.dataset import Dataset, DatasetImage
from mofu.export.masks.drawn import UnreadableMapError, soft_map, wanted
from mofu.export.publishing import check_is_file_name, temporary_for
from mofu.export.region_sheet.drawing import LIGHT, RegionSheet, SheetPicture, SheetRegion, draw_regions
from mofu.export.texts import license_counts

DEFAULT_TOP = 48


@register("region-sheet", of_regions=True)
def write_region_sheet(
    dataset: Dataset, target: Path, options: ExportOptions, progress: Progress | None = None
) -> ExportReport:
    """Write `target`, a PNG of `options.top` (48) pictures with their word's regions. Raises as `Format` says."""
    check_masks("region-sheet", options.masks)
    check_is_file_name(target)
    passing = select(dataset, dataclasses.replace(options, top=None))
    images = passing[: options.top or DEFAULT_TOP]
    missing: list[MissingFile] = []
    pictures = [_picture(image, options, missing) for image in images]
    sheet = RegionSheet(dataset.name, caption(pictures, len(passing)), ("",), pictures)
    with temporary_for(target) as temporary:
        draw_regions(sheet, LIGHT, japanese_faces()).save(temporary, "PNG")
        publish(temporary, target)
    if progress:
        progress(len(images), len(images))
    cut = Cut(len(images), len(passing)) if options.top is None and len(images) < len(passing) else None
    counts = license_counts(images)
    return ExportReport(target, len(images), target.stat().st_size, tuple(missing), counts, cut)


def caption(pictures: Sequence[SheetPicture], passing: int) -> str:
    """What a sheet says below its title: how many pictures it shows of those that pass, and what stands below each."""
    first = f"the first {len(pictures)} of {passing} pictures" if len(pictures) < passing else f"{passing} pictures"
    regions = sum(each.regions[0] is not None for each in pictures)
    return f"{first}, {regions} with a region; below each its rank, confidence and share"


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
