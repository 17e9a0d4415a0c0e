"""Trained classifiers of regions ↔ files under the SHA-256 of their bytes: `models/cdef….safetensors`."""

from __future__ import annotations

import hashlib
from pathlib import Path

from mofu.db.durable import write_file
from mofu.errors import DamagedError

FOLDER = "models"
_SUFFIX = ".safetensors"


class RegionClassifiers:
    """The classifiers of a library's words; each is written once and never changed."""

    def __init__(self, root: Path) -> None:
        self.folder = root / FOLDER

    def put(self, content: bytes) -> str:
        """Store a classifier; it is durable when this returns: the SHA-256 that is its name."""
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.path(sha256)
        # a damaged file, under the name of what it held, is written anew
        if not path.is_file() or path.read_bytes() != content:
            write_file(path, [content])
        return sha256

    def read(self, sha256: str) -> bytes:
        """The bytes of a classifier.

        Raises:
            DamagedError: it is missing, or not what its name says.
        """
        path = self.path(sha256)
        content = path.read_bytes() if path.is_file() else b""
        if hashlib.sha256(content).hexdigest() != sha256:
            raise DamagedError(f"{path} does not hold what its name says: run `mofu check --repair`")
        return content

    def path(self, sha256: str) -> Path:
        """Where a classifier's file is, or would be."""
        return self.folder / f"{sha256}{_SUFFIX}"

    def listing(self) -> list[Path]:
        """Every file of the folder, half-written ones included."""
        return sorted(path for path in self.folder.glob("*") if path.is_file())
