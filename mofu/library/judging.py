"""What people say of a word's images, and what the library says of a ranking."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mofu.db import verdicts
from mofu.db.verdicts import VerdictRecord
from mofu.db.words import WordRecord
from mofu.library.opened import OpenLibrary

if TYPE_CHECKING:
    from mofu.workers.auditing import WordAudit
    from mofu.workers.correcting import WordCorrection
    from mofu.workers.explaining import Explanation
    from mofu.workers.verdict_files import ImportReport


class Judging(OpenLibrary):
    """The verdicts of a library: given, read, learned from, audited."""

    def verdict(self, word: str | WordRecord, image: str, judgement: str, *, who: str | None = None) -> VerdictRecord:
        """Store what a person says of an image: accept, reject, unsure, or clear. Builds may run meanwhile.

        Args:
            image: its SHA-256 or first digits, the file name that an export gave it, or the address of a hit.
            who: gives it; None: the user of this machine.

        Raises:
            InvalidInputError: no such judgement, or no such image of this word.
        """
        from mofu.workers.judging import give

        return give(self.workshop, self._word(word), image, judgement, who)

    def verdicts(self, word: str | WordRecord) -> dict[str, VerdictRecord]:
        """The verdict that stands on each judged image of a word: SHA-256 → the newest, unless it was taken back."""
        record = self._word(word)
        with self.database.read() as session:
            return verdicts.standing(session, record.id)

    def correct(self, word: str | WordRecord, **otherwise: Any) -> WordCorrection:
        """A word opened for correction: its order with the verdicts that stand, what moved, what to judge next.

        Args:
            word: its text, or as the library knows it.
            otherwise: settings for ranking that are to differ from those that its current ranking was made by, which
                are kept: `strategy="classic"`, `rounds=3`.

        Raises:
            NothingFoundError: the word is not ranked.
            UnknownNameError: no such strategy.
            InvalidSettingError: no such setting, or the ranking lacks what the strategy needs.
        """
        from mofu.workers.correcting import WordCorrection

        return WordCorrection(self.workshop, self._word(word), otherwise)

    def explain(self, word: str | WordRecord, image: str) -> Explanation:
        """Why an image stands where it stands in a word's ranking.

        Args:
            image: its rank, its SHA-256 or first digits, the file name that an export gave it, or the address of a hit.

        Raises:
            NothingFoundError: the word is not ranked.
            InvalidInputError: no such image of this word.
        """
        from mofu.workers.explaining import explain

        return explain(self.workshop, self._word(word), image)

    def import_verdicts(self, file: str | Path, *, who: str | None = None) -> ImportReport:
        """Store the verdicts of a file (.csv, .tsv, .jsonl), all or none; `who` gave those that name nobody.

        Raises:
            InvalidInputError: a line that is no verdict, named with its file.
        """
        from mofu.workers.verdict_files import import_file

        return import_file(self.workshop, Path(file), who)

    def audit(self, word: str | WordRecord, k: int = 100, seed: int = 0) -> WordAudit:
        """A blind random sample of the first k images of a word's ranking, with what was judged of it so far.

        Raises:
            NothingFoundError: the word is not ranked.
            InvalidInputError: it has fewer than k images.
        """
        from mofu.workers.auditing import audit_word

        return audit_word(self.workshop, self._word(word), k, seed)
