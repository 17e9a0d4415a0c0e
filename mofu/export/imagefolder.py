"""A dataset → a folder with the same files as the ZIP, which appears under its name only when it is whole."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from mofu.db.durable import exchange, fsync_folder, temporary_beside
from mofu.errors import InvalidInputError
from mofu.export.base import MASK_FORMS, ExportOptions, ExportReport, Progress, register
from mofu.export.dataset import Dataset
from mofu.export.publishing import still_written, temporary_for
from mofu.export.tree import Tree

OWN_FILES = frozenset({"images", "masks", "metadata.jsonl", "dataset.json", "ATTRIBUTION.md", "LICENSES.csv"})


@register("imagefolder", MASK_FORMS)
def write_imagefolder(
    dataset: Dataset, target: Path, options: ExportOptions, progress: Progress | None = None
) -> ExportReport:
    """Write the folder `target`; an earlier export there is replaced, all else refused. Raises as `Format` says."""
    _check_replaceable(target)
    tree = Tree(dataset, options, progress)
    with temporary_for(target) as temporary:
        size_bytes = _write_members(temporary, tree)
        _publish_folder(temporary, target)
    return tree.report(target, size_bytes)


def _check_replaceable(target: Path) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise InvalidInputError(f"{target}: a file, expected the name of a new folder; give another name")
    strangers = {path.name for path in target.iterdir()} - OWN_FILES
    if strangers:
        raise InvalidInputError(
            f"{target}: holds {min(strangers)!r}, which no export wrote: expected a new or empty folder or an earlier "
            f"export; give another name"
        )


def _write_members(folder: Path, tree: Tree) -> int:
    size_bytes = 0
    for member in tree.members():
        path = folder / member.name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as stream:
            stream.write(member.content)
            stream.flush()
            os.fsync(stream.fileno())
        os.utime(path, (member.modified.timestamp(),) * 2)
        size_bytes += len(member.content)
        still_written(folder)
    for place in (*(path for path in folder.iterdir() if path.is_dir()), folder):
        fsync_folder(place)
    return size_bytes


def _publish_folder(temporary: Path, target: Path) -> None:
    """Put the new folder in the place of the old one: in one step, or, where none does it, with the old one aside."""
    if target.exists() and exchange(temporary, target):
        fsync_folder(target.parent)
        return
    aside = temporary_beside(target)
    if target.exists():
        target.replace(aside)
    try:
        temporary.replace(target)
    except BaseException:
        if aside.exists():
            aside.replace(target)
        raise
    fsync_folder(target.parent)
    shutil.rmtree(aside, ignore_errors=True)
