"""The tables of how visual words are: recognizability and region entropy, with the evidence of each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from mofu.db.base import SHA256, Base, now


class Recognizability(Base):
    """How well a word's images are told from the background; the newest of (word, protocol, set) is current."""

    __tablename__ = "recognizabilities"
    __table_args__ = (Index(None, "word_id", "protocol", "set_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    word_id: Mapped[int] = mapped_column(ForeignKey("words.id", ondelete="CASCADE"))
    set_id: Mapped[int] = mapped_column(ForeignKey("activation_sets.id", ondelete="CASCADE"))
    background_id: Mapped[int] = mapped_column(ForeignKey("backgrounds.id", ondelete="CASCADE"))
    ranking_id: Mapped[int | None] = mapped_column(ForeignKey("rankings.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    fingerprint: Mapped[str] = mapped_column(SHA256)
    protocol: Mapped[str] = mapped_column(String(16))
    chosen_by: Mapped[str] = mapped_column(Text)
    accepted: Mapped[int]
    n: Mapped[int]
    background: Mapped[int]
    folds: Mapped[int]
    seed: Mapped[int] = mapped_column(BigInteger)
    not_ranked: Mapped[str | None] = mapped_column(Text)
    score: Mapped[float | None]
    low: Mapped[float | None]
    high: Mapped[float | None]
    pooled: Mapped[float | None]
    of_folds: Mapped[list[Any]]
    settings: Mapped[dict[str, Any]]
    evidence: Mapped[dict[str, Any]] = mapped_column(deferred=True)  # a table of words has no use for it


class Entropy(Base):
    """How much the regions of a word differ; the newest of (word, protocol) is current."""

    __tablename__ = "entropies"
    __table_args__ = (Index(None, "word_id", "protocol", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    word_id: Mapped[int] = mapped_column(ForeignKey("words.id", ondelete="CASCADE"))
    background_id: Mapped[int] = mapped_column(ForeignKey("backgrounds.id", ondelete="CASCADE"))
    ranking_id: Mapped[int | None] = mapped_column(ForeignKey("rankings.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    fingerprint: Mapped[str] = mapped_column(SHA256)
    protocol: Mapped[str] = mapped_column(String(16))
    bits: Mapped[float | None]
    normalised: Mapped[float | None]
    low: Mapped[float | None]
    high: Mapped[float | None]
    gaussians: Mapped[int]
    images: Mapped[int]
    counted: Mapped[int]
    among: Mapped[int]
    settings: Mapped[dict[str, Any]]
    regions: Mapped[list[Any]] = mapped_column(deferred=True)
