"""The tables of regions: a word's segmentations, what each found on which image, and what people say of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from mofu.db.base import SHA256, Base, now


class Segmentation(Base):
    """One way of looking for a word, or for objects, on its images; the one that was finished last is current."""

    __tablename__ = "segmentations"
    __table_args__ = (Index(None, "word_id", "kind", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    word_id: Mapped[int] = mapped_column(ForeignKey("words.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))
    method: Mapped[str] = mapped_column(String(32))
    backbone: Mapped[str] = mapped_column(String(64))
    backbone_id: Mapped[str] = mapped_column(String(128))
    refine: Mapped[str] = mapped_column(String(16))
    round: Mapped[int]
    settings: Mapped[dict[str, Any]]
    seed: Mapped[int] = mapped_column(BigInteger)
    classifier: Mapped[str | None] = mapped_column(SHA256)
    lesson: Mapped[str | None] = mapped_column(SHA256, index=True)
    fingerprint: Mapped[str] = mapped_column(SHA256)
    created_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None]


class SegmentedImage(Base):
    """An image that a segmentation has looked at, or, with a reason, could not; without it, its regions are hidden."""

    __tablename__ = "segmented_images"

    segmentation_id: Mapped[int] = mapped_column(ForeignKey("segmentations.id", ondelete="CASCADE"), primary_key=True)
    image_sha256: Mapped[str] = mapped_column(
        SHA256, ForeignKey("images.sha256", ondelete="CASCADE"), primary_key=True, index=True
    )
    seconds: Mapped[float]
    reason: Mapped[str | None] = mapped_column(Text)


class Region(Base):
    """Where an image shows a word or an object: a soft map under the library's `regions/`, and what it comes to."""

    __tablename__ = "regions"
    __table_args__ = (Index(None, "segmentation_id", "image_sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    segmentation_id: Mapped[int] = mapped_column(ForeignKey("segmentations.id", ondelete="CASCADE"))
    # no foreign key: what people said of a region outlives an image that is lost, and counts again once it is back
    image_sha256: Mapped[str] = mapped_column(SHA256, index=True)
    kind: Mapped[str] = mapped_column(String(16))
    label: Mapped[str] = mapped_column(String(200))
    confidence: Mapped[float]
    area: Mapped[float]
    threshold: Mapped[float]
    map_sha256: Mapped[str] = mapped_column(SHA256, index=True)
    width: Mapped[int]
    height: Mapped[int]


class RegionVerdict(Base):
    """What a person says of a region, with the threshold that they see it by; never changed, only followed."""

    __tablename__ = "region_verdicts"
    __table_args__ = (Index(None, "region_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(String(36), unique=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("regions.id", ondelete="CASCADE"))
    verdict: Mapped[str] = mapped_column(String(8))
    threshold: Mapped[float | None]
    author: Mapped[str] = mapped_column(String(100), index=True)
    action: Mapped[str] = mapped_column(String(8))
    follows: Mapped[str | None] = mapped_column(String(36))
    at: Mapped[datetime] = mapped_column(default=now)
