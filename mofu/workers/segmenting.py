"""Words of the library → where their first images show them: soft maps as files, regions as rows, image by image.

Whatever stops it, what was found is kept: the same call goes on with the images that are still to be looked at. Words
that are segmented together share no pixel: each goes to the word that is likeliest there.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mofu.db import regions
from mofu.db.regions import NewRegion, NewSegmentation, SegmentationRecord, Tally
from mofu.db.words import WordRecord
from mofu.errors import InvalidInputError, UnknownNameError
from mofu.features.registry import Backbone
from mofu.settings import SegmentationSettings
from mofu.workers.jobs import job
from mofu.workers.region_lessons import RegionLesson, digest, lesson
from mofu.workers.region_maps import RegionMaps, SoftMap
from mofu.workers.region_pictures import ReadPicture, read_pictures
from mofu.workers.region_rounds import self_trained
from mofu.workers.region_training import Trained, trained
from mofu.workers.workshop import Workshop

METHODS = ("dcsm", "simonyan", "gradcam++", "layercam", "cam", "attention")
"""Of saliency; known here without loading what computes them."""

REFINEMENTS = ("none", "crf", "guided")

_VERSION = 1
"""Part of a segmentation's fingerprint: raised when the same classifier would find other regions."""


@dataclass(frozen=True, slots=True)
class WordRegions:
    """A word's segmentation and what it comes to, all images that it ever looked at counted."""

    word: WordRecord
    segmentation: SegmentationRecord
    tally: Tally


def segment_words(
    workshop: Workshop, asked: Sequence[WordRecord], backbone: Backbone, settings: SegmentationSettings
) -> list[WordRegions]:
    """Segment words together; what the same settings found before is kept.

    Raises:
        MissingPackageError: torch is not installed.
        NothingFoundError: a word is not ranked.
        MissingError: a word has too few images.
        LibraryError: there is no background.
        InvalidInputError: the backbone has no maps, or too few images can be read.
        UnknownNameError: no such method or refinement.
    """
    from mofu.segmentation import require_torch

    check(settings)
    require_torch()
    subject, word_id = ", ".join(word.text for word in asked), asked[0].id if len(asked) == 1 else None
    with job(workshop, "segment", subject, word_id) as at:
        learned = lesson(at, asked, settings)
        network = trained(at, learned, backbone, settings)
        if settings.selftrain:
            network = self_trained(at, learned, network, backbone, settings)
        begun = _begin(at, learned, network, backbone, settings)
        at.progress.start("segment", subject, None)
        _look(at, learned, network, begun, settings)
        done = _finish(at, learned, begun)
        at.progress.finish("; ".join(f"{each.word.text}: {_said(each.tally)}" for each in done))
    return done


def check(settings: SegmentationSettings) -> None:
    """Raise UnknownNameError or InvalidInputError where settings name what is not there; computes nothing."""
    from mofu.features import registry

    if settings.method not in METHODS:
        raise UnknownNameError("saliency method", settings.method, METHODS)
    if settings.refine not in REFINEMENTS:
        raise UnknownNameError("refinement", settings.refine, REFINEMENTS)
    name, _ = registry.parse(settings.backbone)
    if not registry.find(name).maps():
        raise InvalidInputError(
            f"backbone {name} has no maps, so that it cannot tell where something is: use one that has,"
            " e.g. embedded_cnn, resnet50"
        )


def _begin(
    workshop: Workshop, learned: RegionLesson, network: Trained, backbone: Backbone, settings: SegmentationSettings
) -> dict[int, SegmentationRecord]:
    """Each asked word's segmentation, by the word's number."""
    how: dict[str, Any] = {
        "words": [each.word.slug for each in learned.asked],
        "contrasts": [each.word.slug for each in learned.contrasts],
        "side_px": settings.side_px,
        "threshold": settings.threshold,
    }
    parts = [_VERSION, network.lesson, settings.method, settings.refine, network.round, how]
    with workshop.database.write() as session:
        return {
            each.word.id: regions.begin(
                session,
                NewSegmentation(
                    word_id=each.word.id, kind=regions.WORD, method=settings.method, backbone=backbone.name,
                    backbone_id=backbone.id, refine=settings.refine, round=network.round,
                    settings=how | {"training": network.facts}, seed=settings.seed,
                    classifier=network.sha256, lesson=network.lesson, fingerprint=digest(parts),
                ),
            )
            for each in learned.asked
        }  # fmt: skip


def _look(
    workshop: Workshop,
    learned: RegionLesson,
    network: Trained,
    begun: Mapping[int, SegmentationRecord],
    settings: SegmentationSettings,
) -> None:
    wanted = _wanted(workshop, learned, begun, settings.top)
    total = len({name for each in learned.asked for name in each.images[: settings.top]})
    done, failed = total - len(wanted), 0
    workshop.progress.advance(done, total)
    looker = _Looker(workshop, learned, network, settings)
    for picture in read_pictures(workshop, wanted, settings.side_px):
        found = looker.look(picture)
        with workshop.database.write() as session:
            for word in wanted[picture.sha256]:
                region = found.regions.get(word)
                regions.add(
                    session, begun[word].id, picture.sha256, [region] if region else [], seconds=found.seconds,
                    reason=found.reason,
                )  # fmt: skip
        done, failed = done + 1, failed + (found.reason is not None)
        workshop.progress.advance(done, total, failed)


def _wanted(
    workshop: Workshop, learned: RegionLesson, begun: Mapping[int, SegmentationRecord], top: int
) -> dict[str, list[int]]:
    """Images that are still to be looked at → the numbers of the words for which; by rank, the words in turn."""
    with workshop.database.read() as session:
        known = {word: regions.segmented(session, record.id) for word, record in begun.items()}
    ranked = sorted(
        (place, name, each.word.id) for each in learned.asked for place, name in enumerate(each.images[:top])
    )
    found: dict[str, list[int]] = {}
    for _, name, word in ranked:
        if name not in known[word]:
            found.setdefault(name, []).append(word)
    return found


def _finish(workshop: Workshop, learned: RegionLesson, begun: Mapping[int, SegmentationRecord]) -> list[WordRegions]:
    with workshop.database.write() as session:
        for record in begun.values():
            regions.finish(session, record.id)
        return [
            WordRegions(
                each.word,
                regions.current(session, each.word.id) or begun[each.word.id],
                regions.tally(session, begun[each.word.id].id),
            )
            for each in learned.asked
        ]


@dataclass(frozen=True, slots=True)
class _Found:
    """What became of an image: word → its region, or why it could not be looked at."""

    regions: Mapping[int, NewRegion]
    seconds: float
    reason: str | None = None


class _Looker:
    """Pixels → regions of the words that were asked for, their maps stored."""

    def __init__(
        self, workshop: Workshop, learned: RegionLesson, network: Trained, settings: SegmentationSettings
    ) -> None:
        self._words = [each.word for each in learned.asked]
        self._maps = RegionMaps(workshop.root)
        self._network, self._settings = network, settings

    def look(self, picture: ReadPicture) -> _Found:
        """Look for every word on an image."""
        if picture.pixels is None:
            return _Found({}, 0.0, picture.reason)
        began = time.perf_counter()
        try:
            probabilities, scores = self._network.look(picture.pixels, self._settings)
        except InvalidInputError as error:
            return _Found({}, time.perf_counter() - began, str(error))
        found = dict(self._regions(soft_maps(probabilities, len(self._words)), scores))
        return _Found(found, time.perf_counter() - began)

    def _regions(self, maps: NDArray[np.float32], scores: NDArray[np.float32]) -> Iterator[tuple[int, NewRegion]]:
        for word, soft_map, score in zip(self._words, maps, scores, strict=False):
            inside = soft_map >= self._settings.threshold
            if inside.any():
                confidence = float(score * soft_map[inside].mean())
                yield word.id, region_of(self._maps, soft_map, inside, confidence, word.text, self._settings.threshold)


def region_of(
    maps: RegionMaps, soft_map: SoftMap, inside: NDArray[np.bool_], confidence: float, label: str, threshold: float,
    kind: regions.Kind = regions.WORD,
) -> NewRegion:  # fmt: skip
    """A region about to be stored, its map stored already."""
    height, width = soft_map.shape
    return NewRegion(
        kind, label, min(1.0, confidence), float(inside.mean()), threshold, maps.put(soft_map), width, height
    )


def soft_maps(probabilities: NDArray[np.float32], asked: int) -> NDArray[np.float32]:
    """The maps of the first words of a picture, which share no pixel, at 0.5 where each becomes the likeliest.

    Args:
        probabilities: (K + 1, h, w) that sum to 1, the background last.
        asked: how many of the K are looked for; the others only compete.

    Returns:
        (asked, h, w) float32 in [0, 1]: p / (p + the most of what competes: background, and words not asked for),
        0 where another asked word is likelier.
    """
    wanted = probabilities[:asked]
    rival = probabilities[asked:].max(axis=0)
    best = wanted.argmax(axis=0)
    own = np.arange(asked)[:, None, None] == best
    return np.asarray(np.where(own, wanted / np.maximum(wanted + rival, 1e-12), 0), np.float32)


def _said(tally: Tally) -> str:
    failed = f", {tally.failed} could not be read" if tally.failed else ""
    return f"{tally.with_regions} of {tally.images} images with regions{failed}"
