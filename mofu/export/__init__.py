"""From a ranking to files: one format a file, behind one registry."""

from mofu.export import coco, imagefolder, region_sheet, zip_archive
from mofu.export.base import (
    REGISTRY,
    ExportOptions,
    ExportReport,
    MissingFile,
    Resize,
    check_masks,
    find,
    formats_of_regions,
    lacks_regions,
)
from mofu.export.contact_sheet import page, picture
from mofu.export.dataset import Dataset, DatasetImage, DatasetRegion, SourceRecord

__all__ = [
    "REGISTRY", "Dataset", "DatasetImage", "DatasetRegion", "ExportOptions", "ExportReport", "MissingFile", "Resize",
    "SourceRecord", "check_masks", "coco", "find", "formats_of_regions", "imagefolder", "lacks_regions", "page",
    "picture", "region_sheet", "zip_archive",
]  # fmt: skip
