"""A classifier of regions and its lesson → a segmenter, in rounds: masks teach what finds better ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from mofu.features.registry import Backbone
from mofu.imaging.results import Pixels
from mofu.settings import SegmentationSettings
from mofu.workers.region_classifiers import RegionClassifiers
from mofu.workers.region_lessons import RegionLesson
from mofu.workers.region_pictures import read_pictures
from mofu.workers.region_training import VERSION, Trained, kept
from mofu.workers.workshop import Workshop

if TYPE_CHECKING:
    from mofu.segmentation.selftraining import Picture, RoundResult


def self_trained(
    workshop: Workshop, lesson: RegionLesson, first: Trained, backbone: Backbone, settings: SegmentationSettings
) -> Trained:
    """The best segmenter of several rounds, each on the masks of the one before; kept, as classifiers are.

    Raises:
        InvalidInputError: too few images have a mask to learn from.
    """
    from mofu.segmentation.selftraining import Segmenter, SelfTrainingSettings, self_train

    how = SelfTrainingSettings(rounds=settings.selftrain, refine=settings.refine, seed=settings.seed)
    mark = lesson.digest(VERSION, first.lesson, settings.method, asdict(how))
    if (found := kept(workshop, mark)) is not None:
        sha256, content, facts = found
        segmenter = Segmenter.from_bytes(content, workshop.settings.features)
        return Trained(segmenter, sha256, mark, facts["round"], facts)
    pictures = list(_pictures(workshop, lesson, first, how.side_px, settings))
    rounds = list(self_train(pictures, lesson.slugs, backbone, how, workshop.progress))
    best = max(rounds, key=lambda each: each.worth)
    sha256 = RegionClassifiers(workshop.root).put(best.segmenter.to_bytes())
    return Trained(best.segmenter, sha256, mark, best.round, _facts(best, rounds))


def _pictures(
    workshop: Workshop, lesson: RegionLesson, first: Trained, side_px: int, settings: SegmentationSettings
) -> Iterator[Picture]:
    """What is learned from: the words' images with the classifier's masks as they are, and the background's."""
    from mofu.segmentation.selftraining import Picture

    shown_by, slugs = lesson.shown_by(), lesson.slugs
    unrefined = settings.model_copy(update={"refine": "none"})
    workshop.progress.start("masks", ", ".join(slugs), len(shown_by))
    for done, picture in enumerate(read_pictures(workshop, shown_by, side_px), start=1):
        if picture.pixels is not None:
            shown = shown_by[picture.sha256]
            masks = _masks(first, picture.pixels, unrefined, shown) if shown else None
            yield Picture(picture.pixels, tuple(slugs.index(slug) for slug in shown), masks)
        workshop.progress.advance(done, len(shown_by))
    workshop.progress.finish(f"{len(shown_by)} images")


def _masks(first: Trained, pixels: Pixels, settings: SegmentationSettings, shown: Sequence[str]) -> Any:
    from mofu.errors import InvalidInputError

    try:
        return first.look(pixels, settings, shown)[0]
    except InvalidInputError:  # too narrow for the network: it joins once a segmenter sees it
        return None


def _facts(best: RoundResult, rounds: list[RoundResult]) -> dict[str, Any]:
    told = [
        {"round": each.round, "images": each.images, "easiness": each.easiness, "faithfulness": each.faithfulness,
         "agreement": each.agreement}
        for each in rounds
    ]  # fmt: skip
    return {"round": best.round, "rounds": told}
