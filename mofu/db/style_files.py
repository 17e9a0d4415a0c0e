"""The files that style names, packs, pictures and results: which there are; rows whose file is lost, and what then."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Select, String, cast, delete, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from mofu.db.job_tables import Job
from mofu.db.jobs import QUEUED, RUNNING
from mofu.db.style_tables import StylePack, StylePicture, StyleResult, StyleResultWord

Kind = Literal["pack", "picture", "result"]
KINDS: tuple[Kind, ...] = ("pack", "picture", "result")
_COLUMNS: dict[Kind, InstrumentedAttribute[str]] = {
    "pack": StylePack.sha256,
    "picture": StylePicture.sha256,
    "result": StyleResult.result_sha256,
}
SOME = 500
_SHA256 = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


@dataclass(frozen=True, slots=True)
class OfWord:
    """The names of the files that a word's packs and results have; others may name them, too."""

    packs: frozenset[str]
    pictures: frozenset[str]
    results: frozenset[str]


def after(session: Session, kind: Kind, sha256: str, limit: int) -> list[str]:
    """The names of the files of a kind that rows name, in their order, so many after one."""
    column = _COLUMNS[kind]
    return list(session.scalars(select(column).where(column > sha256).distinct().order_by(column).limit(limit)))


def named(session: Session, kind: Kind, names: Collection[str]) -> set[str]:
    """Those of some files of a kind that a row names."""
    column = _COLUMNS[kind]
    return set(session.scalars(select(column).where(column.in_(names)).distinct()))


def of_word(session: Session, word_id: int) -> OfWord:
    """The files of a word's packs, of the results made with them, and of the pictures of those."""
    made = select(StyleResult.result_sha256, StyleResult.content_sha256).where(StyleResult.id.in_(_with(word_id)))
    rows = session.execute(made).all()
    packs = session.scalars(select(StylePack.sha256).where(StylePack.word_id == word_id))
    return OfWord(frozenset(packs), frozenset(row[1] for row in rows), frozenset(row[0] for row in rows))


def forget_word(session: Session, word_id: int) -> None:
    """Drop what was made with a word's packs, and the pictures that nothing else needs; packs go with the word."""
    pictures = of_word(session, word_id).pictures
    session.execute(delete(StyleResult).where(StyleResult.id.in_(_with(word_id))))
    forget_pictures(session, unneeded(session, pictures))


def made_of(session: Session, images: Collection[str]) -> set[str]:
    """The names of the files of results that were made of some images."""
    return set(session.scalars(select(StyleResult.result_sha256).where(StyleResult.content_sha256.in_(images))))


def forget_made_of(session: Session, images: Collection[str]) -> None:
    """Drop the results that were made of some images."""
    session.execute(delete(StyleResult).where(StyleResult.content_sha256.in_(images)))


def pictures_before(session: Session, moment: datetime) -> list[str]:
    """The names of the pictures that were given before a moment, in their order."""
    names = select(StylePicture.sha256).where(StylePicture.created_at < moment)
    return list(session.scalars(names.order_by(StylePicture.sha256)))


def unneeded(session: Session, pictures: Collection[str]) -> list[str]:
    """Those of some given pictures that no result was made of or with, as a mask, and no job that is not over names."""
    return sorted(set(pictures) - _asked_for(session) - _used(session)) if pictures else []


def forget_pictures(session: Session, pictures: Collection[str]) -> None:
    """Drop given pictures."""
    names = sorted(pictures)
    for start in range(0, len(names), SOME):
        session.execute(delete(StylePicture).where(StylePicture.sha256.in_(names[start : start + SOME])))


def results_before(session: Session, moment: datetime) -> list[str]:
    """The names of the files that only results from before a moment have, in their order."""
    younger = select(StyleResult.result_sha256).where(StyleResult.created_at >= moment)
    names = select(StyleResult.result_sha256).where(StyleResult.result_sha256.not_in(younger)).distinct()
    return list(session.scalars(names.order_by(StyleResult.result_sha256)))


def forget_results(session: Session, moment: datetime) -> None:
    """Drop the results from before a moment."""
    session.execute(delete(StyleResult).where(StyleResult.created_at < moment))


def lose(session: Session, kind: Kind, sha256: str) -> None:
    """Drop the rows of a file that is lost."""
    column = _COLUMNS[kind]
    session.execute(delete(column.parent).where(column == sha256))


def _asked_for(session: Session) -> set[str]:
    """Every SHA-256 in the request of a job that waits or runs."""
    requests = session.scalars(select(Job.request).where(Job.state.in_((QUEUED, RUNNING)), Job.request.is_not(None)))
    return {name for request in requests for name in _SHA256.findall(json.dumps(request))}


def _used(session: Session) -> set[str]:
    """What every result was made of, and every SHA-256 in its recipe; each is read once."""
    found: set[str] = set()
    rows = session.execute(select(StyleResult.content_sha256, cast(StyleResult.recipe, String)))
    for content, recipe in rows.yield_per(SOME):
        found |= {content, *_SHA256.findall(recipe)}
    return found


def _with(word_id: int) -> Select[Any]:
    return select(StyleResultWord.result_id).where(StyleResultWord.word_id == word_id)
