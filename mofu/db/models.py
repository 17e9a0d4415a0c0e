"""The tables of a library: words, hits, images, activations, rankings, verdicts, maps and jobs, as typed models."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mofu.db.base import SHA256, Base, now
from mofu.db.host_tables import HostSlot  # noqa: F401 - all tables are known with these
from mofu.db.job_tables import Job  # noqa: F401 - all tables are known with these
from mofu.db.people_tables import User  # noqa: F401 - all tables are known with these
from mofu.db.purge_tables import Purge  # noqa: F401 - all tables are known with these
from mofu.db.quarantine_tables import Quarantined  # noqa: F401 - all tables are known with these
from mofu.db.region_tables import Region  # noqa: F401 - all tables are known with these
from mofu.db.style_tables import StylePack  # noqa: F401 - all tables are known with these
from mofu.db.verdict_tables import Step  # noqa: F401 - all tables are known with these
from mofu.db.visualness_tables import Entropy, Recognizability  # noqa: F401 - all tables are known with these


class Word(Base):
    """A word (text, language, co-occurring noun or none) or, by its kind, a generic query of the background."""

    __tablename__ = "words"
    __table_args__ = (UniqueConstraint("kind", "text", "language", "noun"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), default="word")
    text: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(16))
    noun: Mapped[str] = mapped_column(String(200), default="")
    slug: Mapped[str] = mapped_column(String(255), unique=True)
    wanted: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    deleted_at: Mapped[datetime | None]


class Stream(Base):
    """How far one source's answers to one query of a word have been read."""

    __tablename__ = "streams"
    __table_args__ = (UniqueConstraint("word_id", "source", "query", "licenses"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    word_id: Mapped[int] = mapped_column(ForeignKey("words.id", ondelete="CASCADE"))
    source: Mapped[str] = mapped_column(String(32))
    query: Mapped[str] = mapped_column(String(500))
    licenses: Mapped[str] = mapped_column(String(255), default="")
    cursor: Mapped[str | None] = mapped_column(Text)
    exhausted: Mapped[bool] = mapped_column(default=False)
    hits: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    updated_at: Mapped[datetime] = mapped_column(default=now)


class Hit(Base):
    """One result of a search service for a word, and what became of it (`outcome` is NULL until then)."""

    __tablename__ = "hits"
    __table_args__ = (
        UniqueConstraint("word_id", "source", "rank"),
        Index(None, "word_id", "position"),
        Index(None, "word_id", "outcome"),
        Index(None, "url", postgresql_using="hash"),  # a B-tree takes addresses of up to 2,704 bytes only
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    word_id: Mapped[int] = mapped_column(ForeignKey("words.id", ondelete="CASCADE"))
    stream_id: Mapped[int] = mapped_column(ForeignKey("streams.id", ondelete="CASCADE"))
    source: Mapped[str] = mapped_column(String(32))
    rank: Mapped[int]
    position: Mapped[int]
    url: Mapped[str] = mapped_column(Text)
    fetch_url: Mapped[str | None] = mapped_column(Text)
    page_url: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str | None] = mapped_column(Text)
    creator: Mapped[str | None] = mapped_column(Text)
    license: Mapped[str] = mapped_column(String(64))
    license_version: Mapped[str | None] = mapped_column(String(32))
    license_url: Mapped[str | None] = mapped_column(Text)
    attribution: Mapped[str | None] = mapped_column(Text)
    width: Mapped[int | None]
    height: Mapped[int | None]
    tags: Mapped[list[Any]] = mapped_column(default=list)
    outcome: Mapped[str | None] = mapped_column(String(32))
    reason: Mapped[str | None] = mapped_column(Text)
    image_sha256: Mapped[str | None] = mapped_column(SHA256, ForeignKey("images.sha256"), index=True)
    crawled_at: Mapped[datetime | None]


class Image(Base):
    """Stored pixels, named by the SHA-256 of the original bytes; width and height after orientation."""

    __tablename__ = "images"

    sha256: Mapped[str] = mapped_column(SHA256, primary_key=True)
    format: Mapped[str] = mapped_column(String(8))
    width: Mapped[int]
    height: Mapped[int]
    bytes: Mapped[int] = mapped_column(BigInteger)
    perceptual_hash: Mapped[int] = mapped_column(BigInteger)
    stored_at: Mapped[datetime] = mapped_column(default=now)


class ServiceRequest(Base):
    """One request to a search service, kept for a day to count its quota."""

    __tablename__ = "service_requests"
    __table_args__ = (Index(None, "service", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service: Mapped[str] = mapped_column(String(255))
    at: Mapped[datetime] = mapped_column(default=now)


class Background(Base):
    """A frozen version of the word-free pool; its images in `background_images`."""

    __tablename__ = "backgrounds"

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    count: Mapped[int]
    origin: Mapped[dict[str, Any]]


class BackgroundImage(Base):
    """One member of a background."""

    __tablename__ = "background_images"

    background_id: Mapped[int] = mapped_column(ForeignKey("backgrounds.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    image_sha256: Mapped[str] = mapped_column(SHA256, ForeignKey("images.sha256"), index=True)


class ActivationSet(Base):
    """All activations of one backbone (its id holds weights and preprocessing) at one layer."""

    __tablename__ = "activation_sets"
    __table_args__ = (UniqueConstraint("backbone_id", "layer"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    backbone: Mapped[str] = mapped_column(String(64))
    backbone_id: Mapped[str] = mapped_column(String(128))
    layer: Mapped[str] = mapped_column(String(64))
    dimension: Mapped[int]


class Shard(Base):
    """One immutable file of activations, under the library's `activations/`."""

    __tablename__ = "shards"

    id: Mapped[int] = mapped_column(primary_key=True)
    set_id: Mapped[int] = mapped_column(ForeignKey("activation_sets.id", ondelete="CASCADE"), index=True)
    path: Mapped[str] = mapped_column(String(255), unique=True)
    count: Mapped[int]


class Activation(Base):
    """Where an image's activation is: a row of a shard, or, without one, why there is none."""

    __tablename__ = "activations"

    set_id: Mapped[int] = mapped_column(ForeignKey("activation_sets.id", ondelete="CASCADE"), primary_key=True)
    image_sha256: Mapped[str] = mapped_column(SHA256, ForeignKey("images.sha256"), primary_key=True)
    shard_id: Mapped[int | None] = mapped_column(ForeignKey("shards.id"), index=True)
    row: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(Text)


class Ranking(Base):
    """An order of a word's images, with all that repeats it; the newest is current."""

    __tablename__ = "rankings"
    __table_args__ = (Index(None, "word_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    word_id: Mapped[int] = mapped_column(ForeignKey("words.id", ondelete="CASCADE"))
    set_id: Mapped[int] = mapped_column(ForeignKey("activation_sets.id"))
    background_id: Mapped[int] = mapped_column(ForeignKey("backgrounds.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    strategy: Mapped[str] = mapped_column(String(32))
    fingerprint: Mapped[str] = mapped_column(SHA256)
    settings: Mapped[dict[str, Any]]
    rounds: Mapped[list[Any]]
    count: Mapped[int]


class RankedImage(Base):
    """One image of a ranking; a near-duplicate has no rank of its own but names the image that represents it."""

    __tablename__ = "ranked_images"
    __table_args__ = (Index(None, "ranking_id", "rank"),)

    ranking_id: Mapped[int] = mapped_column(ForeignKey("rankings.id", ondelete="CASCADE"), primary_key=True)
    image_sha256: Mapped[str] = mapped_column(SHA256, ForeignKey("images.sha256"), primary_key=True)
    rank: Mapped[int | None]
    represented_by: Mapped[str | None] = mapped_column(SHA256, ForeignKey("images.sha256"))
    search_rank: Mapped[int]
    score: Mapped[float]
    round_scores: Mapped[list[Any]]


class Audit(Base):
    """A random sample of a ranking's first k images to be judged blindly; `seed` repeats its order."""

    __tablename__ = "audits"
    __table_args__ = (UniqueConstraint("ranking_id", "k", "seed"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ranking_id: Mapped[int] = mapped_column(ForeignKey("rankings.id", ondelete="CASCADE"))
    k: Mapped[int]
    seed: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Verdict(Base):
    """A person's judgement of (word, image), never changed, only followed; what it was given on may be gone by now."""

    __tablename__ = "verdicts"
    __table_args__ = (UniqueConstraint("word_id", "image_sha256", "who", "given_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    word_id: Mapped[int] = mapped_column(ForeignKey("words.id", ondelete="CASCADE"))
    image_sha256: Mapped[str] = mapped_column(SHA256)  # no foreign key: what a person said outlives a file that is lost
    judgement: Mapped[str] = mapped_column(String(8))
    who: Mapped[str] = mapped_column(String(100))
    given_at: Mapped[datetime]
    purpose: Mapped[str] = mapped_column(String(16))
    ranking_id: Mapped[int | None] = mapped_column(ForeignKey("rankings.id", ondelete="SET NULL"), index=True)
    audit_id: Mapped[int | None] = mapped_column(ForeignKey("audits.id", ondelete="SET NULL"), index=True)
    uid: Mapped[str | None] = mapped_column(String(36), unique=True)
    step_id: Mapped[int | None] = mapped_column(ForeignKey("verdict_steps.id", ondelete="SET NULL"), index=True)


class Map(Base):
    """A word's images in the plane by one set of activations, with the groups they form; the newest replaces others."""

    __tablename__ = "maps"
    __table_args__ = (UniqueConstraint("word_id", "set_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    word_id: Mapped[int] = mapped_column(ForeignKey("words.id", ondelete="CASCADE"))
    set_id: Mapped[int] = mapped_column(ForeignKey("activation_sets.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    fingerprint: Mapped[str] = mapped_column(SHA256)
    method: Mapped[str] = mapped_column(String(32))
    settings: Mapped[dict[str, Any]]
    silhouette: Mapped[float]


class MappedImage(Base):
    """One image of a map; a near-duplicate has the place of the image that represents it."""

    __tablename__ = "mapped_images"

    map_id: Mapped[int] = mapped_column(ForeignKey("maps.id", ondelete="CASCADE"), primary_key=True)
    image_sha256: Mapped[str] = mapped_column(
        SHA256, ForeignKey("images.sha256", ondelete="CASCADE"), primary_key=True, index=True
    )
    represented_by: Mapped[str | None] = mapped_column(SHA256)
    place: Mapped[int]
    x: Mapped[float]
    y: Mapped[float]
    cluster: Mapped[int]
    is_medoid: Mapped[bool]
    outlier_score: Mapped[float]
    is_outlier: Mapped[bool]
