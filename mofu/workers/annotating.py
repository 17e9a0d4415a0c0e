"""An annotator and a word's first images → regions of the objects on them, in the store of the word's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mofu.db import regions
from mofu.db.regions import NewRegion, NewSegmentation
from mofu.db.words import WordRecord
from mofu.imaging.results import Pixels
from mofu.settings import SegmentationSettings
from mofu.workers.jobs import job
from mofu.workers.region_lessons import digest, shown_images
from mofu.workers.region_maps import RegionMaps
from mofu.workers.region_walk import new_region, walk
from mofu.workers.segmenting import WordRegions
from mofu.workers.workshop import Workshop

if TYPE_CHECKING:
    from mofu.segmentation.annotators.base import Annotator

THRESHOLD = 0.5
"""Of the maps of objects: what their annotators mean by a mask."""

_VERSION = 1
"""Part of an annotation's fingerprint: raised when the same annotator would find other regions."""


def annotate_words(
    workshop: Workshop, asked: Sequence[WordRecord], annotator: Annotator, settings: SegmentationSettings
) -> list[WordRegions]:
    """Find the objects on the first images of words; what the same annotator found before is kept.

    Raises:
        NothingFoundError: a word is not ranked.
    """
    return [_annotate(workshop, word, annotator, settings) for word in asked]


def _annotate(
    workshop: Workshop, word: WordRecord, annotator: Annotator, settings: SegmentationSettings
) -> WordRegions:
    names = shown_images(workshop, word)[: settings.top]
    how = {"side_px": settings.side_px}
    new = NewSegmentation(
        word_id=word.id, kind=regions.OBJECT, method=annotator.spec.name, backbone=annotator.spec.model,
        backbone_id=annotator.id, refine="none", round=0, settings=how, seed=0, classifier=None, lesson=None,
        fingerprint=digest([_VERSION, annotator.id, how]),
    )  # fmt: skip
    with job(workshop, "annotate", word.text, word.id) as at:
        with at.database.write() as session:
            record = regions.begin(session, new)
        maps = RegionMaps(at.root)

        def look(pixels: Pixels, numbers: Sequence[int]) -> dict[int, list[NewRegion]]:
            del numbers
            found = annotator.find(pixels)
            return {
                record.id: [
                    new_region(maps, each.soft_map, regions.OBJECT, each.label, each.confidence, THRESHOLD)
                    for each in found
                ]
            }

        walk(at, {name: [record.id] for name in names}, settings.side_px, look)
        with at.database.write() as session:
            regions.finish(session, record.id)
            tally = regions.tally(session, record.id)
        at.progress.finish(f"{tally.with_regions} of {tally.images} images with objects")
    return WordRegions(word, record, tally)
