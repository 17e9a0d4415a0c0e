"""Words deleted, restored, purged, and what hangs on them: deleting hides a word, purging takes what only it has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, inspect, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from mofu.db.base import Base, now
from mofu.db.hits import ImageRecord
from mofu.db.models import Activation, Hit, Image, Ranking, Verdict, Word
from mofu.db.quarantine_tables import Quarantined
from mofu.db.words import WORD, WordRecord, record_of
from mofu.errors import UnknownNameError

SOME = 500


@dataclass(frozen=True, slots=True)
class DeletedWord:
    """A word that can be restored, and since when it is deleted."""

    word: WordRecord
    deleted_at: datetime


@dataclass(frozen=True, slots=True)
class Belongings:
    """What hangs on a word: purging takes all of it.

    Attributes:
        images: distinct stored images of its hits.
        own_images: those of them that no other word and no background has; `own_bytes` is what their originals take.
    """

    hits: int
    images: int
    own_images: int
    own_bytes: int
    rankings: int
    verdicts: int


def delete_word(session: Session, word_id: int) -> None:
    """Hide a word and everything of it; nothing is lost."""
    session.execute(update(Word).where(Word.id == word_id).values(deleted_at=now()))


def restore_word(session: Session, word_id: int) -> None:
    """Show a word again."""
    session.execute(update(Word).where(Word.id == word_id).values(deleted_at=None))


def deleted_words(session: Session) -> list[DeletedWord]:
    """The words that can be restored, the last deleted first."""
    query = (
        select(Word)
        .where(Word.kind == WORD, Word.deleted_at.is_not(None))
        .order_by(Word.deleted_at.desc(), Word.id.desc())
    )
    return [DeletedWord(record_of(row), row.deleted_at) for row in session.scalars(query) if row.deleted_at]


def find_deleted(session: Session, name: str) -> DeletedWord:
    """A deleted word by its slug or its text.

    Raises:
        UnknownNameError: lists those there are, the nearest first.
    """
    there = deleted_words(session)
    for deleted in there:
        if name in (deleted.word.slug, deleted.word.text):
            return deleted
    raise UnknownNameError("deleted word", name, [deleted.word.slug for deleted in there])


def belongings(session: Session, word_id: int) -> Belongings:
    """Count what hangs on a word."""
    of_word = _images_of(session, word_id)
    own = _only_of(session, word_id, of_word)
    return Belongings(
        hits=_count(session, Hit.word_id, word_id),
        images=len(of_word),
        own_images=len(own),
        own_bytes=sum(_sizes(session, own)),
        rankings=_count(session, Ranking.word_id, word_id),
        verdicts=_count(session, Verdict.word_id, word_id),
    )


def purge_word(session: Session, word_id: int) -> list[ImageRecord]:
    """Drop a word with everything that only it has; the images whose files nothing names any more.

    Their files are for the caller to remove once this is committed: until then a crash leaves files without rows.
    """
    candidates = _images_of(session, word_id)
    session.execute(delete(Word).where(Word.id == word_id))
    free = _unnamed(session, candidates)
    freed: list[ImageRecord] = []
    columns = (Image.sha256, Image.format, Image.width, Image.height, Image.bytes, Image.perceptual_hash)
    for some in _portions(free):
        freed += [ImageRecord(*row) for row in session.execute(select(*columns).where(Image.sha256.in_(some)))]
        session.execute(delete(Activation).where(Activation.image_sha256.in_(some)))
        session.execute(delete(Image).where(Image.sha256.in_(some)))
    return freed


def _images_of(session: Session, word_id: int) -> list[str]:
    query = select(Hit.image_sha256).where(Hit.word_id == word_id, Hit.image_sha256.is_not(None)).distinct()
    return sorted(name for name in session.scalars(query) if name)


def _only_of(session: Session, word_id: int, names: list[str]) -> list[str]:
    """Those of a word's images that no other word's hits and no background hold."""
    shared: set[str] = set()
    for some in _portions(names):
        of_others = select(Hit.image_sha256).where(Hit.image_sha256.in_(some), Hit.word_id != word_id)
        shared |= {name for name in session.scalars(of_others) if name}
    return [name for name in names if name not in shared]


def _unnamed(session: Session, names: list[str]) -> list[str]:
    """Those that no row of any table names, but for their own activations, and what is said of them as such."""
    named: set[str] = set()
    for mapper in Base.registry.mappers:
        if mapper.class_ in (Activation, Quarantined):
            continue
        for key in inspect(mapper.local_table).foreign_keys:
            if key.column is Image.__table__.c.sha256:
                for some in _portions(names):
                    named |= set(session.scalars(select(key.parent).where(key.parent.in_(some)).distinct()))
    return [name for name in names if name not in named]


def _sizes(session: Session, names: list[str]) -> list[int]:
    queries = [select(Image.bytes).where(Image.sha256.in_(some)) for some in _portions(names)]
    return [size for query in queries for size in session.scalars(query)]


def _portions(names: list[str]) -> list[list[str]]:
    return [names[start : start + SOME] for start in range(0, len(names), SOME)]


def _count(session: Session, column: InstrumentedAttribute[int], word_id: int) -> int:
    return session.scalar(select(func.count()).where(column == word_id)) or 0
