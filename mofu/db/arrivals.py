"""A word's hits, counted by what became of them: by kind, source and licence, with examples of each kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mofu.db.models import Hit

PENDING = "pending"
"""What a hit without an outcome is counted as: enough images were there before its turn came."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many hits of a source and a licence ended how."""

    source: str
    license: str
    outcome: str
    hits: int


@dataclass(frozen=True, slots=True)
class Example:
    """One hit that did not arrive; `rank` is its place in the source's search, `position` in the word's, from 0."""

    position: int
    source: str
    rank: int
    url: str
    page_url: str | None
    license: str
    reason: str | None
    crawled_at: datetime | None


def counts(session: Session, word_id: int) -> Sequence[Count]:
    """How many hits of a word ended how, by source and licence."""
    query = (
        select(Hit.source, Hit.license, func.coalesce(Hit.outcome, PENDING), func.count())
        .where(Hit.word_id == word_id)
        .group_by(Hit.source, Hit.license, Hit.outcome)
    )
    found = [Count(*row) for row in session.execute(query)]
    return sorted(found, key=lambda count: (count.source, count.license, count.outcome != PENDING, count.outcome))


def examples(session: Session, word_id: int, outcome: str, limit: int, after: int = -1) -> Sequence[Example]:
    """Hits of an outcome in the order of search.

    Args:
        after: only those after this place of the word's search (a hit's `position`).
    """
    columns = [getattr(Hit, name) for name in Example.__dataclass_fields__]
    query = select(*columns).where(Hit.word_id == word_id, Hit.outcome == outcome, Hit.position > after)
    return [Example(*row) for row in session.execute(query.order_by(Hit.position).limit(limit))]
