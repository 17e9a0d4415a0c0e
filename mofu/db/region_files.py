"""The files that regions name, maps and classifiers: which there are, and what becomes of rows whose file is lost."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from mofu.db.region_tables import Region, Segmentation, SegmentedImage
from mofu.db.regions import shown


def classifiers(session: Session) -> set[str]:
    """The SHA-256 of every classifier that a segmentation names."""
    return {name for name in session.scalars(select(Segmentation.classifier).distinct()) if name}


def maps_after(session: Session, map_sha256: str, limit: int) -> list[str]:
    """The names of maps that shown regions have, in their order, so many after one."""
    query = shown(Region.map_sha256).where(Region.map_sha256 > map_sha256).distinct()
    return list(session.scalars(query.order_by(Region.map_sha256).limit(limit)))


def named_maps(session: Session, names: Collection[str]) -> set[str]:
    """Those of some maps that a region, be it a hidden one, names."""
    return set(session.scalars(select(Region.map_sha256).where(Region.map_sha256.in_(names)).distinct()))


def files_of_word(session: Session, word_id: int) -> tuple[set[str], set[str]]:
    """The names of the maps of all regions of a word, and of its classifiers; others may name them, too."""
    query = select(Region.map_sha256).join(Segmentation, Segmentation.id == Region.segmentation_id)
    trained = select(Segmentation.classifier).where(Segmentation.word_id == word_id)
    maps = session.scalars(query.where(Segmentation.word_id == word_id).distinct())
    return set(maps), {name for name in session.scalars(trained) if name}


def lose_map(session: Session, map_sha256: str) -> int:
    """Hide the regions of a map that is lost, until their images are segmented again; how many images that are."""
    pairs = select(Region.segmentation_id, Region.image_sha256).where(Region.map_sha256 == map_sha256).distinct()
    lost = 0
    for segmentation_id, image in session.execute(pairs).all():
        gone = delete(SegmentedImage).filter_by(segmentation_id=segmentation_id, image_sha256=image)
        lost += len(session.execute(gone.returning(SegmentedImage.image_sha256)).all())
    return lost


def forget_classifier(session: Session, classifier: str) -> None:
    """Let no segmentation name a classifier whose file is lost: what it found is kept."""
    of_classifier = update(Segmentation).where(Segmentation.classifier == classifier)
    session.execute(of_classifier.values(classifier=None, lesson=None))
