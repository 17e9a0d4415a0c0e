"""From a ranking to files: one format a file, behind one registry."""

from mofu.export import imagefolder, zip_archive
from mofu.export.base import REGISTRY, ExportOptions, ExportReport, MissingFile, Resize, find
from mofu.export.contact_sheet import page, picture
from mofu.export.dataset import Dataset, DatasetImage, SourceRecord

__all__ = [
    "REGISTRY", "Dataset", "DatasetImage", "ExportOptions", "ExportReport", "MissingFile", "Resize",
    "SourceRecord", "find", "imagefolder", "page", "picture", "zip_archive",
]  # fmt: skip
