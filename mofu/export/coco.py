"""A dataset → one ZIP file that tools for COCO read: pictures beside annotations, categories and licences."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mofu.errors import InvalidInputError
from mofu.export.base import ExportOptions, ExportReport, Progress, register
from mofu.export.dataset import Dataset
from mofu.export.tree import Tree
from mofu.export.zip_archive import write_tree

ANNOTATIONS = "annotations/instances.json"


@register("coco")
def write_coco(
    dataset: Dataset, target: Path, options: ExportOptions, progress: Progress | None = None
) -> ExportReport:
    """Write `target`, a ZIP file, with polygons unless `options.masks` names another coding. Raises as `Format` says.

    Raises:
        InvalidInputError: masks as PNG files, which COCO does not know.
    """
    if options.masks == "png":
        raise InvalidInputError("masks 'png' in the format coco: expected coco, coco-rle or coco-counts, or format zip")
    asked = replace(options, masks="coco") if options.masks == "none" else options
    return write_tree(Tree(dataset, asked, progress, ANNOTATIONS), target)
