"""Rankings: stored whole with all that repeats them; the newest of a word is current."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mofu.db import bulk
from mofu.db.models import RankedImage, Ranking


@dataclass(frozen=True, slots=True)
class RankedRecord:
    """One image of a ranking; `rank` counts from 1 and is None for a near-duplicate, which names its representative."""

    image_sha256: str
    rank: int | None
    represented_by: str | None
    search_rank: int
    score: float
    round_scores: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class NewRanking:
    """A ranking to be stored; `fingerprint` is the SHA-256 of everything that went into it."""

    word_id: int
    set_id: int
    background_id: int
    strategy: str
    fingerprint: str
    settings: dict[str, Any]
    rounds: list[Any]
    images: Sequence[RankedRecord]


@dataclass(frozen=True, slots=True)
class RankingRecord:
    """A stored ranking without its images; `count` is the number of ranks."""

    id: int
    word_id: int
    set_id: int
    background_id: int
    created_at: datetime
    strategy: str
    fingerprint: str
    settings: dict[str, Any]
    rounds: list[Any]
    count: int


def save(session: Session, ranking: NewRanking) -> RankingRecord:
    """Store a ranking; it becomes the word's current one."""
    row = Ranking(
        word_id=ranking.word_id, set_id=ranking.set_id, background_id=ranking.background_id,
        strategy=ranking.strategy, fingerprint=ranking.fingerprint, settings=ranking.settings, rounds=ranking.rounds,
        count=sum(image.rank is not None for image in ranking.images),
    )  # fmt: skip
    session.add(row)
    session.flush()
    bulk.add(
        session,
        RankedImage,
        [
            {"ranking_id": row.id, "image_sha256": i.image_sha256, "rank": i.rank, "represented_by": i.represented_by,
             "search_rank": i.search_rank, "score": i.score, "round_scores": list(i.round_scores)}
            for i in ranking.images
        ],
    )  # fmt: skip
    return _record(row)


def current(session: Session, word_id: int) -> RankingRecord | None:
    """The newest ranking of a word; None before the first."""
    row = session.scalars(select(Ranking).filter_by(word_id=word_id).order_by(Ranking.id.desc()).limit(1)).first()
    return _record(row) if row else None


def current_id(session: Session, word_id: int) -> int | None:
    """The number of a word's newest ranking; None before the first."""
    return session.scalar(select(func.max(Ranking.id)).filter_by(word_id=word_id))


def find(session: Session, ranking_id: int) -> RankingRecord:
    """A ranking by its number."""
    return _record(session.get_one(Ranking, ranking_id))


def images(session: Session, ranking_id: int) -> list[RankedRecord]:
    """The images of a ranking by rank, near-duplicates last."""
    i = RankedImage
    columns = (i.image_sha256, i.rank, i.represented_by, i.search_rank, i.score, i.round_scores)
    order = (RankedImage.rank.is_(None), RankedImage.rank, RankedImage.search_rank, RankedImage.image_sha256)
    rows = session.execute(select(*columns).where(RankedImage.ranking_id == ranking_id).order_by(*order))
    return [
        RankedRecord(name, rank, of, search, score, tuple(rounds)) for name, rank, of, search, score, rounds in rows
    ]


def top(session: Session, word_id: int, count: int) -> list[str]:
    """SHA-256 of the first so many images of a word's current ranking; empty before the first."""
    newest = select(func.max(Ranking.id)).filter_by(word_id=word_id).scalar_subquery()
    query = select(RankedImage.image_sha256).where(RankedImage.ranking_id == newest, RankedImage.rank <= count)
    return list(session.scalars(query.order_by(RankedImage.rank)))


def _record(row: Ranking) -> RankingRecord:
    return RankingRecord(
        row.id, row.word_id, row.set_id, row.background_id, row.created_at, row.strategy, row.fingerprint,
        row.settings, row.rounds, row.count,
    )  # fmt: skip
