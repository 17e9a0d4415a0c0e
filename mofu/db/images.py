"""Stored images and the word-free background: looked up by word, by name, by version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from mofu.db import bulk
from mofu.db.hits import STORED, ImageRecord
from mofu.db.models import Background, BackgroundImage, Hit, Image, Word


@dataclass(frozen=True, slots=True)
class BackgroundRecord:
    """A frozen version of the background."""

    id: int
    created_at: datetime
    count: int
    origin: dict[str, Any]


_COLUMNS = (Image.sha256, Image.format, Image.width, Image.height, Image.bytes, Image.perceptual_hash)


def of_word(session: Session, word_id: int, limit: int | None = None) -> list[ImageRecord]:
    """The distinct images of a word (the first so many), in the order in which its search gave them."""
    first = (
        select(Hit.image_sha256, func.min(Hit.position).label("position"))
        .where(Hit.word_id == word_id, Hit.outcome == STORED)
        .group_by(Hit.image_sha256)
        .subquery()
    )
    query = select(*_COLUMNS).join(first, first.c.image_sha256 == Image.sha256).order_by(first.c.position)
    return [ImageRecord(*row) for row in session.execute(query.limit(limit))]


def among(session: Session, word_id: int, sha256s: Sequence[str]) -> set[str]:
    """Those of these names that are images of a word."""
    found: set[str | None] = set()
    for start in range(0, len(sha256s), 500):
        some = Hit.image_sha256.in_(sha256s[start : start + 500])
        found |= set(session.scalars(select(Hit.image_sha256).where(some, Hit.word_id == word_id)))
    return {name for name in found if name}


def by_name(session: Session, sha256s: Sequence[str]) -> dict[str, ImageRecord]:
    """Images by their SHA-256; those that do not exist are not in the answer."""
    found: dict[str, ImageRecord] = {}
    for start in range(0, len(sha256s), 500):
        rows = session.execute(select(*_COLUMNS).where(Image.sha256.in_(sha256s[start : start + 500])))
        found |= {row.sha256: ImageRecord(*row) for row in rows}
    return found


def after(session: Session, sha256: str, limit: int) -> list[ImageRecord]:
    """The next images by name, for walking through all of them page by page."""
    rows = session.execute(select(*_COLUMNS).where(Image.sha256 > sha256).order_by(Image.sha256).limit(limit))
    return [ImageRecord(*row) for row in rows]


def are_any(session: Session) -> bool:
    """Whether there is any image."""
    return session.scalar(select(Image.sha256).limit(1)) is not None


def current_background(session: Session) -> BackgroundRecord | None:
    """The newest version of the background; None before the first."""
    row = session.scalars(select(Background).order_by(Background.id.desc()).limit(1)).first()
    return BackgroundRecord(row.id, row.created_at, row.count, row.origin) if row else None


def find_background(session: Session, background_id: int) -> BackgroundRecord:
    """A version of the background by its number."""
    row = session.get_one(Background, background_id)
    return BackgroundRecord(row.id, row.created_at, row.count, row.origin)


def background_members(session: Session, background_id: int) -> list[ImageRecord]:
    """The images of a background, in its order."""
    query = select(*_COLUMNS).join(BackgroundImage, BackgroundImage.image_sha256 == Image.sha256)
    rows = session.execute(query.filter_by(background_id=background_id).order_by(BackgroundImage.place))
    return [ImageRecord(*row) for row in rows]


def background_pool(session: Session, words: Sequence[int], sources: Sequence[str], ranks: int) -> list[str]:
    """The SHA-256 of images that generic queries gave and no word of the library did, sorted.

    Args:
        words: ids of the generic queries.
        sources: which services' answers count.
        ranks: so many of a service's first hits for each query.
    """
    of_words = aliased(Hit)
    is_known = (
        select(of_words.id)
        .join(Word, Word.id == of_words.word_id)
        .where(of_words.image_sha256 == Hit.image_sha256, Word.kind == "word")
    )
    generic = select(Hit.image_sha256).where(
        Hit.word_id.in_(words), Hit.source.in_(sources), Hit.rank < ranks, Hit.outcome == STORED, ~is_known.exists()
    )
    return sorted(name for name in set(session.scalars(generic)) if name)


def freeze_background(session: Session, members: Sequence[str], origin: dict[str, Any]) -> BackgroundRecord:
    """Make a new version of the background; it becomes the current one."""
    row = Background(count=len(members), origin=origin)
    session.add(row)
    session.flush()
    places = [{"background_id": row.id, "place": p, "image_sha256": name} for p, name in enumerate(members)]
    bulk.add(session, BackgroundImage, places)
    return BackgroundRecord(row.id, row.created_at, row.count, row.origin)


def stored_bytes(session: Session) -> int:
    """How many bytes all originals take."""
    return int(session.scalar(select(func.sum(Image.bytes))) or 0)  # PostgreSQL sums into decimals
