"""Files that lie far away → local copies of those in use: bounded, shared by processes, never stale.

Names stand for content, so that a copy is right for ever. What was used longest ago goes first; whoever reads or maps
a copy that goes can read on.
"""

from __future__ import annotations

import os
import time
import uuid
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from mofu.db.durable import TEMPORARY_SUFFIX, disk_errors

LOCK = "cache.lock"
KEPT = 0.9
"""Of the bound that is left once room was made."""

LOOK_EVERY = 0.05
"""Of the bound that a process adds before it looks at what all have added."""

TOUCH_S = 60.0
"""A use is noted at most so often."""

ABANDONED_S = 3600
"""A temporary file that is older belongs to no download."""


class FileCache:
    """A folder of copies, at most so many bytes, give or take what is being added.

    Args:
        folder: for all stores.
        most_bytes: of all stores together.
        store: of the one whose copies these are; others have other bytes under the same names.
    """

    def __init__(self, folder: Path, most_bytes: int, store: str) -> None:
        self.folder, self._all = folder / store, folder
        self._most = most_bytes
        self._added = most_bytes  # what other processes have added before: the first copy looks

    def path(self, name: str) -> Path:
        """Where the copy of a file is, or would be."""
        return self.folder / name

    def has(self, name: str) -> bool:
        """Whether there is a copy; it is noted as used."""
        place = self.folder / name
        try:
            last = place.stat().st_mtime
        except FileNotFoundError:
            return False
        now = time.time()
        if now - last > TOUCH_S:
            with suppress(FileNotFoundError):
                os.utime(place, (now, now))
        return True

    def temporary(self) -> Path:
        """A new name within the cache to write a copy to."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder / f".{uuid.uuid4().hex}{TEMPORARY_SUFFIX}"

    def adopt(self, finished: Path, name: str) -> None:
        """Make a whole local file the copy of a name, in one step."""
        place = self.folder / name
        with disk_errors(self.folder):
            place.parent.mkdir(parents=True, exist_ok=True)
            self._added += finished.stat().st_size
            finished.replace(place)
        if self._added > LOOK_EVERY * self._most:
            self._make_room()

    def drop(self, name: str) -> None:
        """Forget a copy."""
        (self.folder / name).unlink(missing_ok=True)

    def _make_room(self) -> None:
        """Remove what was used longest ago until the bound holds; where another process does so, leave it to that."""
        try:
            with FileLock(self._all / LOCK, timeout=0):
                self._added = 0
                self._remove_oldest()
        except Timeout:
            self._added = 0

    def _remove_oldest(self) -> None:
        copies: list[tuple[float, int, Path]] = []
        for place, _, names in os.walk(self._all):
            for name in names:
                path = Path(place, name)
                with suppress(FileNotFoundError):
                    seen = path.stat()
                    if not name.endswith(TEMPORARY_SUFFIX):
                        copies.append((seen.st_mtime, seen.st_size, path))
                    elif seen.st_mtime < time.time() - ABANDONED_S:
                        path.unlink()
        total = sum(size for _, size, _ in copies)
        if total <= self._most:
            return
        for _, size, path in sorted(copies):
            path.unlink(missing_ok=True)
            total -= size
            if total <= KEPT * self._most:
                return
