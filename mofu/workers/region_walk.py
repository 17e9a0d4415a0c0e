"""Images and what looks at them → regions in rows, image by image: durable maps first, then all of an image's rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mofu.db import regions
from mofu.db.regions import Kind, NewRegion
from mofu.errors import InvalidInputError
from mofu.imaging.results import Pixels
from mofu.workers.region_maps import RegionMaps, SoftMap, as_stored
from mofu.workers.region_pictures import ReadPicture, read_pictures
from mofu.workers.workshop import Workshop

Look = Callable[[Pixels, Sequence[int]], Mapping[int, Sequence[NewRegion]]]
"""Pixels, and the numbers of the segmentations that look at them → the regions that each finds, their maps stored; may
raise InvalidInputError."""


def walk(
    workshop: Workshop, wanted: Mapping[str, Sequence[int]], side_px: int, look: Look, *, at_once: int = 1
) -> None:
    """Look at images and store what is found; one that cannot be read, or not be looked at, costs itself.

    Args:
        workshop: the library, whose progress is told.
        wanted: SHA-256 → the numbers of the segmentations that are to look at it, in the order of going; those that
            have looked already pass it over.
        side_px: longer side of the pictures.
        look: finds; by several threads where more than one is looked at at once.
        at_once: pictures, one on each core; 1: one on all cores.
    """
    with workshop.database.read() as session:
        numbers = {number for each in wanted.values() for number in each}
        known = {number: regions.segmented(session, number) for number in numbers}
    left = {name: of for name, each in wanted.items() if (of := [n for n in each if name not in known[n]])}
    done, failed = len(wanted) - len(left), 0
    workshop.progress.advance(done, len(wanted))
    for each in _seen(read_pictures(workshop, left, side_px), left, look, at_once):
        with workshop.database.write() as session:
            for number in left[each.sha256]:
                found = each.found.get(number, ())
                regions.add(session, number, each.sha256, found, seconds=each.seconds, reason=each.reason)
        done, failed = done + 1, failed + (each.reason is not None)
        workshop.progress.advance(done, len(wanted), failed)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What each segmentation found on an image, or why it could not be looked at; its share of the time that passed."""

    sha256: str
    found: Mapping[int, Sequence[NewRegion]]
    reason: str | None
    seconds: float


def _seen(
    pictures: Iterable[ReadPicture], numbers: Mapping[str, Sequence[int]], look: Look, at_once: int
) -> Iterator[_Seen]:
    from mofu.segmentation.each_core import on_each_core

    def seen(picture: ReadPicture) -> _Seen:
        began = time.perf_counter()
        found, reason = _looked(picture, numbers[picture.sha256], look)
        return _Seen(picture.sha256, found, reason, (time.perf_counter() - began) / at_once)

    return map(seen, pictures) if at_once == 1 else on_each_core(seen, pictures, at_once)


def _looked(
    picture: ReadPicture, numbers: Sequence[int], look: Look
) -> tuple[Mapping[int, Sequence[NewRegion]], str | None]:
    if picture.pixels is None:
        return {}, picture.reason
    try:
        return look(picture.pixels, numbers), None
    except InvalidInputError as error:
        return {}, str(error)


def new_region(
    maps: RegionMaps, soft_map: SoftMap, kind: Kind, label: str, confidence: float, threshold: float
) -> NewRegion:
    """A region about to be stored, its map stored already."""
    height, width = soft_map.shape
    area = float((as_stored(soft_map) >= threshold).mean())
    return NewRegion(kind, label, min(1.0, confidence), area, threshold, maps.put(soft_map), width, height)
