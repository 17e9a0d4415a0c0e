"""Files that survive a crash: temporary file, fsync, rename, fsync folder, in that order, before a row names them."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from mofu.errors import NO_ROOM, DiskFullError, LibraryError

TEMPORARY_SUFFIX = ".part"
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_syncfs = getattr(_libc, "syncfs", None)
_renameat2 = getattr(_libc, "renameat2", None)
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn "no space left" into a DiskFullError that names the place and what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise DiskFullError(full_disk_message(path)) from error
        raise


@contextmanager
def own_places() -> Iterator[None]:
    """Turn "a file where a folder belongs", or the other way round, into a LibraryError that says what to move."""
    try:
        yield
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise LibraryError(
            f"{error.filename} is not what belongs there ({error.strerror}): move what is in its way elsewhere"
        ) from error


def full_disk_message(path: Path) -> str:
    """One line: where there is no room, how much is left, what to do."""
    place = next(folder for folder in (path, *path.parents) if folder.exists())
    free_mb = shutil.disk_usage(place).free / 2**20
    return f"no room left at {path} ({free_mb:.0f} MB free): free some space, then run the same command again to go on"


def fsync_file(path: Path) -> None:
    """Wait until a file's bytes are on the disk."""
    _fsync(path, os.O_RDWR)


def fsync_folder(folder: Path) -> None:
    """Wait until a folder's names are on the disk (a no-op where folders cannot be opened)."""
    if os.name == "posix":
        _fsync(folder, os.O_RDONLY)


def _fsync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_durable(files: Iterable[Path], folder: Path) -> None:
    """Wait until all these files, and whatever was renamed under `folder`, are on the disk, in one wait where possible.

    Linux's syncfs waits for the whole file system at once: 128 small files take 5 ms where an fsync each takes 30
    (measured on ext4). Elsewhere every file and every folder that holds one is synced by itself.
    """
    if _syncfs is not None:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            if _syncfs(descriptor) != 0:
                code = ctypes.get_errno()
                raise OSError(code, os.strerror(code), str(folder))
        finally:
            os.close(descriptor)
        return
    fsync_each(list(files))


def fsync_each(paths: Sequence[Path]) -> None:
    """Wait until these files, the folders that hold them, and the names of those folders are on the disk."""
    for path in paths:
        fsync_file(path)
    for parent in {path.parent for path in paths} | {path.parent.parent for path in paths}:
        fsync_folder(parent)


def temporary_beside(target: Path) -> Path:
    """A new name in the target's folder, which a crash leaves as a collectable `*.part`."""
    return target.with_name(f".{target.name[:60]}.{uuid.uuid4().hex[:8]}{TEMPORARY_SUFFIX}")


def exchange(first: Path, second: Path) -> bool:
    """Have two files or folders change names in one step; False, and nothing done, where the file system cannot."""
    if _renameat2 is None:
        return False
    return bool(_renameat2(_AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second), _RENAME_EXCHANGE) == 0)


def publish(temporary: Path, target: Path) -> None:
    """Make a finished temporary file durable under its name, in one step: readers see all of it or the one before."""
    with disk_errors(target):
        fsync_file(temporary)
        temporary.replace(target)
        fsync_folder(target.parent)


def write_file(path: Path, chunks: Iterable[bytes | memoryview]) -> None:
    """Write a file durably and atomically, making its folder where needed.

    Raises:
        DiskFullError: no room; nothing half-written stays.
    """
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = temporary_beside(path)
        try:
            with temporary.open("wb") as stream:
                for chunk in chunks:
                    stream.write(chunk)
            publish(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
