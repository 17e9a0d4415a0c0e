"""The tables of style: packs learned of words, pictures that were given, and what was made of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from mofu.db.base import SHA256, Base, now


class StylePack(Base):
    """A style pack in the library, a file under `styles/packs/`; a word's newest is its current one."""

    __tablename__ = "style_packs"
    __table_args__ = (Index(None, "word_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # an imported pack may be of a word that is not here
    word_id: Mapped[int | None] = mapped_column(ForeignKey("words.id", ondelete="CASCADE"))
    sha256: Mapped[str] = mapped_column(SHA256, index=True)
    text: Mapped[str] = mapped_column(String(200))
    noun: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[str] = mapped_column(String(16))
    backbone: Mapped[str] = mapped_column(String(64))
    backbone_id: Mapped[str] = mapped_column(String(128))
    styles: Mapped[int]
    images: Mapped[int]
    ranking_id: Mapped[int | None] = mapped_column(ForeignKey("rankings.id", ondelete="SET NULL"), index=True)
    settings: Mapped[dict[str, Any]]
    seed: Mapped[int] = mapped_column(BigInteger)
    fingerprint: Mapped[str] = mapped_column(SHA256)
    created_at: Mapped[datetime] = mapped_column(default=now)


class StylePicture(Base):
    """A picture that was given to be stylised, by the SHA-256 of its bytes; width and height after orientation."""

    __tablename__ = "style_pictures"

    sha256: Mapped[str] = mapped_column(SHA256, primary_key=True)
    format: Mapped[str] = mapped_column(String(8))
    width: Mapped[int]
    height: Mapped[int]
    bytes: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(default=now)


class StyleResult(Base):
    """A stylised picture, a PNG file under `styles/results/` that holds its recipe."""

    __tablename__ = "style_results"
    __table_args__ = (Index(None, "word_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    word_id: Mapped[int | None] = mapped_column(ForeignKey("words.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(String(200))
    pack_sha256: Mapped[str] = mapped_column(SHA256, index=True)
    # no foreign keys: a result outlives the picture that it was made of, and a job
    content_sha256: Mapped[str] = mapped_column(SHA256, index=True)
    result_sha256: Mapped[str] = mapped_column(SHA256, index=True)
    width: Mapped[int]
    height: Mapped[int]
    method: Mapped[str] = mapped_column(String(32))
    strength: Mapped[float]
    colours: Mapped[str] = mapped_column(String(16))
    region: Mapped[str | None] = mapped_column(Text)
    recipe: Mapped[dict[str, Any]]
    scores: Mapped[dict[str, Any]]
    fingerprint: Mapped[str] = mapped_column(SHA256, index=True)
    job_id: Mapped[int | None] = mapped_column(index=True)
    place: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    seconds: Mapped[float]


class StyleResultWord(Base):
    """A word whose pack a result was made with; a mix has several."""

    __tablename__ = "style_result_words"

    result_id: Mapped[int] = mapped_column(ForeignKey("style_results.id", ondelete="CASCADE"), primary_key=True)
    word_id: Mapped[int] = mapped_column(ForeignKey("words.id", ondelete="CASCADE"), primary_key=True, index=True)
