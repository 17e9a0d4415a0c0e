"""Words of the library → where their first images show them: soft maps as files, regions as rows, image by image.

Whatever stops it, what was found is kept: the same call goes on with the images that are still to be looked at. Words
that are segmented together share no pixel: each goes to the word that is likeliest there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mofu.db import regions
from mofu.db.regions import NewRegion, NewSegmentation, SegmentationRecord, Tally
from mofu.db.words import WordRecord
from mofu.errors import InvalidInputError, UnknownNameError
from mofu.features.registry import Backbone
from mofu.imaging.decoders import cores
from mofu.imaging.results import Pixels
from mofu.settings import SegmentationSettings
from mofu.workers.jobs import job
from mofu.workers.region_lessons import RegionLesson, digest, lesson
from mofu.workers.region_maps import RegionMaps, as_stored
from mofu.workers.region_rounds import self_trained
from mofu.workers.region_training import Trained, trained
from mofu.workers.region_walk import new_region, walk
from mofu.workers.workshop import Workshop

METHODS = ("surfaces", "cam", "dcsm", "layercam", "gradcam++", "simonyan", "attention")
"""Whole surfaces, and methods of saliency; known here without loading what computes them."""

REFINEMENTS = ("none", "crf", "crf-surfaces", "guided", "sam")

SEGMENTERS = ("fcn", "unet")

_AT_ONCE = 4
"""Pictures that are looked at at once, at most: a core each, and some 100 MB."""
_ONE_AT_A_TIME = ("sam",)
"""Refinements by networks too large to be run several times at once."""

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
        MissingPackageError: torch is not installed, or what the refinement needs.
        MissingWeightsError, DamagedError: the refinement's weights are not here, or not those that were published.
        NothingFoundError: a word is not ranked.
        MissingError: a word has too few images.
        LibraryError: there is no background.
        InvalidInputError: the backbone has no maps, or too few images can be read.
        UnknownNameError: no such method, refinement or segmenter.
    """
    from mofu.segmentation import require_torch
    from mofu.segmentation.refinement import identity

    check(settings)
    require_torch()
    identity(settings.refine)  # loaded here, so that what is missing is said once and not of every picture
    subject, word_id = ", ".join(word.text for word in asked), asked[0].id if len(asked) == 1 else None
    with job(workshop, "segment", subject, word_id) as at:
        learned = lesson(at, asked, settings)
        network = trained(at, learned, backbone, settings)
        begun = _looked(at, learned, network, backbone, settings)
        if settings.selftrain:
            begun = _best_round(at, learned, network, backbone, settings)
        return _finish(at, learned, begun)


def _best_round(
    workshop: Workshop, learned: RegionLesson, first: Trained, backbone: Backbone, settings: SegmentationSettings
) -> dict[int, SegmentationRecord]:
    """The segmentations of the best round, by the words' numbers; those of the others are kept beside them."""
    rounds = [
        (network.facts["worth"], _looked(workshop, learned, network, backbone, settings))
        for network in self_trained(workshop, learned, first, backbone, settings)
    ]
    return max(rounds, key=lambda each: each[0])[1]


def _looked(
    workshop: Workshop, learned: RegionLesson, network: Trained, backbone: Backbone, settings: SegmentationSettings
) -> dict[int, SegmentationRecord]:
    """Look at the first images of the words that were asked for; their segmentations, by the words' numbers."""
    begun = _begin(workshop, learned, network, backbone, settings)
    after = f", round {network.round}" if network.round else ""
    workshop.progress.start("segment", ", ".join(each.word.text for each in learned.asked) + after, None)
    pairs = [(each.word, begun[each.word.id].id) for each in learned.asked]
    looker = _Looker(RegionMaps(workshop.root), pairs, network, settings)
    at_once = 1 if network.is_on_gpu or settings.refine in _ONE_AT_A_TIME else min(cores(), _AT_ONCE)
    walk(workshop, _wanted(learned, begun, settings.top), settings.side_px, looker.look, at_once=at_once)
    done = _finish(workshop, learned, begun)
    workshop.progress.finish("; ".join(f"{each.word.text}: {_said(each.tally)}" for each in done))
    return begun


def check(settings: SegmentationSettings) -> None:
    """Raise UnknownNameError or InvalidInputError where settings name what is not there; computes nothing."""
    from mofu.features import registry

    if settings.method not in METHODS:
        raise UnknownNameError("method of regions", settings.method, METHODS)
    if settings.refine not in REFINEMENTS:
        raise UnknownNameError("refinement", settings.refine, REFINEMENTS)
    if settings.segmenter not in SEGMENTERS:
        raise UnknownNameError("segmenter", settings.segmenter, SEGMENTERS)
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
    from mofu.segmentation.refinement import identity
    from mofu.segmentation.saliency.registry import middle

    refinement = identity(settings.refine)
    how: dict[str, Any] = {
        "words": [each.word.slug for each in learned.asked],
        "contrasts": [each.word.slug for each in learned.contrasts],
        "side_px": settings.side_px,
        "threshold": settings.threshold,
    }
    if network.salient and settings.scaled:
        how["middle"] = middle(settings.method)
    parts = [_VERSION, network.lesson, settings.method, refinement, network.round, how]
    with workshop.database.write() as session:
        return {
            each.word.id: regions.begin(
                session,
                NewSegmentation(
                    word_id=each.word.id, kind=regions.WORD, method=settings.method, backbone=backbone.name,
                    backbone_id=backbone.id, refine=settings.refine, round=network.round,
                    settings=how | {"training": network.facts, "refinement": refinement}, seed=settings.seed,
                    classifier=network.sha256, lesson=network.lesson, fingerprint=digest(parts),
                ),
            )
            for each in learned.asked
        }  # fmt: skip


def _wanted(learned: RegionLesson, begun: Mapping[int, SegmentationRecord], top: int) -> dict[str, list[int]]:
    """Images to be looked at → the numbers of the segmentations; by rank, the words in turn."""
    ranked = sorted(
        (place, name, begun[each.word.id].id) for each in learned.asked for place, name in enumerate(each.images[:top])
    )
    found: dict[str, list[int]] = {}
    for _, name, number in ranked:
        found.setdefault(name, []).append(number)
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


class _Looker:
    """Pixels → regions of the words that were asked for, by their segmentations' numbers, the maps stored."""

    def __init__(
        self,
        maps: RegionMaps,
        words: Sequence[tuple[WordRecord, int]],
        network: Trained,
        settings: SegmentationSettings,
    ) -> None:
        self._maps, self._words, self._network, self._settings = maps, words, network, settings

    def look(self, pixels: Pixels, numbers: Sequence[int]) -> dict[int, list[NewRegion]]:
        """Look for the words whose image it is; InvalidInputError where the network sees nothing of a picture."""
        shown = [word.slug for word, number in self._words if number in numbers]
        probabilities, scores = self._network.look(pixels, self._settings, shown)
        found = as_stored(soft_maps(probabilities, len(self._words)))
        threshold = self._settings.threshold
        regions_of: dict[int, list[NewRegion]] = {}
        for (word, number), soft_map, score in zip(self._words, found, scores, strict=False):
            inside = soft_map >= threshold
            if inside.any():
                confidence = float(score * soft_map[inside].mean())
                regions_of[number] = [new_region(self._maps, soft_map, regions.WORD, word.text, confidence, threshold)]
        return regions_of


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
