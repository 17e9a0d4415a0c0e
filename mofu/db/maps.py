"""Maps: a word's images in the plane, stored whole with what repeats them; one for each set of activations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mofu.db import bulk
from mofu.db.models import Map, MappedImage


@dataclass(frozen=True, slots=True)
class MappedRecord:
    """One image of a map.

    Attributes:
        represented_by: the image whose place a near-duplicate has; None for others.
        x, y: to the right and up, -1 … 1.
        cluster: its group, counted from 0, the largest first.
        is_medoid: whether it stands for its group.
        outlier_score: modified z-score of how far it stands from its nearest.
        is_outlier: whether that is far.
    """

    image_sha256: str
    represented_by: str | None
    x: float
    y: float
    cluster: int
    is_medoid: bool
    outlier_score: float
    is_outlier: bool


@dataclass(frozen=True, slots=True)
class NewMap:
    """A map to be stored; `fingerprint` is the SHA-256 of everything that went into it."""

    word_id: int
    set_id: int
    fingerprint: str
    method: str
    settings: dict[str, Any]
    silhouette: float
    images: Sequence[MappedRecord]


@dataclass(frozen=True, slots=True)
class MapRecord:
    """A stored map without its images; `silhouette` is how well its groups are apart, -1 … 1."""

    id: int
    word_id: int
    set_id: int
    created_at: datetime
    fingerprint: str
    method: str
    settings: dict[str, Any]
    silhouette: float


def save(session: Session, new: NewMap) -> MapRecord:
    """Store a map in place of the word's former one by the same activations."""
    session.execute(delete(Map).where(Map.word_id == new.word_id, Map.set_id == new.set_id))
    row = Map(
        word_id=new.word_id, set_id=new.set_id, fingerprint=new.fingerprint, method=new.method,
        settings=new.settings, silhouette=new.silhouette,
    )  # fmt: skip
    session.add(row)
    session.flush()
    rows = [{"map_id": row.id, "place": place} | asdict(image) for place, image in enumerate(new.images)]
    bulk.add(session, MappedImage, rows)
    return _record(row)


def find(session: Session, word_id: int, set_id: int) -> MapRecord | None:
    """A word's map by a set of activations; None before the first."""
    row = session.scalar(select(Map).filter_by(word_id=word_id, set_id=set_id))
    return _record(row) if row else None


def images(session: Session, map_id: int) -> list[MappedRecord]:
    """The images of a map in the order in which they were stored."""
    rows = session.scalars(select(MappedImage).filter_by(map_id=map_id).order_by(MappedImage.place))
    return [
        MappedRecord(
            r.image_sha256, r.represented_by, r.x, r.y, r.cluster, r.is_medoid, r.outlier_score, r.is_outlier
        )
        for r in rows
    ]  # fmt: skip


def _record(row: Map) -> MapRecord:
    return MapRecord(
        row.id, row.word_id, row.set_id, row.created_at, row.fingerprint, row.method, row.settings, row.silhouette
    )
