"""A dataset → one ZIP file that tools for COCO read: pictures beside annotations, categories and licences."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mofu.export.base import ExportOptions, ExportReport, Progress, check_masks, register
from mofu.export.dataset import Dataset
from mofu.export.tree import Tree
from mofu.export.zip_archive import write_tree

ANNOTATIONS = "annotations/instances.json"


@register("coco", ("none", "coco", "coco-rle", "coco-counts"), of_regions=True)
def write_coco(
    dataset: Dataset, target: Path, options: ExportOptions, progress: Progress | None = None
) -> ExportReport:
    """Write `target`, a ZIP file, masks as polygons unless the options name a coding. Raises as `Format` says."""
    check_masks("coco", options.masks)
    asked = replace(options, masks="coco") if options.masks == "none" else options
    return write_tree(Tree(dataset, asked, progress, ANNOTATIONS), target)
