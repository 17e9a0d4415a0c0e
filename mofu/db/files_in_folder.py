"""A folder → a place of a library's files: the library's own, or one that is mounted for several machines."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from mofu.db.durable import disk_errors, fsync_each, fsync_folder, make_durable, own_places, publish, write_file
from mofu.db.files import MARKER, MARKER_TEXT, Moves, Stored, files_in, quarantined, sha256_of, without_files
from mofu.errors import LibraryError

T = TypeVar("T")

ABANDONED_S = 24 * 3600
"""What waits longer than this in a shared place was left by a machine that is gone."""


class FolderFiles:
    """Files in a folder: the library's own, or one that is mounted for several machines."""

    def __init__(self, root: Path, incoming: Path | None = None, *, is_shared: bool = False) -> None:
        self.root, self.is_shared = root, is_shared
        self.incoming = incoming or root / "incoming"

    def prepare(self, *, is_new: bool) -> None:
        """Make every folder that files will lie in, durably, so that taking a file in is a rename and no more."""
        if self.is_shared:
            self._mark(is_new)
        with disk_errors(self.root), own_places():
            prefixes = [f"{number:02x}" for number in range(256)]
            for store in (self.root / "originals", self.root / "thumbnails"):
                there = {entry.name for entry in store.iterdir()} if store.is_dir() else set()
                for prefix in [name for name in prefixes if name not in there]:
                    (store / prefix).mkdir(parents=True, exist_ok=True)
                fsync_folder(store)
            self.incoming.mkdir(parents=True, exist_ok=True)
            fsync_folder(self.root)

    def _mark(self, is_new: bool) -> None:
        # a folder that is not mounted is an empty one, or none: it is never made, and never taken for a library's
        if not self.root.is_dir():
            raise LibraryError(f"{self.root} is not there: mount it or make it first (setting files.url)")
        if (self.root / MARKER).is_file():
            return
        if not is_new and not (self.root / "originals").is_dir():
            raise LibraryError(without_files(str(self.root)))
        write_file(self.root / MARKER, [MARKER_TEXT])

    def require(self) -> None:
        """See `Files`."""
        if self.is_shared and not (self.root / MARKER).is_file():
            raise LibraryError(without_files(str(self.root)))

    def waiting(self) -> list[Path]:
        """See `Files`; in a shared place, also what machines that are gone have left."""
        left = files_in(self.incoming)
        if self.is_shared:
            oldest = time.time() - ABANDONED_S
            others = [entry for entry in self.incoming.parent.iterdir() if entry.is_dir() and entry != self.incoming]
            left += [path for each in others for path in files_in(each) if path.stat().st_mtime < oldest]
        return left

    def path(self, name: str) -> Path:
        """See `Files`."""
        return self.root / name

    def bring(self, names: Iterable[str]) -> None:
        """Nothing: they are at hand."""

    def write(self, name: str, content: bytes) -> None:
        """See `Files`; raises DiskFullError, then nothing half-written stays."""
        write_file(self.root / name, [content])

    def sync(self, moves: Moves) -> None:
        """See `Files`; raises DiskFullError, then what waits stays incoming, where the next start collects it."""
        with disk_errors(self.root):
            self._durable([Path(source) for source, _ in moves], self.incoming)

    def settle(self, moves: Moves) -> None:
        """See `Files`; a file that is there already gives way to the same bytes."""
        root = str(self.root)
        with disk_errors(self.root):
            for source, name in moves:
                os.replace(source, f"{root}/{name}")  # noqa: PTH105 - twice a picture, on the event loop: no Path

    def seal(self, moves: Moves) -> None:
        """See `Files`."""
        with disk_errors(self.root):
            self._durable([self.root / name for _, name in moves], self.root)

    def _durable(self, files: list[Path], folder: Path) -> None:
        if self.is_shared:
            fsync_each(files)  # what one wait for a whole file system means, a network's file system may not know
        else:
            make_durable(files, folder)

    def put(self, temporary: Path, name: str) -> None:
        """See `Files`."""
        target = self.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        publish(temporary, target)

    def remove(self, names: Iterable[str]) -> None:
        """See `Files`."""
        for name in names:
            (self.root / name).unlink(missing_ok=True)

    def listing(self, folder: str) -> Iterator[Stored]:
        """See `Files`."""
        for entry in _entries(self.root / folder):
            within = [entry] if _is_file(entry) else _entries(Path(entry.path))
            for file in (each for each in within if _is_file(each)):
                # one that is gone since was the temporary file of a build beside this listing
                with suppress(FileNotFoundError):
                    yield Stored(file.path.removeprefix(f"{self.root}/"), file.stat().st_mtime)

    def digests(self, names: Iterable[str]) -> Iterator[str | None]:
        """See `Files`."""
        for name in names:
            yield self._read(name, sha256_of)

    def contents(self, names: Iterable[str]) -> Iterator[bytes | None]:
        """See `Files`."""
        for name in names:
            yield self._read(name, Path.read_bytes)

    def _read(self, name: str, read: Callable[[Path], T]) -> T | None:
        try:
            return read(self.root / name)
        except FileNotFoundError:
            return None
        except OSError as error:
            # not the same as missing: whoever repairs forgets what is missing
            raise LibraryError(f"{self.root / name} cannot be read: {error.strerror}: see to the disk first") from error

    def quarantine(self, name: str, folder: Path) -> None:
        """See `Files`."""
        path = self.root / name
        if path.exists():
            with own_places():
                folder.mkdir(exist_ok=True)
            shutil.move(path, quarantined(folder, name))


def _is_file(entry: os.DirEntry[str]) -> bool:
    with suppress(OSError):  # a link that leads to itself
        return entry.is_file()
    return False


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    return sorted(os.scandir(folder), key=lambda entry: entry.name) if folder.is_dir() else []
