"""Where activations are: sets (backbone id, layer), their immutable shards, and each image's row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from mofu.db import bulk
from mofu.db.models import Activation, ActivationSet, Shard


@dataclass(frozen=True, slots=True)
class SetRecord:
    """All activations of one backbone, weights and preprocessing at one layer."""

    id: int
    backbone: str
    backbone_id: str
    layer: str
    dimension: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where an image's activation is: a file under the library's `activations/` and its row there."""

    path: str
    row: int


@dataclass(frozen=True, slots=True)
class ShardRecord:
    """One file of activations."""

    id: int
    set_id: int
    path: str
    count: int


def ensure_set(session: Session, backbone: str, backbone_id: str, layer: str, dimension: int) -> SetRecord:
    """The set of a backbone id and layer, made where it is new."""
    wanted = select(ActivationSet).filter_by(backbone_id=backbone_id, layer=layer)
    row = session.scalar(wanted)
    if row is None:
        new = {"backbone": backbone, "backbone_id": backbone_id, "layer": layer, "dimension": dimension}
        bulk.add_missing(session, ActivationSet, [new])
        row = session.scalars(wanted).one()
    return SetRecord(row.id, row.backbone, row.backbone_id, row.layer, row.dimension)


def look_up_set(session: Session, backbone_id: str, layer: str) -> SetRecord | None:
    """The set of a backbone id and layer; None before its first activations."""
    row = session.scalar(select(ActivationSet).filter_by(backbone_id=backbone_id, layer=layer))
    return SetRecord(row.id, row.backbone, row.backbone_id, row.layer, row.dimension) if row else None


def find_set(session: Session, set_id: int) -> SetRecord:
    """A set by its number."""
    row = session.get_one(ActivationSet, set_id)
    return SetRecord(row.id, row.backbone, row.backbone_id, row.layer, row.dimension)


def places(session: Session, set_id: int, sha256s: Sequence[str]) -> dict[str, Place | None]:
    """Where the activations of images are; None where extraction failed, absent where it was not tried."""
    found: dict[str, Place | None] = {}
    for start in range(0, len(sha256s), 500):
        query = (
            select(Activation.image_sha256, Shard.path, Activation.row)
            .outerjoin(Shard, Shard.id == Activation.shard_id)
            .where(Activation.set_id == set_id, Activation.image_sha256.in_(sha256s[start : start + 500]))
        )
        for name, path, row in session.execute(query):
            found[name] = Place(path, row) if path is not None and row is not None else None
    return found


def add_shard(
    session: Session, set_id: int, path: str, sha256s: Sequence[str], failures: Mapping[str, str] | None = None
) -> None:
    """Name a durable shard and the images in its rows, and those that could not be extracted with their reasons.

    Images that have a row already (of another process's shard) keep it.
    """
    failures = failures or {}
    wanted = [*sha256s, *failures]
    query = select(Activation.image_sha256).where(Activation.set_id == set_id, Activation.image_sha256.in_(wanted))
    known = set(session.scalars(query))
    shard_id = _ensure_shard(session, set_id, path, len(sha256s)) if sha256s else None
    rows = [
        {"set_id": set_id, "image_sha256": name, "shard_id": shard_id, "row": row, "reason": None}
        for row, name in enumerate(sha256s)
        if name not in known
    ] + [
        {"set_id": set_id, "image_sha256": name, "shard_id": None, "row": None, "reason": reason}
        for name, reason in failures.items()
        if name not in known
    ]
    bulk.add_missing(session, Activation, rows)


def _ensure_shard(session: Session, set_id: int, path: str, count: int) -> int:
    bulk.add_missing(session, Shard, [{"set_id": set_id, "path": path, "count": count}])
    return session.scalars(select(Shard.id).filter_by(path=path)).one()


def shards(session: Session, set_id: int | None = None) -> list[ShardRecord]:
    """The shards of a set, or all of them, oldest first."""
    query = select(Shard).order_by(Shard.id)
    if set_id is not None:
        query = query.where(Shard.set_id == set_id)
    return [ShardRecord(row.id, row.set_id, row.path, row.count) for row in session.scalars(query)]


def rows_of_shard(session: Session, shard_id: int) -> list[tuple[str, int]]:
    """The images of a shard with their rows, in row order."""
    query = select(Activation.image_sha256, Activation.row).filter_by(shard_id=shard_id).order_by(Activation.row)
    return [(name, row) for name, row in session.execute(query) if row is not None]


def partly_named(session: Session) -> list[ShardRecord]:
    """The shards that have rows which no image names, oldest first."""
    named = func.count(Activation.image_sha256)
    query = select(Shard).outerjoin(Activation, Activation.shard_id == Shard.id).group_by(Shard.id)
    rows = session.scalars(query.having(named < Shard.count).order_by(Shard.id))
    return [ShardRecord(row.id, row.set_id, row.path, row.count) for row in rows]


def replace_shards(session: Session, old: Sequence[int], set_id: int, path: str, sha256s: Sequence[str]) -> None:
    """Point the images of several shards to one new, durable shard, whose rows are in the order given."""
    shard_id = _ensure_shard(session, set_id, path, len(sha256s))
    moved = [{"set_id": set_id, "image_sha256": n, "shard_id": shard_id, "row": r} for r, n in enumerate(sha256s)]
    session.execute(update(Activation), moved)
    session.execute(delete(Shard).where(Shard.id.in_([number for number in old if number != shard_id])))


def forget_shard(session: Session, shard_id: int) -> int:
    """Drop a shard and its rows, so that its images are extracted again; how many."""
    count = session.scalar(select(func.count()).select_from(Activation).filter_by(shard_id=shard_id)) or 0
    session.execute(delete(Activation).where(Activation.shard_id == shard_id))
    session.execute(delete(Shard).where(Shard.id == shard_id))
    return count
