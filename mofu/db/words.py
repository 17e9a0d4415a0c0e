"""Words by (kind, text, language, noun): made once, found by text or slug, with slugs that no file system chokes on."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, select, true, update
from sqlalchemy.orm import Session

from mofu.db import bulk
from mofu.db.models import Hit, Ranking, Word
from mofu.errors import InvalidInputError, NothingFoundError, UnknownNameError

WORD = "word"
BACKGROUND = "background"
_JAPANESE = re.compile(r"[぀-ヿ㐀-鿿ｦ-ﾟ]")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
_UNSAFE = re.compile(r"[^\w]+")
_JOINERS = "\u200c\u200d"
"""Invisible, but part of how words are written, in Persian and in India, and of emoji that are made of several."""


@dataclass(frozen=True, slots=True)
class WordRecord:
    """A word of the library; `noun` is empty where there is none, `wanted` how many images were asked for last."""

    id: int
    kind: str
    text: str
    language: str
    noun: str
    slug: str
    wanted: int | None


@dataclass(frozen=True, slots=True)
class WordSummary:
    """A word with its counts."""

    word: WordRecord
    hits: int
    stored: int
    failed: int
    ranked: int


def clean(text: str) -> str:
    """A word's text in composed form (NFC), without surrounding or doubled white space, or joiners that join nothing.

    Raises:
        InvalidInputError: nothing is left, or more than 200 characters.
    """
    cleaned = " ".join(part.strip(_JOINERS) for part in unicodedata.normalize("NFC", text).split()).strip()
    if not cleaned or not cleaned.translate(dict.fromkeys(map(ord, _JOINERS))).isprintable():
        raise InvalidInputError(f"{text!r} is not a word: expected visible characters")
    if len(cleaned) > 200:
        raise InvalidInputError(f"a word of {len(cleaned)} characters: expected at most 200")
    return cleaned


def guess_language(text: str) -> str:
    """`ja` where there are kana or kanji, `en` otherwise."""
    return "ja" if _JAPANESE.search(text) else "en"


def check_language(language: str) -> str:
    """A language's tag, which becomes part of slugs and of requests."""
    if not _LANGUAGE.fullmatch(language):
        raise InvalidInputError(f"language {language[:40]!r}: expected ISO 639-1, e.g. ja or en")
    return language


def slugify(text: str, noun: str = "") -> str:
    """A name of letters, digits and hyphens, in any script, at most 60 characters."""
    parts = [
        _UNSAFE.sub("-", unicodedata.normalize("NFKC", part).casefold()).strip("-_") for part in (text, noun) if part
    ]
    return "-".join(p for p in parts if p)[:60].strip("-") or "word"


def ensure(session: Session, text: str, language: str | None = None, noun: str = "", kind: str = WORD) -> WordRecord:
    """The word, made where it is new.

    Raises:
        InvalidInputError: the text, the noun or the language is none.
        NothingFoundError: it was deleted; says how to bring it back.
    """
    text, noun = clean(text), clean(noun) if noun else ""
    language = check_language(language) if language else guess_language(text)
    key = {"kind": kind, "text": text, "language": language, "noun": noun}
    wanted = select(Word).filter_by(**key)
    # again where somebody else has taken the slug, or made the word, at this very moment
    while (row := session.scalar(wanted)) is None:
        bulk.add_missing(session, Word, [key | {"slug": _free_slug(session, kind, text, language, noun)}])
    _check_is_there(row)
    return record_of(row)


def _check_is_there(row: Word) -> None:
    if row.deleted_at is not None:
        raise NothingFoundError(
            f"{row.text!r} was deleted on {row.deleted_at:%Y-%m-%d %H:%M} UTC: bring it back with "
            f"`mofu words restore {row.slug}`, or free its name with `mofu words purge {row.slug}`"
        )


def _free_slug(session: Session, kind: str, text: str, language: str, noun: str) -> str:
    base = ("background-" if kind == BACKGROUND else "") + slugify(text, noun)
    candidates = [base, f"{base}-{language}", *(f"{base}-{number}" for number in range(2, 1000))]
    taken = set(session.scalars(select(Word.slug).where(Word.slug.in_(candidates))))
    return next(slug for slug in candidates if slug not in taken)


def look_up(session: Session, text: str, language: str, noun: str) -> WordRecord | None:
    """The word of exactly this text, language and noun; None where there is none yet.

    Raises:
        NothingFoundError: it was deleted; says how to bring it back.
    """
    row = session.scalar(select(Word).filter_by(kind=WORD, text=text, language=language, noun=noun))
    if row is not None:
        _check_is_there(row)
    return record_of(row) if row else None


def find(session: Session, name: str, language: str | None = None, noun: str = "") -> WordRecord:
    """The word of a text (with its language, else the one that the text looks like, and its noun) or of a slug.

    Raises:
        UnknownNameError: lists the library's words, the nearest first.
        NothingFoundError: it was deleted; says how to bring it back.
    """
    text, noun = clean(name), clean(noun) if noun else ""
    is_word = (Word.text == text) & (Word.noun == noun)
    named = is_word | ((Word.slug == text) & (Word.noun == noun if noun else true()))
    query = select(Word).where(Word.kind == WORD, named)
    if language:
        query = query.where(Word.language == language)
    guessed = Word.language == guess_language(text)
    nearest = case((is_word & guessed, 0), (is_word, 1), else_=2)
    row = session.scalars(query.order_by(Word.deleted_at.is_not(None), nearest, Word.id)).first()
    if row is None:
        known = [f"{word.text} {word.noun}" if noun and word.noun else word.text for word in listing(session)]
        raise UnknownNameError("word with noun" if noun else "word", f"{name} {noun}".strip(), known)
    _check_is_there(row)
    return record_of(row)


def by_id(session: Session, word_id: int) -> WordRecord | None:
    """A word by its number; None where there is none, or it is deleted."""
    row = session.get(Word, word_id)
    return record_of(row) if row is not None and row.deleted_at is None else None


def listing(session: Session, kind: str = WORD) -> Sequence[WordRecord]:
    """Every word of a kind, oldest first; without those that were deleted."""
    query = select(Word).filter_by(kind=kind, deleted_at=None).order_by(Word.id)
    return [record_of(row) for row in session.scalars(query)]


def newest(session: Session, before: int | None, limit: int) -> Sequence[WordRecord]:
    """The newest words, newest first, older than the one of a number."""
    query = select(Word).filter_by(kind=WORD, deleted_at=None)
    if before is not None:
        query = query.where(Word.id < before)
    return [record_of(row) for row in session.scalars(query.order_by(Word.id.desc()).limit(limit))]


def are_any(session: Session) -> bool:
    """Whether there is any word, be it deleted or of the background."""
    return session.scalar(select(Word.id).limit(1)) is not None


def count(session: Session) -> int:
    """How many words there are; without those that were deleted."""
    return session.scalar(select(func.count()).select_from(Word).filter_by(kind=WORD, deleted_at=None)) or 0


def summaries(session: Session, of: Sequence[WordRecord] | None = None) -> Sequence[WordSummary]:
    """Some words with their counts, in their order; None: every word, oldest first."""
    shown = listing(session) if of is None else of
    ids = None if of is None else [word.id for word in of]
    hits, ranked = _hit_counts(session, ids), _ranked_counts(session, ids)
    nothing = (0, 0, 0)
    return [WordSummary(word, *hits.get(word.id, nothing), ranked.get(word.id, 0)) for word in shown]


def _hit_counts(session: Session, ids: Sequence[int] | None) -> dict[int, tuple[int, int, int]]:
    """Word → its hits, its stored images, its failures."""
    counted = select(
        Hit.word_id,
        func.count().label("hits"),
        func.count(func.distinct(Hit.image_sha256)).label("stored"),
        func.count().filter(Hit.outcome.is_not(None), Hit.outcome != "stored").label("failed"),
    ).group_by(Hit.word_id)
    if ids is not None:
        counted = counted.where(Hit.word_id.in_(ids))
    return {word_id: (total, stored, failed) for word_id, total, stored, failed in session.execute(counted)}


def _ranked_counts(session: Session, ids: Sequence[int] | None) -> dict[int, int]:
    """Word → the length of its current ranking."""
    newest = select(func.max(Ranking.id)).group_by(Ranking.word_id)
    if ids is not None:
        newest = newest.where(Ranking.word_id.in_(ids))
    counts = select(Ranking.word_id, Ranking.count).where(Ranking.id.in_(newest))
    return {word_id: count for word_id, count in session.execute(counts)}  # noqa: C416 - no pairs to mypy


def set_wanted(session: Session, word_id: int, wanted: int) -> None:
    """Remember how many images of a word were asked for."""
    session.execute(update(Word).where(Word.id == word_id).values(wanted=wanted))


def record_of(row: Word) -> WordRecord:
    """A row as others see it."""
    return WordRecord(row.id, row.kind, row.text, row.language, row.noun, row.slug, row.wanted)
