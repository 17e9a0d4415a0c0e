"""What people say of a word's images → verdicts: images found by what names them, judgements checked, rows appended.

Verdicts need the database for one short transaction and not the library's writing place: people judge while builds run.
"""

from __future__ import annotations

import dataclasses
import getpass
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mofu.db import hits, images, rankings, verdicts, words
from mofu.db.base import now
from mofu.db.rankings import RankingRecord
from mofu.db.verdicts import JUDGEMENTS, VerdictRecord
from mofu.db.words import WordRecord
from mofu.errors import InvalidInputError
from mofu.workers.workshop import Workshop

SHORTEST = 6
"""Digits of a SHA-256 that may stand for it: a shorter number is a rank."""
LONGEST_NAME = 100

_EXPORTED = re.compile(r"\d+_([0-9a-f]{8})(\.\w+)?")
_NAMES = f"a SHA-256 (at least {SHORTEST} digits), the file name that an export gave it, or the address of a hit"


@dataclass(frozen=True, slots=True)
class WordImages:
    """A word's images, to be found by what people call them.

    Attributes:
        names: SHA-256 of each, in the order of search.
        ranks: SHA-256 → rank in the current ranking; without near-duplicates, empty without a ranking.
    """

    workshop: Workshop
    word: WordRecord
    names: tuple[str, ...]
    ranks: dict[str, int]
    ranking: RankingRecord | None

    @classmethod
    def of(cls, workshop: Workshop, word: WordRecord) -> WordImages:
        """Look up what the word has."""
        with workshop.database.read() as session:
            names = tuple(record.sha256 for record in images.of_word(session, word.id))
            ranking = rankings.current(session, word.id)
            ranked = rankings.images(session, ranking.id) if ranking else []
        ranks = {record.image_sha256: record.rank for record in ranked if record.rank is not None}
        return cls(workshop, word, names, ranks, ranking)

    def find(self, text: str, *, by_rank: bool = False) -> str:
        """The SHA-256 of the image that a text names.

        Args:
            by_rank: whether a short number is a rank of the current ranking.

        Raises:
            InvalidInputError: it names none of this word's images, or several.
        """
        if by_rank and text.isdecimal() and len(text) < SHORTEST:
            return self._at_rank(int(text))
        exported = _EXPORTED.fullmatch(text.rpartition("/")[2])
        digits = (exported.group(1) if exported else text).lower()
        if len(digits) >= SHORTEST and not set(digits) - set("0123456789abcdef"):
            return self._own(self._beginning(digits), text, by_rank)
        with self.workshop.database.read() as session:
            stored = hits.stored_images(session, [text]).get(text)
        return self._own([stored] if stored else [], text, by_rank)

    def _at_rank(self, rank: int) -> str:
        for name, place in self.ranks.items():
            if place == rank:
                return name
        if not self.ranks:
            raise InvalidInputError(f"rank {rank}: {self.word.text!r} is not ranked yet: run `mofu rank` first")
        raise InvalidInputError(f"rank {rank}: expected 1 to {len(self.ranks)}, the ranks of {self.word.text!r}")

    def _beginning(self, digits: str) -> list[str]:
        """Names that begin so: the word's own or, where it has none, others'."""
        own = [name for name in self.names if name.startswith(digits)]
        if own:
            return own
        with self.workshop.database.read() as session:
            others = [*images.by_name(session, [digits])] or [r.sha256 for r in images.after(session, digits, 1)]
        return [name for name in others if name.startswith(digits)]

    def _own(self, found: Sequence[str], text: str, by_rank: bool) -> str:
        if not found:
            ranks = f"a rank from 1 to {len(self.ranks)}, " if by_rank else ""
            raise InvalidInputError(f"no image {text!r} of {self.word.text!r}: expected {ranks}{_NAMES}")
        if len(found) > 1:
            raise InvalidInputError(f"{len(found)} images of {self.word.text!r} begin with {text!r}: give more digits")
        if found[0] not in self.names:
            raise InvalidInputError(
                f"image {text!r} is no image of {self.word.text!r}{self._whose(found[0])}: expected one of its "
                f"{len(self.names)} images"
            )
        return found[0]

    def _whose(self, name: str) -> str:
        with self.workshop.database.read() as session:
            texts = {word.id: word.text for word in words.listing(session)}
            found = hits.provenance(session, [name]).get(name, [])
        own = sorted({texts[hit.word_id] for hit in found if hit.word_id in texts})
        return f" but of {', '.join(map(repr, own[:3]))}" if own else ""


def give(workshop: Workshop, word: WordRecord, image: str, judgement: str, who: str | None = None) -> VerdictRecord:
    """Store one verdict, given now; when this returns it cannot be lost.

    Args:
        image: a SHA-256 or its first digits, the file name of an export, the address of a hit.
        judgement: accept, reject, unsure or clear.
        who: gives it; None: the user of this machine.

    Raises:
        InvalidInputError: no such judgement, or no such image of the word.
    """
    own = WordImages.of(workshop, word)
    given = VerdictRecord(
        word.id, own.find(image), check_judgement(judgement), check_who(who or this_user()), now(),
        ranking_id=own.ranking.id if own.ranking else None,
    )  # fmt: skip
    with workshop.database.write() as session:
        before = verdicts.last_given_at(session, word.id, given.image_sha256)
        given = dataclasses.replace(given, given_at=_after(before, given.given_at))
        verdicts.append(session, [given])
    return given


def _after(before: datetime | None, at: datetime) -> datetime:
    """A time later than the last verdict's: what is said now follows it, though a clock was set back."""
    return at if before is None or at > before else before + timedelta(microseconds=1)


def this_user() -> str:
    """The name of whoever runs this process."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a number without a name, as containers have them
        return "unknown"


def check_judgement(judgement: str) -> str:
    """Raises InvalidInputError for what is no judgement."""
    if judgement not in JUDGEMENTS:
        raise InvalidInputError(f"judgement {judgement[:40]!r}: expected {', '.join(JUDGEMENTS)}")
    return judgement


def check_who(who: str) -> str:
    """A person's name without surrounding or doubled white space; raises InvalidInputError for what is none."""
    name = " ".join(who.split())
    if not name or not name.isprintable() or len(name) > LONGEST_NAME:
        raise InvalidInputError(f"who {who[:40]!r}: expected a name of 1 to {LONGEST_NAME} visible characters")
    return name
