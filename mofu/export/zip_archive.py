"""A dataset → one ZIP file, everything at its root, streamed picture by picture; same in, same bytes out."""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path

from mofu.db.durable import publish
from mofu.export.base import MASK_FORMS, ExportOptions, ExportReport, Progress, register
from mofu.export.dataset import Dataset
from mofu.export.publishing import check_is_file_name, still_written, temporary_for
from mofu.export.tree import Member, Tree

_FIRST_YEAR, _LAST_YEAR = 1980, 2107
_UNIX = 3
_READABLE_FILE = 0o100644 << 16


@register("zip", MASK_FORMS)
def write_zip(dataset: Dataset, target: Path, options: ExportOptions, progress: Progress | None = None) -> ExportReport:
    """Write `target`, a ZIP file; an earlier one is replaced in one step. Raises as `Format` says."""
    return write_tree(Tree(dataset, options, progress), target)


def write_tree(tree: Tree, target: Path) -> ExportReport:
    """Write a tree as the ZIP file `target`; as `write_zip`."""
    check_is_file_name(target)
    with temporary_for(target) as temporary:
        _write_members(temporary, tree)
        publish(temporary, target)
    return tree.report(target, target.stat().st_size)


def _write_members(path: Path, tree: Tree) -> None:
    with zipfile.ZipFile(path, "x") as archive:
        for member in tree.members():
            archive.writestr(_info(member), member.content)
            still_written(path)


def _info(member: Member) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(member.name, _time(member.modified))
    # Pictures are compressed already; deflating them again costs time and saves nothing.
    info.compress_type = zipfile.ZIP_DEFLATED if member.is_text else zipfile.ZIP_STORED
    # Fixed, so that the machine that exports leaves no trace in the bytes.
    info.create_system = _UNIX
    info.external_attr = _READABLE_FILE
    return info


def _time(moment: datetime) -> tuple[int, int, int, int, int, int]:
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        return (_FIRST_YEAR, 1, 1, 0, 0, 0)
    return (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
