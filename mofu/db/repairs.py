"""Rows that contradict each other or a lost file: found, and made such that the next stage does the work again."""

from __future__ import annotations

from sqlalchemy import delete, func, inspect, select, text, update
from sqlalchemy.orm import Session

from mofu.db.base import Base
from mofu.db.hits import STORED
from mofu.db.models import Activation, Background, BackgroundImage, Hit, Image, RankedImage, Ranking


def broken_rows(session: Session) -> list[tuple[str, str]]:
    """(table, what is wrong) for rows that name rows that are not there, or contradict themselves."""
    found: list[tuple[str, str]] = []
    if session.get_bind().dialect.name == "sqlite":
        report = session.execute(text("PRAGMA integrity_check")).scalars().all()
        found += [("database", line) for line in report if line != "ok"]
    for mapper in Base.registry.mappers:
        for key in inspect(mapper.local_table).foreign_keys:
            column, parent = key.parent, key.column
            named = parent.table.alias()
            is_there = select(named.c[parent.key]).where(named.c[parent.key] == column).exists()
            orphaned = select(func.count()).where(column.is_not(None), ~is_there)
            if count := session.scalar(orphaned):
                found.append((str(column.table.name), f"{count} rows name a {parent.table.name} that is not there"))
    stored = func.coalesce(Hit.outcome, "") == STORED
    if count := session.scalar(select(func.count()).where(stored != Hit.image_sha256.is_not(None))):
        found.append(("hits", f"{count} hits whose outcome and image contradict each other"))
    return found


def forget_image(session: Session, sha256: str) -> None:
    """Drop an image whose bytes are lost: its hits are pending again, rankings and backgrounds go on without it."""
    ranked = select(RankedImage.ranking_id).where(RankedImage.image_sha256 == sha256)
    session.execute(delete(Ranking).where(Ranking.id.in_(ranked)))
    session.execute(delete(Activation).where(Activation.image_sha256 == sha256))
    held = select(BackgroundImage.background_id).where(BackgroundImage.image_sha256 == sha256)
    session.execute(update(Background).where(Background.id.in_(held)).values(count=Background.count - 1))
    session.execute(delete(BackgroundImage).where(BackgroundImage.image_sha256 == sha256))
    session.execute(
        update(Hit)
        .where(Hit.image_sha256 == sha256)
        .values(outcome=None, reason=None, image_sha256=None, crawled_at=None)
    )
    session.execute(delete(Image).where(Image.sha256 == sha256))
