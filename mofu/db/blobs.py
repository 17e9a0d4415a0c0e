"""Bytes under the name of their SHA-256: originals (`ab/cdef….jpg`) and thumbnails, written once, never changed.

Beside them, the shards of activations, which are named by their content, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mofu.db.durable import TEMPORARY_SUFFIX
from mofu.db.files import Files
from mofu.db.files_in_folder import FolderFiles

EXTENSIONS = {
    "jpeg": "jpg", "png": "png", "webp": "webp", "gif": "gif", "avif": "avif", "bmp": "bmp", "tiff": "tiff",
}  # fmt: skip


def original_name(sha256: str, image_format: str) -> str:
    """The name of an image's original bytes among the files."""
    return f"originals/{sha256[:2]}/{sha256[2:]}.{EXTENSIONS[image_format]}"


def thumbnail_name(sha256: str) -> str:
    """The name of an image's thumbnail among the files."""
    return f"thumbnails/{sha256[:2]}/{sha256[2:]}.jpg"


def shard_name(shard: str) -> str:
    """The name of a shard of activations among the files."""
    return f"activations/{shard}"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A checked body that waits in the incoming folder: its hash, its format, where body and thumbnail lie."""

    sha256: str
    format: str
    body: Path
    thumbnail: Path


class BlobStore:
    """The files of a library: `originals/`, `thumbnails/`, `activations/`, and what is not yet checked, incoming.

    Args:
        root: the library's folder.
        files: where the files lie, if not there.
    """

    def __init__(self, root: Path, files: Files | None = None) -> None:
        self.files = files or FolderFiles(root)
        self.root, self.incoming = self.files.root, self.files.incoming

    def make_folders(self, *, is_new: bool = True) -> None:
        """Make ready for writing; raises LibraryError where a library that is not new finds an empty shared place."""
        self.files.prepare(is_new=is_new)
        self.incoming.mkdir(parents=True, exist_ok=True)

    def original(self, sha256: str, image_format: str) -> Path:
        """Where the original bytes of an image can be read."""
        return self.files.path(original_name(sha256, image_format))

    def thumbnail(self, sha256: str) -> Path:
        """Where the thumbnail (JPEG) of an image can be read, under the hash of its original."""
        return self.files.path(thumbnail_name(sha256))

    def shard(self, name: str) -> Path:
        """Where a shard of activations can be read."""
        return self.files.path(shard_name(name))

    def keep_shard(self, name: str, content: bytes) -> None:
        """Store a shard durably; raises DiskFullError, then nothing half-written stays."""
        self.files.write(shard_name(name), content)

    def bring_originals(self, images: Iterable[tuple[str, str]]) -> list[Path]:
        """Where the originals of (SHA-256, format) can be read; from afar, many are brought at once."""
        names = [original_name(sha256, image_format) for sha256, image_format in images]
        self.files.bring(names)
        return [self.files.path(name) for name in names]

    def bring_thumbnails(self, images: Iterable[str]) -> list[Path]:
        """Where the thumbnails of images can be read; from afar, many are brought at once."""
        names = [thumbnail_name(sha256) for sha256 in images]
        self.files.bring(names)
        return [self.files.path(name) for name in names]

    def bring_shards(self, shards: Iterable[str]) -> None:
        """Have shards at hand that are about to be read."""
        self.files.bring([shard_name(shard) for shard in shards])

    def sync_incoming(self, arrivals: Sequence[Arrival]) -> None:
        """Wait until a batch of bodies and thumbnails is durable, under the names it arrived with or its own.

        Raises:
            DiskFullError: no room; the incoming files stay incoming, where the next start collects them.
            LibraryError: the files' place does not answer.
        """
        self.files.sync(_moves(arrivals))

    def move_in(self, arrivals: Sequence[Arrival]) -> None:
        """Give files that were synced their names; one that is there already gives way to the same bytes."""
        self.files.settle(_moves(arrivals))

    def sync_stored(self, arrivals: Sequence[Arrival]) -> None:
        """Wait until a batch's names are durable: when this returns, rows may name them."""
        self.files.seal(_moves(arrivals))

    def put_thumbnail(self, sha256: str, temporary: Path) -> None:
        """Move a thumbnail that was made again to its name, durably."""
        self.files.put(temporary, thumbnail_name(sha256))

    def remove_images(self, images: Iterable[tuple[str, str]]) -> None:
        """Remove originals and thumbnails of (SHA-256, format)."""
        self.files.remove(
            name for sha256, kind in images for name in (original_name(sha256, kind), thumbnail_name(sha256))
        )

    def remove_shards(self, shards: Iterable[str]) -> None:
        """Remove shards that no row names any more."""
        self.files.remove([shard_name(shard) for shard in shards])

    def clear_incoming(self) -> int:
        """Remove what a killed process left unchecked; the number of files removed."""
        left = self.files.waiting()
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def all_originals(self) -> Iterator[tuple[str, Path]]:
        """Every (SHA-256 by name, path) among the originals; temporary files are passed over."""
        for stored in self.files.listing("originals"):
            if not stored.name.endswith(TEMPORARY_SUFFIX):
                yield sha256_in(stored.name), self.files.path(stored.name)


def sha256_in(name: str) -> str:
    """The SHA-256 that the name of an original or a thumbnail says."""
    return "".join(name.split("/")[1:]).split(".")[0]


def _moves(arrivals: Sequence[Arrival]) -> list[tuple[str, str]]:
    originals = [(str(a.body), original_name(a.sha256, a.format)) for a in arrivals]
    return originals + [(str(a.thumbnail), thumbnail_name(a.sha256)) for a in arrivals]
