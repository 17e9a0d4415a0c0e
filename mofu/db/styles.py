"""Styles: the packs of words, the newest of a word its current one, pictures that were given, and what was made.

Packs and results of a deleted word are passed over until it is restored.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from mofu.db.models import Word
from mofu.db.style_tables import StylePack, StylePicture, StyleResult, StyleResultWord

SOME = 100


@dataclass(frozen=True, slots=True)
class NewPack:
    """A style pack about to be stored, its file durable already.

    Attributes:
        word_id: None for an imported pack whose word is not in the library.
        sha256: of its file.
        text, noun, language: of its word.
        backbone, backbone_id: whose maps were measured.
        styles: clusters; `images`: that they were made of.
        ranking_id: that the images come from; None for an imported pack.
        settings: what else repeats it.
        fingerprint: SHA-256 of everything that decides what is learned.
    """

    word_id: int | None
    sha256: str
    text: str
    noun: str
    language: str
    backbone: str
    backbone_id: str
    styles: int
    images: int
    ranking_id: int | None
    settings: dict[str, Any]
    seed: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class PackRecord(NewPack):
    """A stored style pack, as `NewPack`."""

    id: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class NewPicture:
    """A picture about to be stored: what its bytes are, how large once upright, what it was called when given."""

    sha256: str
    format: str
    width: int
    height: int
    bytes: int
    name: str


@dataclass(frozen=True, slots=True)
class PictureRecord(NewPicture):
    """A stored picture, as `NewPicture`."""

    created_at: datetime


@dataclass(frozen=True, slots=True)
class NewResult:
    """A stylised picture about to be stored, its file durable already.

    Attributes:
        word_id, text, pack_sha256: of the part of the mix that weighs most; no word where it is not in the library.
        content_sha256: of the picture that was stylised.
        result_sha256: of the PNG file.
        width, height: of the result.
        strength: 0 … 1.
        colours: style, luminance or match.
        region: how the region came about, for people; None for the whole picture.
        recipe: what repeats it.
        scores: how recognisable words are before and after, and how well the region is found again.
        fingerprint: SHA-256 of everything that decides how it looks.
        job_id: the job that it was made for, if any; place: which of the job's mixes it is, from 0.
        seconds: that it took.
    """

    word_id: int | None
    text: str
    pack_sha256: str
    content_sha256: str
    result_sha256: str
    width: int
    height: int
    method: str
    strength: float
    colours: str
    region: str | None
    recipe: dict[str, Any]
    scores: dict[str, Any]
    fingerprint: str
    job_id: int | None
    place: int | None
    seconds: float


@dataclass(frozen=True, slots=True)
class ResultRecord(NewResult):
    """A stored result, as `NewResult`."""

    id: int
    created_at: datetime


def add_pack(session: Session, new: NewPack) -> PackRecord:
    """Store a pack as its word's current one; the same one is there once."""
    there = _newest(session, new.word_id, new.text, new.noun, new.language)
    if there is not None and (there.sha256, there.fingerprint) == (new.sha256, new.fingerprint):
        return _pack(there)
    row = StylePack(**asdict(new))
    session.add(row)
    session.flush()
    return _pack(row)


def current(session: Session, word_id: int) -> PackRecord | None:
    """A word's newest pack; None before the first."""
    row = session.scalars(select(StylePack).filter_by(word_id=word_id).order_by(StylePack.id.desc()).limit(1)).first()
    return _pack(row) if row else None


def of_word(session: Session, word_id: int) -> list[PackRecord]:
    """All of a word's packs, the newest first."""
    query = select(StylePack).filter_by(word_id=word_id).order_by(StylePack.id.desc())
    return [_pack(row) for row in session.scalars(query)]


def listing(session: Session) -> list[PackRecord]:
    """The current pack of every word, and of every word that is not here but whose pack was imported; newest first."""
    packs = [_pack(row) for row in session.scalars(_of_shown_words().order_by(StylePack.id.desc()))]
    newest: dict[tuple[object, ...], PackRecord] = {}
    for pack in packs:
        key = (pack.word_id,) if pack.word_id is not None else (None, pack.text, pack.noun, pack.language)
        newest.setdefault(key, pack)
    return list(newest.values())


def with_name(session: Session, sha256: str) -> list[PackRecord]:
    """The packs whose SHA-256 begins so, the newest first; a pack that was learned or imported twice is there once."""
    query = _of_shown_words().where(StylePack.sha256.startswith(sha256, autoescape=True))
    packs = [_pack(row) for row in session.scalars(query.order_by(StylePack.id.desc()))]
    return list({pack.sha256: pack for pack in reversed(packs)}.values())[::-1]


def add_picture(session: Session, new: NewPicture) -> PictureRecord:
    """Store a picture; one that is there keeps its first name."""
    row = session.get(StylePicture, new.sha256)
    if row is None:
        row = StylePicture(**asdict(new))
        session.add(row)
        session.flush()
    return _picture(row)


def picture(session: Session, sha256: str) -> PictureRecord | None:
    """The picture of a name."""
    row = session.get(StylePicture, sha256)
    return _picture(row) if row else None


def pictures(session: Session, limit: int = SOME) -> list[PictureRecord]:
    """The pictures that were given last, the newest first."""
    query = select(StylePicture).order_by(StylePicture.created_at.desc(), StylePicture.sha256).limit(limit)
    return [_picture(row) for row in session.scalars(query)]


def add_result(session: Session, new: NewResult, word_ids: Collection[int]) -> ResultRecord:
    """Store a result, with the words of the library whose packs it was made with."""
    row = StyleResult(**asdict(new))
    session.add(row)
    session.flush()
    session.add_all(StyleResultWord(result_id=row.id, word_id=word_id) for word_id in sorted(set(word_ids)))
    session.flush()
    return _result(row)


def add_again(session: Session, number: int, job_id: int, place: int) -> ResultRecord:
    """A result that was made before, among those of a job, too; its file is the same."""
    row = session.get_one(StyleResult, number)
    words = session.scalars(select(StyleResultWord.word_id).where(StyleResultWord.result_id == number))
    new = NewResult(**{name: getattr(row, name) for name in NewResult.__dataclass_fields__})
    return add_result(session, replace(new, job_id=job_id, place=place), list(words))


def result(session: Session, number: int) -> ResultRecord | None:
    """The result of a number."""
    found = _results(session, select(StyleResult).where(StyleResult.id == number))
    return found[0] if found else None


def made_by(session: Session, fingerprint: str) -> ResultRecord | None:
    """The newest result that was made of exactly this."""
    of = select(StyleResult).where(StyleResult.fingerprint == fingerprint)
    found = _results(session, of.order_by(StyleResult.id.desc()).limit(1))
    return found[0] if found else None


def results(
    session: Session,
    *,
    word_id: int | None = None,
    content_sha256: str | None = None,
    job_id: int | None = None,
    before: int | None = None,
    limit: int = SOME,
) -> list[ResultRecord]:
    """Results of a word (in a mix, too), a picture or a job, the newest first, so many before the one of a number."""
    query = select(StyleResult)
    if word_id is not None:
        of_word = select(StyleResultWord.result_id).where(StyleResultWord.word_id == word_id)
        query = query.where(StyleResult.id.in_(of_word))
    if content_sha256 is not None:
        query = query.where(StyleResult.content_sha256 == content_sha256)
    if job_id is not None:
        query = query.where(StyleResult.job_id == job_id)
    if before is not None:
        query = query.where(StyleResult.id < before)
    return _results(session, query.order_by(StyleResult.id.desc()).limit(limit))


def result_files(session: Session, sha256: str) -> list[ResultRecord]:
    """The results whose file is of this name, the newest first."""
    return _results(
        session, select(StyleResult).where(StyleResult.result_sha256 == sha256).order_by(StyleResult.id.desc())
    )


def packs_count(session: Session, word_ids: Sequence[int]) -> dict[int, int]:
    """How many styles the current pack of each of some words has; words without a pack are left out."""
    newest = select(func.max(StylePack.id)).where(StylePack.word_id.in_(word_ids)).group_by(StylePack.word_id)
    query = select(StylePack.word_id, StylePack.styles).where(StylePack.id.in_(newest))
    return {word_id: styles for word_id, styles in session.execute(query) if word_id is not None}


def _newest(session: Session, word_id: int | None, text: str, noun: str, language: str) -> StylePack | None:
    query = select(StylePack).filter_by(word_id=word_id)
    if word_id is None:
        query = query.filter_by(text=text, noun=noun, language=language)
    return session.scalars(query.order_by(StylePack.id.desc()).limit(1)).first()


def _of_shown_words() -> Select[Any]:
    return select(StylePack).outerjoin(Word, Word.id == StylePack.word_id).where(Word.deleted_at.is_(None))


def _results(session: Session, query: Select[Any]) -> list[ResultRecord]:
    shown = query.outerjoin(Word, Word.id == StyleResult.word_id).where(Word.deleted_at.is_(None))
    return [_result(row) for row in session.scalars(shown)]


def _pack(row: StylePack) -> PackRecord:
    return PackRecord(*(getattr(row, name) for name in PackRecord.__dataclass_fields__))


def _picture(row: StylePicture) -> PictureRecord:
    return PictureRecord(*(getattr(row, name) for name in PictureRecord.__dataclass_fields__))


def _result(row: StyleResult) -> ResultRecord:
    return ResultRecord(*(getattr(row, name) for name in ResultRecord.__dataclass_fields__))
