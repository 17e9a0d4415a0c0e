"""A library's folder, database, files and settings, opened: what every group of its methods stands on."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from mofu.db import hits, images, jobs, purging, words
from mofu.db.blobs import BlobStore
from mofu.db.engine import Database
from mofu.db.files_place import files_of
from mofu.db.words import WordRecord, WordSummary
from mofu.errors import LibraryBusyError
from mofu.progress import Progress, Silent
from mofu.settings import Settings, load_settings
from mofu.workers.place import check_is_free, check_place, exists, writing_place
from mofu.workers.workshop import DATABASE_FILE, Workshop

if TYPE_CHECKING:
    from mofu.workers.check import CheckReport
    from mofu.workers.copying import CopyReport

DEFAULT = "mofu-library"


class OpenLibrary:
    """An open library: who writes to it, and what is in it."""

    def __init__(self, root: Path, settings: Settings, progress: Progress | None = None) -> None:
        self.root = root
        self.settings = settings
        self.progress = progress or Silent()
        self.working_for: int | None = None
        self.blobs = BlobStore(root, files_of(settings.files, root))
        self.database = Database.open(settings.database.url or f"sqlite:///{root / DATABASE_FILE}", root)
        self._writing = threading.RLock()
        self._depth = 0

    @classmethod
    def open(
        cls,
        location: str | Path = DEFAULT,
        *,
        create: bool = True,
        flags: Iterable[str] = (),
        progress: Progress | None = None,
        **settings: Mapping[str, Any],
    ) -> Self:
        """Open the library at a folder, made where it is new.

        Args:
            location: the folder.
            create: whether a new library may be made.
            flags: settings as `section.name=value`, the strongest.
            progress: who watches long work.
            settings: settings by section, e.g. `crawler={"per_host": 2}`.

        Raises:
            LibraryError: there is none and none may be made, or the folder holds something else.
            LibraryVersionError: it was written by a newer mofu.
            InvalidSettingError: a setting is unknown or out of range.
        """
        root = Path(location).expanduser()
        resolved = load_settings(root, flags, settings)
        check_place(root, create, bool(resolved.database.url))
        return cls(root, resolved, progress)

    @classmethod
    @contextmanager
    def preview(cls, location: str | Path = DEFAULT, *, flags: Iterable[str] = ()) -> Iterator[Self]:
        """The library at a folder, to look ahead; where there is none yet, an empty one that leaves nothing behind."""
        root = Path(location).expanduser()
        resolved = load_settings(root, flags)
        if exists(root, bool(resolved.database.url)):
            with cls(root, resolved) as library:
                yield library
            return
        check_is_free(root)
        with tempfile.TemporaryDirectory(prefix="mofu-") as folder, cls(Path(folder), resolved) as library:
            yield library

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<mofu library {str(self.root)!r}: {len(self.words())} words>"

    def close(self) -> None:
        """Give back every connection."""
        self.database.close()

    @property
    def workshop(self) -> Workshop:
        """The library as the stages see it."""
        return Workshop(self.root, self.settings, self.database, self.blobs, self.progress, self.working_for)

    @contextmanager
    def writing(self) -> Iterator[Workshop]:
        """The library's one writing place; what a killed process left half-done is collected on the way in.

        Raises:
            LibraryBusyError: another process, or another thread of this one, has it.
        """
        if not self._writing.acquire(blocking=False):
            raise LibraryBusyError(f"another thread is writing to the library at {self.root}: wait for it")
        self._depth += 1
        try:
            if self._depth > 1:
                yield self.workshop
                return
            with writing_place(self.root):
                self.blobs.make_folders(is_new=not self._has_images())
                self.blobs.clear_incoming()
                with self.database.write() as session:
                    jobs.mark_interrupted(session)
                    are_finished = purging.are_finished(session)
                if not are_finished:
                    self._finish_purges()
                yield self.workshop
        finally:
            self._depth -= 1
            self._writing.release()

    def words(self) -> list[WordRecord]:
        """Every word of the library, oldest first."""
        with self.database.read() as session:
            return list(words.listing(session))

    def summaries(self) -> list[WordSummary]:
        """Every word with its counts of hits, stored, failed and ranked images."""
        with self.database.read() as session:
            return list(words.summaries(session))

    def word(self, name: str, language: str | None = None, noun: str = "") -> WordRecord:
        """A word of the library by its text or slug.

        Raises:
            UnknownNameError: lists the words there are, the nearest first.
        """
        with self.database.read() as session:
            return words.find(session, name, language, noun)

    def outcomes(self, word: str | WordRecord) -> dict[str, int]:
        """How many hits of a word ended how; those not fetched yet are `pending`."""
        record = self._word(word)
        with self.database.read() as session:
            return hits.outcome_counts(session, record.id)

    def check(self, *, repair: bool = False) -> CheckReport:
        """Hold files against names, rows against files, stores against rows; `repair` quarantines what is damaged."""
        from mofu.workers.check import check

        if not repair:
            return check(self.workshop, repair=False)
        with self.writing() as workshop:
            return check(workshop, repair=True)

    def copy_to(self, other: OpenLibrary, *, files: bool = True) -> CopyReport:
        """Copy everything to another library that is empty, on whatever database; the same call goes on.

        Args:
            other: open, and empty or a whole copy.
            files: whether files are copied, too.

        Raises:
            LibraryBusyError: somebody builds in one of them.
            LibraryError: the other holds something else.
            DamagedError: what arrived is not what was sent; no row was kept.
        """
        from mofu.workers.copying import copy_library

        return copy_library(self.workshop, other.workshop, files=files)

    def _ensure(self, word: str, language: str | None, noun: str) -> WordRecord:
        with self.database.write() as session:
            return words.ensure(session, word, language, noun)

    def _finish_purges(self) -> None:
        from mofu.workers.purging import finish

        finish(self.workshop)

    def _has_images(self) -> bool:
        with self.database.read() as session:
            return images.are_any(session)

    def _word(self, word: str | WordRecord) -> WordRecord:
        return word if isinstance(word, WordRecord) else self.word(word)
