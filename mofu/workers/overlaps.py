"""Regions of a word and of objects on the same images → on what the word lies: whether ごつごつ is just mountains.

The counting is numpy alone; `overlap_of` reads what is stored and hands it over.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mofu.db import region_verdicts, regions
from mofu.db.region_verdicts import RegionVerdictRecord
from mofu.db.regions import RegionRecord, SegmentationRecord
from mofu.db.words import WordRecord
from mofu.errors import NothingFoundError
from mofu.workers.region_maps import RegionMaps
from mofu.workers.workshop import Workshop

NOTHING = "-"
"""What is left of the word's region where no object was found."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Overlaid:
    """The masks on one image, all (h, w) bool.

    Attributes:
        word: where it shows the word; None where it does not.
        objects: class → where it shows that class, all objects of it together; classes may overlap.
        shape: h, w.
    """

    word: Mask | None
    objects: Mapping[str, Mask]
    shape: tuple[int, int]


@dataclass(frozen=True, slots=True)
class ClassOverlap:
    """How a word's region lies on a class of objects, over all images.

    Attributes:
        label: the class, or `NOTHING` for what is on none.
        share: of the word's area that lies on it, 0 … 1; over classes that overlap, these may add up to more.
        of_all: share of all pixels that it has, 0 … 1.
        lift: share / of_all: above 1, the word seeks it; None where the class is nowhere.
        covered: share of the class's own area that shows the word, 0 … 1.
        images: on how many images the word and the class meet.
    """

    label: str
    share: float
    of_all: float
    lift: float | None
    covered: float
    images: int


@dataclass(frozen=True, slots=True)
class Overlap:
    """A word held against what an annotator found.

    Attributes:
        segmentation: of the word; `annotation`: of the objects.
        images: that both looked at; `with_word`: of these, those that show the word.
        classes: the greatest share first, `NOTHING` last.
    """

    word: WordRecord
    segmentation: SegmentationRecord
    annotation: SegmentationRecord
    images: int
    with_word: int
    classes: tuple[ClassOverlap, ...]


def overlaps(images: Iterable[Overlaid]) -> list[ClassOverlap]:
    """Share of the word's area on each class and its lift over the class's share of all pixels.

    Every image counts the same, however many pixels it has: areas are shares of their picture.

    Returns:
        The greatest share first, what lies on no object last; nothing without an image.
    """
    own: dict[str, float] = defaultdict(float)
    meeting: dict[str, float] = defaultdict(float)
    met: Counter[str] = Counter()
    word_area, count = 0.0, 0
    for image in images:
        count += 1
        word = np.zeros(image.shape, np.bool_) if image.word is None else image.word
        word_area += float(word.mean())
        for label, mask in _with_nothing(image).items():
            both = float((mask & word).mean())
            own[label] += float(mask.mean())
            meeting[label] += both
            met[label] += both > 0
    found = [
        ClassOverlap(
            label,
            share := meeting[label] / word_area if word_area else 0.0,
            of_all := own[label] / count,
            share / of_all if of_all else None,
            meeting[label] / own[label] if own[label] else 0.0,
            met[label],
        )
        for label in own
    ]
    return sorted(found, key=lambda each: (each.label == NOTHING, -each.share, each.label))


def overlap_of(workshop: Workshop, word: WordRecord) -> Overlap:
    """A word's current regions against the current objects on its images; what people rejected is left out.

    Raises:
        NothingFoundError: the word was not segmented, or its objects were not looked for.
        DamagedError: a map is lost.
    """
    with workshop.database.read() as session:
        of_word = regions.current(session, word.id)
        of_objects = regions.current(session, word.id, regions.OBJECT)
        if of_word is None or of_objects is None:
            lacking = f"mofu segment {word.text}" + ("" if of_word is None else " --annotator NAME")
            what = "regions" if of_word is None else "objects"
            raise NothingFoundError(f"{word.text!r} has no {what} yet: run `{lacking}` first")
        seen = [regions.segmented(session, each.id) for each in (of_word, of_objects)]
        names = [name for name, reason in seen[0].items() if reason is None and seen[1].get(name, "") is None]
        shown = regions.on_images(session, of_word.id, names)
        objects = regions.on_images(session, of_objects.id, names)
        said = region_verdicts.of_segmentation(session, of_word.id)
        said |= region_verdicts.of_segmentation(session, of_objects.id)
    reader = _Reader(RegionMaps(workshop.root), said)
    overlaid = [reader.overlaid(shown.get(name, []), objects.get(name, [])) for name in names]
    with_word = sum(each.word is not None and bool(each.word.any()) for each in overlaid)
    return Overlap(word, of_word, of_objects, len(names), with_word, tuple(overlaps(overlaid)))


def _with_nothing(image: Overlaid) -> dict[str, Mask]:
    anything = np.zeros(image.shape, np.bool_)
    for mask in image.objects.values():
        anything |= mask
    return {**image.objects, NOTHING: ~anything}


class _Reader:
    """Regions of one image → their masks at one size, without what people rejected."""

    def __init__(self, maps: RegionMaps, said: Mapping[int, RegionVerdictRecord]) -> None:
        self._maps, self._said = maps, said

    def overlaid(self, of_word: Sequence[RegionRecord], of_objects: Sequence[RegionRecord]) -> Overlaid:
        """An image that shows neither is one pixel of nothing: every image counts the same."""
        kept = [each for each in of_word if not self._is_rejected(each)]
        objects = [each for each in of_objects if not self._is_rejected(each)]
        first = next(iter((*kept, *objects)), None)
        size = (first.height, first.width) if first else (1, 1)
        together: dict[str, Mask] = {}
        for each in objects:
            mask = self._mask(each, size)
            together[each.label] = together[each.label] | mask if each.label in together else mask
        word = self._mask(kept[0], size) if kept else None
        return Overlaid(word, together, size)

    def _is_rejected(self, region: RegionRecord) -> bool:
        said = self._said.get(region.id)
        return said is not None and said.verdict == "reject"

    def _mask(self, region: RegionRecord, size: tuple[int, int]) -> Mask:
        said = self._said.get(region.id)
        threshold = region.threshold if said is None or said.threshold is None else said.threshold
        soft = self._maps.read(region.map_sha256)
        if soft.shape != size:
            soft = np.asarray(Image.fromarray(soft).resize(size[::-1], Image.Resampling.BILINEAR))
        return np.asarray(soft >= threshold, np.bool_)
