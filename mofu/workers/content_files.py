"""Bytes ↔ files under the SHA-256 that is their name: `folder/ab/cdef….suffix`, written once and never changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from mofu.db.durable import write_file
from mofu.errors import DamagedError


class ContentFiles:
    """The files of one kind in a library's folder."""

    def __init__(self, folder: Path, suffix: str, remedy: str) -> None:
        """Keep to a folder; `remedy` says what to do about a file that is lost."""
        self.folder, self._suffix, self._remedy = folder, suffix, remedy

    def put(self, content: bytes) -> str:
        """Store bytes; they are durable when this returns: the SHA-256 that is their name.

        Raises:
            DiskFullError: no room; nothing half-written stays.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        if not self.path(sha256).is_file():
            write_file(self.path(sha256), [content])
        return sha256

    def read(self, sha256: str) -> bytes:
        """The bytes of a file.

        Raises:
            DamagedError: it is missing, or not what its name says.
        """
        try:
            content = self.path(sha256).read_bytes()
        except FileNotFoundError:
            raise self._damaged(sha256, "is not there") from None
        if hashlib.sha256(content).hexdigest() != sha256:
            raise self._damaged(sha256, "does not hold what its name says")
        return content

    def path(self, sha256: str) -> Path:
        """Where a file is, or would be."""
        return self.folder / sha256[:2] / f"{sha256[2:]}{self._suffix}"

    def listing(self) -> Iterator[Path]:
        """Every file of the folder, half-written ones included, in the order of their names."""
        yield from (path for path in sorted(self.folder.glob("*/*")) if path.is_file())

    def _damaged(self, sha256: str, what: str) -> DamagedError:
        return DamagedError(f"{self.path(sha256)} {what}: {self._remedy}")


def sha256_in(path: Path) -> str:
    """The SHA-256 that a file's name says."""
    return path.parent.name + path.stem
