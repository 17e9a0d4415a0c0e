"""A library → another place: its files, where they are wanted, then its rows, whatever database each is on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from mofu.db import copying
from mofu.db.copying import TableContent
from mofu.db.durable import TEMPORARY_SUFFIX, disk_errors, write_file
from mofu.db.files import FOLDERS, Files
from mofu.errors import UsageError
from mofu.workers import codebook, region_classifiers, region_maps, style_store
from mofu.workers.place import writing_place
from mofu.workers.workshop import Workshop

BATCH = 500
ACTIVATIONS = "activations"
OWN_FOLDERS = (region_maps.FOLDER, region_classifiers.FOLDER, codebook.CODEBOOKS, style_store.FOLDER)
"""What lies in a library's folder wherever its other files are."""


@dataclass(frozen=True, slots=True)
class CopyReport:
    """What a copy came to.

    Attributes:
        tables: what each table holds, on both sides.
        files: how many were copied; those that were there already are not counted.
        is_new: whether rows were copied; a whole copy that was there is left as it is.
    """

    tables: tuple[TableContent, ...]
    files: int
    is_new: bool

    @property
    def rows(self) -> int:
        """Of all tables."""
        return sum(table.rows for table in self.tables)


def copy_library(source: Workshop, destination: Workshop, *, files: bool) -> CopyReport:
    """Copy a library; what is killed leaves an empty library, and the same call goes on.

    Args:
        source: where nobody builds meanwhile.
        destination: an empty library, or a whole copy.
        files: whether files are copied, too; without them, the destination's setting `files.url` names the same place.

    Raises:
        UsageError: both are on the same database.
        LibraryBusyError: somebody builds in one of them.
        LibraryError: the destination holds something else.
        DamagedError: what arrived is not what was sent; no row was kept.
    """
    if source.database.url == destination.database.url:
        raise UsageError(
            f"{source.root} and {destination.root} have their rows in the same database: name another for one of "
            "them with --from or --to"
        )
    with ExitStack() as stack:
        for root in {source.root.resolve(), destination.root.resolve()}:
            stack.enter_context(writing_place(root))
        copying.check_destination(source.database, destination.database, destination.progress)
        # files before rows: no row may name one that is not there
        copied = _copy_files(source, destination) if files else 0
        tables, is_new = copying.copy_rows(source.database, destination.database, destination.progress)
    return CopyReport(tuple(tables), copied, is_new)


def _copy_files(source: Workshop, destination: Workshop) -> int:
    destination.blobs.make_folders()
    destination.progress.start("copy", "files", None)
    count = 0
    for folder in FOLDERS:
        missing = _missing(source.blobs.files, destination.blobs.files, folder)
        while batch := list(islice(missing, BATCH)):
            _copy_batch(source.blobs.files, destination.blobs.files, batch)
            count += len(batch)
            destination.progress.advance(count, None)
    for folder in OWN_FOLDERS:
        count += _copy_own(source.root, destination.root, folder)
    destination.progress.finish(f"{count:,} files")
    return count


def _missing(source: Files, destination: Files, folder: str) -> Iterator[str]:
    there = {stored.name for stored in destination.listing(folder)}
    for stored in source.listing(folder):
        if stored.name not in there and not stored.name.endswith(TEMPORARY_SUFFIX):
            yield stored.name


def _copy_batch(source: Files, destination: Files, names: list[str]) -> None:
    source.bring(names)
    if names[0].startswith(f"{ACTIVATIONS}/"):  # few and large: each is waited for by itself
        for name in names:
            destination.write(name, source.path(name).read_bytes())
        return
    moves = [(str(destination.incoming / name.replace("/", "-")), name) for name in names]
    with disk_errors(destination.root):
        for waiting, name in moves:
            shutil.copyfile(source.path(name), waiting)
    destination.sync(moves)
    destination.settle(moves)
    destination.seal(moves)


def _copy_own(source: Path, destination: Path, folder: str) -> int:
    """Copy what a folder holds; a file that is there is whole, since each has its name when it is finished."""
    count = 0
    for path in sorted((source / folder).rglob("*")):
        target = destination / path.relative_to(source)
        if path.is_file() and not path.name.endswith(TEMPORARY_SUFFIX) and not target.exists():
            write_file(target, [path.read_bytes()])
            count += 1
    return count
