"""Bytes under the name of their SHA-256: originals (`ab/cdef….jpg`) and thumbnails, written once, never changed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mofu.db.durable import TEMPORARY_SUFFIX, disk_errors, fsync_folder, make_durable, publish

EXTENSIONS = {
    "jpeg": "jpg", "png": "png", "webp": "webp", "gif": "gif", "avif": "avif", "bmp": "bmp", "tiff": "tiff",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Arrival:
    """A checked body that waits in the incoming folder: its hash, its format, where body and thumbnail lie."""

    sha256: str
    format: str
    body: Path
    thumbnail: Path


class BlobStore:
    """The files of a library: `originals/`, `thumbnails/`, and `incoming/` for what is not yet checked."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.originals = root / "originals"
        self.thumbnails = root / "thumbnails"
        self.incoming = root / "incoming"

    def make_folders(self) -> None:
        """Make every folder that files will lie in, durably, so that taking a file in is a rename and no more."""
        prefixes = [f"{number:02x}" for number in range(256)]
        for store in (self.originals, self.thumbnails):
            there = {entry.name for entry in store.iterdir()} if store.is_dir() else set()
            for prefix in [name for name in prefixes if name not in there]:
                (store / prefix).mkdir(parents=True, exist_ok=True)
            fsync_folder(store)
        self.incoming.mkdir(exist_ok=True)
        fsync_folder(self.root)

    def original(self, sha256: str, image_format: str) -> Path:
        """Where the original bytes of an image are."""
        return self.originals / sha256[:2] / f"{sha256[2:]}.{EXTENSIONS[image_format]}"

    def thumbnail(self, sha256: str) -> Path:
        """Where the thumbnail (JPEG) of an image is, under the hash of its original."""
        return self.thumbnails / sha256[:2] / f"{sha256[2:]}.jpg"

    def sync_incoming(self, arrivals: Sequence[Arrival]) -> None:
        """Wait until a batch of bodies and thumbnails is on the disk, under the names it arrived with.

        Raises:
            DiskFullError: no room; the incoming files stay incoming, where the next start collects them.
        """
        with disk_errors(self.root):
            make_durable([Path(source) for a in arrivals for source, _ in self._moves(a)], self.incoming)

    def move_in(self, arrivals: Sequence[Arrival]) -> None:
        """Give files that were synced their names; one that is there already gives way to the same bytes."""
        with disk_errors(self.root):
            for arrival in arrivals:
                for source, target in self._moves(arrival):
                    os.replace(source, target)  # noqa: PTH105 - twice a picture, on the event loop: no Path in between

    def sync_stored(self, arrivals: Sequence[Arrival]) -> None:
        """Wait until a batch's names are on the disk: when this returns, rows may name them."""
        with disk_errors(self.root):
            make_durable([Path(target) for a in arrivals for _, target in self._moves(a)], self.originals)

    def _moves(self, arrival: Arrival) -> tuple[tuple[str, str], tuple[str, str]]:
        prefix, rest = arrival.sha256[:2], arrival.sha256[2:]
        return (
            (str(arrival.body), f"{self.originals}/{prefix}/{rest}.{EXTENSIONS[arrival.format]}"),
            (str(arrival.thumbnail), f"{self.thumbnails}/{prefix}/{rest}.jpg"),
        )

    def put_thumbnail(self, sha256: str, temporary: Path) -> None:
        """Move a thumbnail that was made again to its name, durably."""
        target = self.thumbnail(sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        publish(temporary, target)

    def clear_incoming(self) -> int:
        """Remove what a killed process left unchecked; the number of files removed."""
        left = [path for path in self.incoming.iterdir() if path.is_file()] if self.incoming.is_dir() else []
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def all_originals(self) -> Iterator[tuple[str, Path]]:
        """Every (SHA-256 by name, path) among the originals; temporary files are passed over."""
        yield from _named(self.originals)

    def all_thumbnails(self) -> Iterator[tuple[str, Path]]:
        """Every (SHA-256 of the original by name, path) among the thumbnails."""
        yield from _named(self.thumbnails)


def _named(folder: Path) -> Iterator[tuple[str, Path]]:
    for prefix in sorted(os.scandir(folder), key=lambda e: e.name) if folder.is_dir() else ():
        if prefix.is_dir():
            for entry in sorted(os.scandir(prefix.path), key=lambda e: e.name):
                if not entry.name.endswith(TEMPORARY_SUFFIX):
                    yield prefix.name + entry.name.split(".")[0], Path(entry.path)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
