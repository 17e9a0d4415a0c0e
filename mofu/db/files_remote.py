"""A store that fsspec reaches (`s3://bucket/prefix`) → a place of a library's files, read through a local cache.

An object appears whole or not at all, and is durable once the store has answered: an upload comes before the row.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from mofu.db.durable import disk_errors, fsync_file, make_durable
from mofu.db.files import MARKER, MARKER_TEXT, Moves, Stored, files_in, quarantined, sha256_of, without_files
from mofu.db.files_cache import FileCache
from mofu.db.files_path import BroughtPath
from mofu.errors import LibraryError, MissingPackageError, MofuError

T = TypeVar("T")

AT_ONCE = 16
"""Objects that are brought, sent or looked at side by side."""

PAGE = 1000
"""Objects that a store removes in one request."""


class RemoteFiles:
    """Files in a store.

    Args:
        url: of the store, with the prefix that all names have there.
        options: for fsspec's file system, e.g. `endpoint_url`; never shown.
        root: the library's folder, where what is not yet checked waits.
        cache: of what is read.
    """

    is_shared = True

    def __init__(self, url: str, options: dict[str, Any], root: Path, cache: FileCache) -> None:
        self.root, self.incoming = root, root / "incoming"
        self.place = shown(url)
        self._url, self._options, self._cache = url.rstrip("/"), options, cache
        self._opened: tuple[int, Any, str] | None = None

    def prepare(self, *, is_new: bool) -> None:
        """See `Files`; the store is asked whether it can be written to."""
        with self._errors():
            file_system, prefix = self._store()
            if self._has_marker():
                return
            if not is_new and not self._within("originals"):
                raise LibraryError(without_files(self.place))
            self._written(f"{prefix}/{MARKER}", lambda target: file_system.pipe_file(target, MARKER_TEXT))

    def require(self) -> None:
        """See `Files`."""
        with self._errors():
            if not self._has_marker():
                raise LibraryError(without_files(self.place))

    def _has_marker(self) -> bool:
        file_system, prefix = self._store()
        try:
            file_system.info(f"{prefix}/{MARKER}")
        except FileNotFoundError:
            return False
        return True

    def path(self, name: str) -> Path:
        """See `Files`; the file is brought when the path is opened."""
        return BroughtPath.of(self._cache.path(name), lambda: self._bring(name))

    def bring(self, names: Iterable[str]) -> None:
        """See `Files`."""
        missing = [name for name in names if not self._cache.has(name)]
        if missing:
            list(self._side_by_side(self._bring, missing))

    def _bring(self, name: str) -> None:
        if self._cache.has(name):
            return
        temporary = self._cache.temporary()
        try:
            if self._download(name, temporary):
                fsync_file(temporary)  # a copy that a crash cut short would be read as if it were whole
                self._cache.adopt(temporary, name)
        finally:
            temporary.unlink(missing_ok=True)

    def _download(self, name: str, target: Path) -> bool:
        """Write an object to a file; whether there is one."""
        with self._errors(), disk_errors(target.parent):
            file_system, prefix = self._store()
            try:
                file_system.get_file(f"{prefix}/{name}", str(target))
            except FileNotFoundError:
                return False
        return True

    def write(self, name: str, content: bytes) -> None:
        """See `Files`; a copy stays in the cache."""
        file_system, prefix = self._store()
        with self._errors():
            self._written(f"{prefix}/{name}", lambda target: file_system.pipe_file(target, content))
        temporary = self._cache.temporary()
        try:
            with disk_errors(temporary.parent):
                temporary.write_bytes(content)
                fsync_file(temporary)
            self._cache.adopt(temporary, name)
        finally:
            temporary.unlink(missing_ok=True)

    def waiting(self) -> list[Path]:
        """See `Files`."""
        return files_in(self.incoming)

    def sync(self, moves: Moves) -> None:
        """See `Files`: each is sent under its own name, and its local copy made durable for the cache."""
        with disk_errors(self.root):
            make_durable([Path(source) for source, _ in moves], self.incoming)
        list(self._side_by_side(lambda move: self._send(*move), moves))

    def _send(self, source: str, name: str) -> None:
        file_system, prefix = self._store()
        with self._errors():
            self._written(f"{prefix}/{name}", lambda target: file_system.put_file(source, target))

    def settle(self, moves: Moves) -> None:
        """See `Files`: what was sent becomes the cache's."""
        for source, name in moves:
            self._cache.adopt(Path(source), name)

    def seal(self, moves: Moves) -> None:
        """Nothing: names are durable once they were sent."""

    def put(self, temporary: Path, name: str) -> None:
        """See `Files`."""
        self._send(str(temporary), name)
        self._cache.drop(name)
        temporary.unlink()

    def remove(self, names: Iterable[str]) -> None:
        """See `Files`, many in one request."""
        file_system, prefix = self._store()
        gone = list(names)
        for start in range(0, len(gone), PAGE):
            part = gone[start : start + PAGE]
            with self._errors():
                try:
                    file_system.rm([f"{prefix}/{name}" for name in part])
                except FileNotFoundError:  # some stores remove none where one is not there
                    for name in part:
                        with suppress(FileNotFoundError):
                            file_system.rm_file(f"{prefix}/{name}")
        for name in gone:
            self._cache.drop(name)

    def listing(self, folder: str) -> Iterator[Stored]:
        """See `Files`: a few prefixes of names at a time, so that a sixteenth of the library is held at most."""
        parts = [folder] if folder == "activations" else self._within(folder)
        for start in range(0, len(parts), AT_ONCE):
            for page in self._side_by_side(self._listed, parts[start : start + AT_ONCE]):
                yield from page

    def _listed(self, part: str) -> list[Stored]:
        file_system, prefix = self._store()
        with self._errors():
            found = file_system.find(f"{prefix}/{part}", detail=True)
        cut = len(prefix) + 1
        return [Stored(key[cut:], _modified(about)) for key, about in sorted(found.items())]

    def _within(self, folder: str) -> list[str]:
        """The prefixes of names that there are in a folder, at most 256."""
        file_system, prefix = self._store()
        with self._errors():
            try:
                found = file_system.ls(f"{prefix}/{folder}", detail=False)
            except FileNotFoundError:
                return []
        return sorted(key[len(prefix) + 1 :].rstrip("/") for key in found)

    def digests(self, names: Iterable[str]) -> Iterator[str | None]:
        """See `Files`; the store's own bytes are read, and a copy that holds others is dropped."""
        return self._side_by_side(self._digest, names)

    def _digest(self, name: str) -> str | None:
        temporary = self._cache.temporary()
        try:
            found = sha256_of(temporary) if self._download(name, temporary) else None
        finally:
            temporary.unlink(missing_ok=True)
        copy = self._cache.path(name)
        if copy.is_file() and sha256_of(copy) != found:
            self._cache.drop(name)
        return found

    def contents(self, names: Iterable[str]) -> Iterator[bytes | None]:
        """See `Files`."""
        return self._side_by_side(self._content, names)

    def _content(self, name: str) -> bytes | None:
        file_system, prefix = self._store()
        with self._errors():
            try:
                return bytes(file_system.cat_file(f"{prefix}/{name}"))
            except FileNotFoundError:
                return None

    def quarantine(self, name: str, folder: Path) -> None:
        """See `Files`."""
        folder.mkdir(exist_ok=True)
        target = quarantined(folder, name)
        if self._download(name, target):
            self.remove([name])

    def _side_by_side(self, work: Callable[[Any], T], given: Iterable[Any]) -> Iterator[T]:
        with ThreadPoolExecutor(AT_ONCE, "files") as pool:
            try:
                yield from pool.map(work, given)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _store(self) -> tuple[Any, str]:
        """The file system and the prefix of all names; opened anew in a process that was forked."""
        if self._opened is None or self._opened[0] != os.getpid():
            import fsspec

            try:
                with self._errors():
                    # others write to the same place: what was listed once is not what is there
                    opened = fsspec.url_to_fs(self._url, use_listings_cache=False, **self._options)
            except ImportError as error:
                raise MissingPackageError(f"{self.place}: {error}: pip install 'mofu[s3]' brings S3's") from error
            self._opened = (os.getpid(), opened[0], str(opened[1]).rstrip("/"))
        return self._opened[1], self._opened[2]

    def _written(self, target: str, write: Callable[[str], object]) -> None:
        try:
            write(target)
        except FileNotFoundError as error:
            raise LibraryError(f"{self.place} is not there: make the bucket first (setting files.url)") from error

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Turn the faults of any store into one clear line."""
        try:
            yield
        except (MofuError, ImportError):
            raise
        except Exception as error:  # each store raises what its own library has
            if isinstance(error, PermissionError) or "Credentials" in type(error).__name__:
                told = f"refuses ({_line(error)}): check the credentials, in the environment or in files.options"
            else:
                told = f"does not answer ({_line(error)}): what is stored stays, the same command goes on"
            raise LibraryError(f"{self.place} {told}") from error


def shown(url: str) -> str:
    """An address without what may be a password."""
    host = urlsplit(url).netloc
    return url.replace(f"{host.rpartition('@')[0]}@", "", 1) if "@" in host else url


def folder_of(url: str) -> str:
    """A folder's name for the copies of one store: others have the same names for other bytes."""
    return hashlib.sha256(url.rstrip("/").encode()).hexdigest()[:16]


def _line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0][:200] or type(error).__name__


def _modified(about: dict[str, Any]) -> float:
    """When an object was written, as the store says it; one that does not say is new."""
    moment = about.get("LastModified") or about.get("last_modified") or about.get("created") or about.get("mtime")
    return moment if isinstance(moment, float) else moment.timestamp() if moment is not None else float("inf")
