"""A folder or a ZIP of the user's images: sub-folders are words, a metadata.jsonl beside them says whose they are."""

from __future__ import annotations

import os
import posixpath
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import IO, BinaryIO, cast
from urllib.parse import quote, unquote, unquote_to_bytes, urlsplit

from mofu.crawler.hits import Hit, HitFailure, Outcome, Query, SearchPage
from mofu.crawler.sources.answers import address, text
from mofu.crawler.sources.base import Limits, Service, Source, register
from mofu.crawler.sources.tables import Record, hit_of, metadata
from mofu.errors import InvalidInputError

PAGE_SIZE = 1_000
METADATA = "metadata.jsonl"
# A ZIP's members can be damaged, encrypted (RuntimeError) or packed in a way that is not known (NotImplementedError).
_UNREADABLE = (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error)
# Of every other way zipfile unpacks a piece whole: 2 kB of bzip2 become 3 GB of memory, whatever cap is read under.
_BOUNDED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
SUFFIXES = (".jpg", ".jpeg", ".jfif", ".png", ".webp", ".gif", ".avif", ".bmp", ".tif", ".tiff")


@register("folder")
class Folder(Source):
    """Gives the images of `sources.folder.path` in natural order: those of the sub-folder named like the query, or all.

    A hit's address is `file:///folder/name.jpg` or `file:///archive.zip#name.jpg`. Where metadata.jsonl gives the
    address that an image came from, that is the hit's `url`, and the file is its `fetch_url`; either can be opened.
    """

    own_url = ""
    local = True

    @property
    def limits(self) -> Limits:
        """None: the listing is given in pages."""
        return Limits(page_size=PAGE_SIZE)

    def check(self) -> None:
        """Raise InvalidInputError where there is no such folder or ZIP, or no image in it."""
        if not self._names:
            expected = f"{', '.join(SUFFIXES)} files, or sub-folders of them named by words"
            raise InvalidInputError(f"no images in {self._root}: expected {expected}")

    def words(self) -> tuple[str, ...]:
        """The names of the sub-folders, which are words unless a metadata.jsonl says what the images are."""
        if METADATA in self._described_by:
            return ()
        return tuple(dict.fromkeys(_word(name) for name in self._names if "/" in name))

    async def search(self, query: Query, cursor: str | None, service: Service) -> SearchPage:
        """At most 1,000 hits; the cursor is an offset."""
        del service
        self.check()
        wanted = unicodedata.normalize("NFC", query.text)
        names = self._names
        if wanted in self.words():
            names = tuple(name for name in names if "/" in name and _word(name) == wanted)
        start = int(cursor or 0)
        onward = start + PAGE_SIZE
        hits = tuple(map(self._hit, names[start:onward]))
        return SearchPage(hits, str(onward) if onward < len(names) else None, len(names))

    def open(self, url: str) -> BinaryIO:
        """Open the file of a hit for reading, by its `url` or its `fetch_url`.

        Raises:
            HitFailure: the address leads out of the folder, or the file cannot be read.
        """
        try:
            parts = urlsplit(self._files_by_origin.get(url, url))
            if parts.scheme != "file" or parts.netloc:
                raise HitFailure(Outcome.FORBIDDEN_ADDRESS, f"not a file of {self._root}")
            path = Path(os.fsdecode(unquote_to_bytes(parts.path)))
            stream = self._open_member(path, unquote(parts.fragment)) if self._archive else self._open_file(path)
        except _UNREADABLE as error:
            raise HitFailure(Outcome.UNDECODABLE, f"cannot be read: {error}") from error
        return cast(BinaryIO, stream)

    @cached_property
    def _root(self) -> Path:
        if not self.settings.path:
            raise InvalidInputError("folder: none is named: set sources.folder.path to a folder or a ZIP of images")
        root = Path(self.settings.path).expanduser().resolve()
        if not root.exists():
            raise InvalidInputError(f"{root}: no such folder or ZIP: set sources.folder.path to one with images")
        return root

    @cached_property
    def _archive(self) -> zipfile.ZipFile | None:
        if self._root.is_dir():
            return None
        try:
            return zipfile.ZipFile(self._root)
        except (OSError, zipfile.BadZipFile) as error:
            raise InvalidInputError(f"{self._root}: expected a folder or a ZIP of images: {error}") from error

    @cached_property
    def _all_names(self) -> tuple[str, ...]:
        names = self._archive.namelist() if self._archive else _walk(self._root)
        return tuple(name for name in names if not any(part.startswith((".", "__MACOSX")) for part in _parts(name)))

    @cached_property
    def _names(self) -> tuple[str, ...]:
        images = {name for name in self._all_names if name.lower().endswith(SUFFIXES)}
        return tuple(sorted(images, key=lambda name: (_natural(name), name)))

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self._names)

    @cached_property
    def _described_by(self) -> dict[str, dict[str, Record]]:
        """Each metadata.jsonl with its records by the name of the image; those of no image may be any number."""
        files = (name for name in self._all_names if posixpath.basename(name) == METADATA)
        return {file: {name: of for name, of in self._records(file) if name in self._known} for file in files}

    @cached_property
    def _descriptions(self) -> dict[str, Record]:
        return {name: record for records in self._described_by.values() for name, record in records.items()}

    @cached_property
    def _files_by_origin(self) -> dict[str, str]:
        hits = (self._hit(name) for name in reversed(self._names) if name in self._descriptions)
        return {hit.url: hit.fetch_url for hit in hits if hit.fetch_url is not None}

    def _records(self, name: str) -> Iterator[tuple[str, Record]]:
        try:
            with self._unpacked(name) if self._archive else self._open_file(self._root / name) as stream:
                for record in metadata(stream, f"{self._root}/{name}"):
                    file_name = record.get("file_name")
                    if isinstance(file_name, str):
                        yield posixpath.normpath(posixpath.join(posixpath.dirname(name), file_name)), record
        except (*_UNREADABLE, HitFailure) as error:
            raise InvalidInputError(f"{self._root}/{name}: cannot be read: {error}") from error

    def _hit(self, name: str) -> Hit:
        file = f"{self._root.as_uri()}#{quote(name)}" if self._archive else (self._root / name).as_uri()
        record = self._descriptions.get(name, {})
        came_from = address(record.get("url"))
        described = {"title": text(posixpath.basename(name)), **record}
        return hit_of(described, came_from or file, file if came_from else None)

    def _open_file(self, path: Path) -> IO[bytes]:
        real = path.resolve(strict=True)
        if not real.is_relative_to(self._root):
            raise HitFailure(Outcome.FORBIDDEN_ADDRESS, f"leads out of {self._root}")
        if not real.is_file():  # a named pipe would wait for ever
            raise HitFailure(Outcome.NOT_AN_IMAGE, "not a regular file")
        return real.open("rb")

    def _open_member(self, path: Path, name: str) -> IO[bytes]:
        outside = name.startswith(("/", "\\")) or ".." in _parts(name) or name not in self._known
        if path != self._root or outside:
            raise HitFailure(Outcome.FORBIDDEN_ADDRESS, f"not a member within {self._root}")
        return self._unpacked(name)

    def _unpacked(self, name: str) -> IO[bytes]:
        """A member of the archive, which reads no more into memory than is asked for."""
        archive = cast(zipfile.ZipFile, self._archive)
        if archive.getinfo(name).compress_type not in _BOUNDED:
            raise HitFailure(Outcome.UNDECODABLE, f"{name[:100]}: expected a member that is stored or deflated")
        return archive.open(name)


def _walk(root: Path) -> Iterator[str]:
    for folder, _, files in os.walk(root):
        yield from ((Path(folder) / file).relative_to(root).as_posix() for file in files)


def _parts(name: str) -> list[str]:
    return re.split(r"[/\\]", name)


def _word(name: str) -> str:
    """The first sub-folder's name, composed: some systems store は゜ as two characters where a person types one, ぱ."""
    return unicodedata.normalize("NFC", name.split("/", 1)[0])


def _natural(name: str) -> list[str | int]:
    """A key that sorts 2.jpg before 10.jpg: text and numbers in turn."""
    pieces = re.split("([0-9]{1,18})", name.casefold())
    return [int(piece) if index % 2 else piece for index, piece in enumerate(pieces)]
