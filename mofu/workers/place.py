"""A folder → whether a library is or may be there, and the one place for writing to it."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from mofu.db.durable import disk_errors, own_places
from mofu.db.files import CACHE, FOLDERS
from mofu.errors import LibraryBusyError, LibraryError
from mofu.settings import FILE_NAME
from mofu.workers.secret_key import KEY_FILE
from mofu.workers.workshop import DATABASE_FILE

LOCK_FILE = "writer.lock"
WRITER_FILE = "writer.txt"


@contextmanager
def writing_place(root: Path) -> Iterator[None]:
    """Be the one process that writes to a library; who it is stands in a file, for those who find it busy.

    Raises:
        LibraryBusyError: another process is.
        DiskFullError: no room even for that.
    """
    lock = FileLock(root / LOCK_FILE)
    try:
        with disk_errors(root), own_places():
            lock.acquire(timeout=0)
    except Timeout:
        raise LibraryBusyError(_busy(root)) from None
    try:
        with disk_errors(root), own_places():
            (root / WRITER_FILE).write_text(_this_process(), "utf-8")
        try:
            yield
        finally:
            (root / WRITER_FILE).unlink(missing_ok=True)
    finally:
        lock.release()


def exists(root: Path, database_elsewhere: bool) -> bool:
    """Whether there is a library at a folder."""
    return (root / DATABASE_FILE).exists() or (database_elsewhere and root.is_dir())


def check_place(root: Path, create: bool, database_elsewhere: bool) -> None:
    """Make sure that a library is or can be at a folder.

    Raises:
        LibraryError: there is none and none may be made, the folder holds something else, or it cannot be written to.
    """
    if exists(root, database_elsewhere):
        if not database_elsewhere and not os.access(root, os.W_OK):  # SQLite reads nothing either without its journal
            raise LibraryError(f"the library at {root} cannot be written to: copy it to a folder of yours")
        return
    if not create:
        raise LibraryError(f"no library at {root}: make one with `mofu build WORD`, or name another with --library")
    check_is_free(root)
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = error.strerror
        raise LibraryError(f"no library can be made at {root}: {why}; name a folder of yours with --library") from error


def check_is_free(root: Path) -> None:
    """Raise LibraryError where a new library would stand among other things."""
    of_files = {*FOLDERS, "incoming", "codebooks", "quarantine", CACHE}
    known = of_files | {FILE_NAME, LOCK_FILE, WRITER_FILE, KEY_FILE}
    if root.exists() and not root.is_dir():
        raise LibraryError(f"{root} is a file: expected a folder for the library")
    strangers = sorted({entry.name for entry in root.iterdir()} - known) if root.is_dir() else []
    if strangers:
        raise LibraryError(f"{root} holds other things ({strangers[0]}, …): expected a library or an empty folder")


def _this_process() -> str:
    # A setting's value may be a key: its name is enough to know who writes.
    shown = [re.sub("=.+", "=…", part, flags=re.DOTALL) for part in sys.argv[1:6]]
    command = " ".join([Path(sys.argv[0]).name, *shown])
    return f"process {os.getpid()} ({command[:100]}), since {time.strftime('%H:%M:%S')}"


def _busy(root: Path) -> str:
    try:
        writer = (root / WRITER_FILE).read_text("utf-8")
    except OSError:
        writer = "another process"
    return f"{writer} is writing to the library at {root}: wait for it, or use another with --library"
