"""Images and what looks at them → regions in rows, image by image: durable maps first, then all of an image's rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from mofu.db import regions
from mofu.db.regions import Kind, NewRegion
from mofu.errors import InvalidInputError
from mofu.imaging.results import Pixels
from mofu.workers.region_maps import RegionMaps, SoftMap
from mofu.workers.region_pictures import ReadPicture, read_pictures
from mofu.workers.workshop import Workshop

Look = Callable[[Pixels, Sequence[int]], Mapping[int, Sequence[NewRegion]]]
"""Pixels, and the numbers of the segmentations that look at them → the regions that each finds, their maps stored; may
raise InvalidInputError."""


def walk(workshop: Workshop, wanted: Mapping[str, Sequence[int]], side_px: int, look: Look) -> None:
    """Look at images and store what is found; one that cannot be read, or not be looked at, costs itself.

    Args:
        workshop: the library, whose progress is told.
        wanted: SHA-256 → the numbers of the segmentations that are to look at it, in the order of going; those that
            have looked already pass it over.
        side_px: longer side of the pictures.
        look: finds.
    """
    with workshop.database.read() as session:
        numbers = {number for each in wanted.values() for number in each}
        known = {number: regions.segmented(session, number) for number in numbers}
    left = {name: of for name, each in wanted.items() if (of := [n for n in each if name not in known[n]])}
    done, failed = len(wanted) - len(left), 0
    workshop.progress.advance(done, len(wanted))
    for picture in read_pictures(workshop, left, side_px):
        began = time.perf_counter()
        found, reason = _looked(picture, left[picture.sha256], look)
        seconds = time.perf_counter() - began
        with workshop.database.write() as session:
            for number in left[picture.sha256]:
                regions.add(session, number, picture.sha256, found.get(number, ()), seconds=seconds, reason=reason)
        done, failed = done + 1, failed + (reason is not None)
        workshop.progress.advance(done, len(wanted), failed)


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
    area = float((soft_map >= threshold).mean())
    return NewRegion(kind, label, min(1.0, confidence), area, threshold, maps.put(soft_map), width, height)
