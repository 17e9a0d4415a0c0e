"""Words put away and taken back, and, when their names are said, gone for good."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from mofu.db import audit_log, deletion, purging, quarantine
from mofu.db.deletion import Belongings, DeletedWord
from mofu.db.quarantine import QuarantineRecord
from mofu.db.words import WordRecord
from mofu.errors import UsageError
from mofu.library.opened import OpenLibrary
from mofu.workers.people import command_line


class Keeping(OpenLibrary):
    """What becomes of the words of a library."""

    def delete(self, word: str | WordRecord, *, who: str | None = None) -> DeletedWord:
        """Put a word away with everything of it; `restore` brings it back.

        Args:
            who: does it, for the log of the library; None: the user of this machine.
        """
        record = self._word(word)
        with self.database.write() as session:
            deletion.delete_word(session, record.id)
            audit_log.note(session, who or command_line(), "word.deleted", record.slug)
            return deletion.find_deleted(session, record.slug)

    def restore(self, word: str, *, who: str | None = None) -> WordRecord:
        """Bring a deleted word back, as it was.

        Args:
            who: does it; None: the user of this machine.

        Raises:
            UnknownNameError: no deleted word of this slug or text; lists those there are.
        """
        with self.database.write() as session:
            found = deletion.find_deleted(session, word)
            deletion.restore_word(session, found.word.id)
            audit_log.note(session, who or command_line(), "word.restored", found.word.slug)
        return found.word

    def deleted(self) -> list[DeletedWord]:
        """The words that can be restored, the last deleted first."""
        with self.database.read() as session:
            return deletion.deleted_words(session)

    def belongings(self, word: str | WordRecord) -> Belongings:
        """What hangs on a word, deleted or not: what purging it would take."""
        with self.database.read() as session:
            record = word if isinstance(word, WordRecord) else deletion.find_deleted(session, word).word
            return deletion.belongings(session, record.id)

    def purge(self, word: str, *, confirm: str, who: str | None = None) -> Belongings:
        """Drop a deleted word for good, with its hits, rankings, verdicts, regions, styles, exports, and own images.

        Of its own images no copy stays in the library: activations and what was made of them by style go, too. Where
        this is killed, whoever writes to the library next finishes it.

        Args:
            word: its slug or text; it must have been deleted before.
            confirm: its text, said again.
            who: does it; None: the user of this machine.

        Raises:
            UnknownNameError: no such deleted word.
            UsageError: `confirm` is another text.
            LibraryBusyError: a build is writing to the library.
        """
        from mofu.workers.purging import finish, remove_exports

        with self.writing() as workshop:
            with self.database.read() as session:
                record = deletion.find_deleted(session, word).word
            if confirm != record.text:
                raise UsageError(f"{confirm!r} is not {record.text!r}: nothing was purged; say the word itself")
            remove_exports(workshop, record)
            with self.database.write() as session:
                deletion.find_deleted(session, record.slug)  # somebody may have restored it since
                taken = deletion.belongings(session, record.id)
                purging.drop_rows(session, record)
                audit_log.note(session, who or command_line(), "word.purged", record.slug, **asdict(taken))
            finish(workshop)
        return taken

    def quarantined(self) -> list[QuarantineRecord]:
        """The images that are left out of a stage because processes died of them, the last seen first."""
        with self.database.read() as session:
            return quarantine.listing(session)

    def lift_quarantine(self, images: Iterable[str], *, who: str | None = None) -> None:
        """Let images (SHA-256) back into every stage.

        Args:
            who: does it; None: the user of this machine.
        """
        with self.database.write() as session:
            for name in images:
                if quarantine.lift(session, name):
                    audit_log.note(session, who or command_line(), "quarantine.lifted", name)
