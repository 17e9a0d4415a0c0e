"""Where a library's immutable files lie, by names such as `originals/ab/cdef….jpg`: what every place of files can do.

A place is the library's own folder, a folder mounted for a team, or a store that fsspec reaches (`files_remote`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

MARKER = "mofu-files.txt"
"""Says that a shared place holds files of mofu, and not that nothing is mounted there."""

MARKER_TEXT = b"Files of a mofu library: images by their SHA-256, and activations. Layout 1.\n"
FOLDERS = ("originals", "thumbnails", "activations")
CACHE = "cache"
"""Of the library's folder: copies of files that lie elsewhere."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that is there: its name, and when it was written, in UTC POSIX seconds."""

    name: str
    modified: float


Moves = Sequence[tuple[str, str]]
"""(waiting local file, the name that it is to have) of each."""


class Files(Protocol):
    """Immutable files by name.

    Attributes:
        root: a local folder on the disk that fills up when files are taken in.
        incoming: where what is not yet checked waits.
        is_shared: whether others may be writing to the same place.
    """

    root: Path
    incoming: Path
    is_shared: bool

    def prepare(self, *, is_new: bool) -> None:
        """Make ready for writing; an empty place is refused for a library that has files (`is_new` false)."""

    def require(self) -> None:
        """Raise LibraryError where the place cannot be reached or holds no files of mofu."""

    def path(self, name: str) -> Path:
        """Where a file can be read on this machine; there may be none."""

    def bring(self, names: Iterable[str]) -> None:
        """Have files at hand that are about to be read, many at once where that is faster."""

    def write(self, name: str, content: bytes) -> None:
        """Store a file; it is durable when this returns."""

    def waiting(self) -> list[Path]:
        """What a killed process left incoming."""

    def sync(self, moves: Moves) -> None:
        """Make waiting files durable."""

    def settle(self, moves: Moves) -> None:
        """Give files that were synced their names; fast, for the event loop."""

    def seal(self, moves: Moves) -> None:
        """Make names durable: when this returns, rows may name them."""

    def put(self, temporary: Path, name: str) -> None:
        """Move one finished local file to its name, durably, in the place of what has it."""

    def remove(self, names: Iterable[str]) -> None:
        """Remove files; those that are not there are passed over."""

    def listing(self, folder: str) -> Iterator[Stored]:
        """The files of `originals`, `thumbnails` or `activations` in the order of their names, page by page."""

    def digests(self, names: Iterable[str]) -> Iterator[str | None]:
        """SHA-256 of what each file holds where it is kept; None where there is none."""

    def contents(self, names: Iterable[str]) -> Iterator[bytes | None]:
        """The bytes of small files where they are kept; None where there is none."""

    def quarantine(self, name: str, folder: Path) -> None:
        """Move a file out of its place into a local folder, if it is there."""


def quarantined(folder: Path, name: str) -> Path:
    """Where a file of this name is set aside."""
    return folder / "-".join(name.split("/")[-2:])


def without_files(place: str) -> str:
    """One line for a place of files that are not there."""
    return (
        f"{place} holds no files of mofu, which this library names: is it the right place, is it mounted? Else copy "
        f"{', '.join(FOLDERS)} of the library's folder there first (setting files.url)"
    )


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def files_in(folder: Path) -> list[Path]:
    """The files of a folder; none where there is none."""
    return [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []
