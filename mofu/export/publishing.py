"""A target that an export writes to: refused early where it cannot be written, cleared of what killed exports left."""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mofu.db.durable import TEMPORARY_SUFFIX, disk_errors, temporary_beside
from mofu.errors import InvalidInputError

_NOT_WRITABLE = {
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.ENOENT,
}  # fmt: skip
ABANDONED_S = 3600
"""A temporary file or folder of the same target that nothing was written to for so long has no running export."""


@contextmanager
def temporary_for(target: Path) -> Iterator[Path]:
    """A name beside `target` to write to and then publish; nothing stays there when the export fails.

    Raises:
        DiskFullError: no room.
        InvalidInputError: the place cannot be written to.
    """
    try:
        with disk_errors(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary = temporary_beside(target)
            try:
                yield temporary
            finally:
                _remove(temporary)
            _clear_abandoned(target)
    except OSError as error:
        if error.errno not in _NOT_WRITABLE:
            raise
        raise InvalidInputError(
            f"{target}: cannot be written ({error.strerror}): expected a place that you may write to; give another name"
        ) from error


def still_written(temporary: Path) -> None:
    """Keep what is being written from being cleared: a folder does not change where only its folders get files."""
    os.utime(temporary)


def check_is_file_name(target: Path) -> None:
    """Raise InvalidInputError where `target` is a folder."""
    if target.is_dir():
        raise InvalidInputError(
            f"{target}: a folder, expected the name of a file; add one, such as {target.name}/export"
        )


def _clear_abandoned(target: Path) -> None:
    prefix = temporary_beside(target).name[: -len(f"00000000{TEMPORARY_SUFFIX}")]
    for path in target.parent.iterdir():
        is_temporary = path.name.startswith(prefix) and path.name.endswith(TEMPORARY_SUFFIX)
        with suppress(FileNotFoundError):  # its export has ended since it was listed
            if is_temporary and path.stat().st_mtime < time.time() - ABANDONED_S:
                _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
