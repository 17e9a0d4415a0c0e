"""Regions: what a word's segmentations found, stored image by image as it is found; the one finished last is current.

A region whose image is not among a segmentation's segmented ones is hidden: its map or its image was lost. It keeps its
number and what people said of it, and is shown again once the image was segmented anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Select, distinct, func, select, update
from sqlalchemy.orm import Session

from mofu.db.base import now
from mofu.db.models import Word
from mofu.db.region_tables import Region, Segmentation, SegmentedImage

Kind = Literal["word", "object"]
WORD: Kind = "word"
OBJECT: Kind = "object"
SOME = 500


@dataclass(frozen=True, slots=True)
class NewSegmentation:
    """A segmentation about to begin.

    Attributes:
        kind: word, where it looks for the word, object, where an annotator names what else is there.
        method: of saliency, or the annotator.
        backbone, backbone_id: whose maps it reads.
        refine: none, crf, crf-surfaces, guided or sam.
        round: 0 for saliency, 1 … for self-training.
        settings: what else repeats it.
        classifier: SHA-256 of its file under `models/`; None for an annotator.
        lesson: SHA-256 of all that the classifier learned from; None for an annotator.
        fingerprint: SHA-256 of everything that decides what is found on an image.
    """

    word_id: int
    kind: Kind
    method: str
    backbone: str
    backbone_id: str
    refine: str
    round: int
    settings: dict[str, Any]
    seed: int
    classifier: str | None
    lesson: str | None
    fingerprint: str


@dataclass(frozen=True, slots=True)
class SegmentationRecord(NewSegmentation):
    """A stored segmentation, as `NewSegmentation`; `finished_at` is None while, or where, it stopped half-way."""

    id: int
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewRegion:
    """A region about to be stored.

    Attributes:
        label: the word, or the class of the object.
        confidence: that the image shows it there, 0 … 1.
        area: share of the picture where the map is at least `threshold`, 0 … 1.
        threshold: what of the soft map counts as the region, 0 … 1.
        map_sha256: names its file under `regions/`.
        width, height: of the map, in pixels.
    """

    kind: Kind
    label: str
    confidence: float
    area: float
    threshold: float
    map_sha256: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class RegionRecord(NewRegion):
    """A stored region, as `NewRegion`; numbers grow in the order of finding, which is that of the ranking."""

    id: int
    segmentation_id: int
    image_sha256: str


@dataclass(frozen=True, slots=True)
class Tally:
    """What a segmentation comes to so far.

    Attributes:
        images: looked at, those that could not be read included.
        with_regions, failed: of them.
        area, confidence: means over the regions, 0 … 1; None without any.
        seconds: spent on the images.
    """

    images: int
    with_regions: int
    failed: int
    area: float | None
    confidence: float | None
    seconds: float


def begin(session: Session, new: NewSegmentation) -> SegmentationRecord:
    """The word's segmentation of a fingerprint, made where it is new: what it found so far is kept."""
    same = select(Segmentation).filter_by(word_id=new.word_id, fingerprint=new.fingerprint).order_by(Segmentation.id)
    row = session.scalars(same.limit(1)).first()
    if row is None:
        row = Segmentation(**asdict(new))
        session.add(row)
    elif row.classifier is None:  # its file was lost, and it was trained again
        row.classifier, row.lesson = new.classifier, new.lesson
    session.flush()
    return _segmentation(row)


def finish(session: Session, segmentation_id: int) -> None:
    """Make a segmentation its word's current one of its kind."""
    session.execute(update(Segmentation).where(Segmentation.id == segmentation_id).values(finished_at=now()))


def current(session: Session, word_id: int, kind: Kind = WORD) -> SegmentationRecord | None:
    """The word's segmentation that was finished last, else the newest that was begun; None before the first."""
    query = select(Segmentation).filter_by(word_id=word_id, kind=kind).order_by(*_CURRENT_FIRST).limit(1)
    row = session.scalars(query).first()
    return _segmentation(row) if row else None


def of_word(session: Session, word_id: int) -> list[SegmentationRecord]:
    """All of a word's segmentations of both kinds, the current ones first."""
    query = select(Segmentation).filter_by(word_id=word_id).order_by(*_CURRENT_FIRST)
    return [_segmentation(row) for row in session.scalars(query)]


def with_lesson(session: Session, lesson: str) -> SegmentationRecord | None:
    """The newest segmentation whose classifier learned from exactly this."""
    query = select(Segmentation).filter_by(lesson=lesson).order_by(Segmentation.id.desc()).limit(1)
    row = session.scalars(query).first()
    return _segmentation(row) if row else None


def add(
    session: Session,
    segmentation_id: int,
    image_sha256: str,
    found: Sequence[NewRegion],
    *,
    seconds: float,
    reason: str | None = None,
) -> None:
    """Store what a segmentation found on an image, be it nothing, or why it could not be looked at.

    An image that is there already is passed over. Where its regions were hidden, they are replaced under their numbers.
    """
    if session.get(SegmentedImage, (segmentation_id, image_sha256)) is not None:
        return
    hidden = _hidden(session, segmentation_id, image_sha256)
    for each in found:
        of_label = hidden[each.kind, each.label]
        row = of_label.pop(0) if of_label else Region(segmentation_id=segmentation_id, image_sha256=image_sha256)
        for name, value in asdict(each).items():
            setattr(row, name, value)
        session.add(row)
        session.flush()  # numbers grow in the order of finding
    for row in (row for rows in hidden.values() for row in rows):
        session.delete(row)
    session.add(
        SegmentedImage(segmentation_id=segmentation_id, image_sha256=image_sha256, seconds=seconds, reason=reason)
    )
    session.flush()


def _hidden(session: Session, segmentation_id: int, image_sha256: str) -> dict[tuple[str, str], list[Region]]:
    query = select(Region).filter_by(segmentation_id=segmentation_id, image_sha256=image_sha256).order_by(Region.id)
    found: dict[tuple[str, str], list[Region]] = defaultdict(list)
    for row in session.scalars(query):
        found[row.kind, row.label].append(row)
    return found


def segmented(session: Session, segmentation_id: int) -> dict[str, str | None]:
    """SHA-256 of the images that a segmentation has looked at → why one could not be; None where it could."""
    query = select(SegmentedImage.image_sha256, SegmentedImage.reason).filter_by(segmentation_id=segmentation_id)
    return {name: reason for name, reason in session.execute(query)}  # noqa: C416 - no pairs to mypy


def of_segmentation(session: Session, segmentation_id: int, after: int = 0, limit: int = SOME) -> list[RegionRecord]:
    """The regions of a segmentation by number, so many after the one of a number."""
    query = shown().where(Region.segmentation_id == segmentation_id, Region.id > after)
    return _regions(session, query.order_by(Region.id).limit(limit))


def every(session: Session, segmentation_id: int) -> Iterator[RegionRecord]:
    """All regions of a segmentation by number, read page by page."""
    after = 0
    while page := of_segmentation(session, segmentation_id, after):
        yield from page
        after = page[-1].id


def on_images(session: Session, segmentation_id: int, images: Collection[str]) -> dict[str, list[RegionRecord]]:
    """The regions of a segmentation on some images, by image."""
    names, found = sorted(images), defaultdict(list)
    for start in range(0, len(names), SOME):
        some = Region.image_sha256.in_(names[start : start + SOME])
        for each in _regions(session, shown().where(Region.segmentation_id == segmentation_id, some)):
            found[each.image_sha256].append(each)
    return dict(found)


def of_image(session: Session, image_sha256: str) -> list[RegionRecord]:
    """The regions on an image, of the current segmentations of both kinds of every word that is not deleted."""
    found = _regions(session, shown().where(Region.image_sha256 == image_sha256).order_by(Region.id))
    of = select(Segmentation).join(Word, Word.id == Segmentation.word_id)
    of = of.where(Segmentation.id.in_({each.segmentation_id for each in found}), Word.deleted_at.is_(None))
    words = {row.word_id for row in session.scalars(of)}
    newest = {record.id for word in words for kind in (WORD, OBJECT) if (record := current(session, word, kind))}
    return [each for each in found if each.segmentation_id in newest]


def find(session: Session, region_ids: Collection[int]) -> dict[int, RegionRecord]:
    """Regions by their numbers; those that are not there, or hidden, are left out."""
    query = shown().where(Region.id.in_(region_ids))
    return {each.id: each for each in _regions(session, query)}


def word_of(session: Session, region_id: int) -> int | None:
    """The number of the word that a region is of."""
    query = select(Segmentation.word_id).join(Region, Region.segmentation_id == Segmentation.id)
    return session.scalar(query.where(Region.id == region_id))


def tally(session: Session, segmentation_id: int) -> Tally:
    """What a segmentation comes to so far."""
    of_images = select(func.count(), func.count(SegmentedImage.reason), func.sum(SegmentedImage.seconds))
    images, failed, seconds = session.execute(of_images.filter_by(segmentation_id=segmentation_id)).one()
    means = shown(func.count(distinct(Region.image_sha256)), func.avg(Region.area), func.avg(Region.confidence))
    with_regions, area, confidence = session.execute(means.where(Region.segmentation_id == segmentation_id)).one()
    return Tally(images, with_regions, failed, area, confidence, seconds or 0.0)


def images_with(session: Session, word_ids: Collection[int]) -> dict[int, int]:
    """On how many images the current segmentation of each of some words found it; words without one are left out."""
    place = func.row_number().over(partition_by=Segmentation.word_id, order_by=_CURRENT_FIRST).label("place")
    of_words = select(Segmentation.id, Segmentation.word_id, place).where(Segmentation.word_id.in_(word_ids))
    newest = of_words.where(Segmentation.kind == WORD).subquery()
    counted = shown(newest.c.word_id, func.count(distinct(Region.image_sha256)))
    query = counted.join(newest, newest.c.id == Region.segmentation_id).where(newest.c.place == 1)
    return {word: count for word, count in session.execute(query.group_by(newest.c.word_id))}  # noqa: C416 - no pairs to mypy


_COLUMNS = tuple(getattr(Region, name) for name in RegionRecord.__dataclass_fields__)
_CURRENT_FIRST = (Segmentation.finished_at.desc().nulls_last(), Segmentation.id.desc())


def shown(*columns: Any) -> Select[Any]:
    """A query of some columns, those of a record by default, over the regions that are not hidden."""
    of_image = (SegmentedImage.segmentation_id == Region.segmentation_id) & (
        SegmentedImage.image_sha256 == Region.image_sha256
    )
    return select(*(columns or _COLUMNS)).select_from(Region).join(SegmentedImage, of_image)


def _regions(session: Session, query: Select[Any]) -> list[RegionRecord]:
    return [RegionRecord(*tuple(row)) for row in session.execute(query)]


def _segmentation(row: Segmentation) -> SegmentationRecord:
    return SegmentationRecord(*(getattr(row, name) for name in SegmentationRecord.__dataclass_fields__))
