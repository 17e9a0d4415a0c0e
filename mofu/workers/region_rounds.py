"""A classifier of regions and its lesson → segmenters, round by round: masks teach what finds better ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from mofu.errors import InvalidInputError
from mofu.features.registry import Backbone
from mofu.imaging.results import Pixels
from mofu.settings import SegmentationSettings
from mofu.workers.region_classifiers import RegionClassifiers
from mofu.workers.region_lessons import RegionLesson
from mofu.workers.region_pictures import read_pictures
from mofu.workers.region_training import VERSION, Probabilities, Trained, kept
from mofu.workers.workshop import Workshop

if TYPE_CHECKING:
    from mofu.segmentation.selftraining import Picture, RoundResult, Segmenter, SelfTrainingSettings

_NOT_IN_ROUNDS = ("none", "sam")
"""Rounds take their own in place of these: by none, every picture is as easy as can be; a large network takes hours."""

Masks = Callable[[Pixels, Sequence[str]], Probabilities | None]
"""Pixels and the words that they show → soft masks, or None where the pixels cannot be looked at."""


def self_trained(
    workshop: Workshop, lesson: RegionLesson, first: Trained, backbone: Backbone, settings: SegmentationSettings
) -> Iterator[Trained]:
    """The segmenter of each round, while rounds help, each learned from the masks of the one before.

    A round is kept once its segmentation has begun; what is kept is not learned again, whatever number of rounds is
    asked for. Facts say what each is `worth`: the best need not be the last.

    Raises:
        InvalidInputError: too few images have a mask to learn from.
    """
    from mofu.segmentation.selftraining import self_train

    how, further = rounds_of(settings), further_down(lesson, settings.images)
    marks = [
        lesson.digest(VERSION, first.lesson, settings.method, sorted(further), asdict(replace(how, rounds=number)))
        for number in range(1, settings.selftrain + 1)
    ]
    earlier = list(_earlier(workshop, marks))
    yield from earlier
    if len(earlier) == len(marks) or (earlier and not earlier[-1].facts["helps"]):
        return
    unrefined = settings.model_copy(update={"refine": "none"})
    masks = partial(_masks, first, unrefined, how.mask_px)
    pictures = list(_pictures(workshop, lesson, further, how.side_px, masks))
    known = [_segmenter(each) for each in earlier]
    for result in self_train(pictures, lesson.slugs, backbone, how, workshop.progress, known):
        if result.round > len(earlier):
            sha256 = RegionClassifiers(workshop.root).put(result.segmenter.to_bytes())
            yield Trained(result.segmenter, sha256, marks[result.round - 1], result.round, _facts(result))


def rounds_of(settings: SegmentationSettings) -> SelfTrainingSettings:
    """How rounds are gone through."""
    from mofu.segmentation.selftraining import SelfTrainingSettings

    how = SelfTrainingSettings(segmenter=settings.segmenter, rounds=settings.selftrain, seed=settings.seed)
    return how if settings.refine in _NOT_IN_ROUNDS else replace(how, refine=settings.refine)


def further_down(lesson: RegionLesson, most: int) -> dict[str, tuple[str, ...]]:
    """Images further down the rankings than a classifier learns from, so many of a word → the slugs of the words."""
    taken, found = lesson.shown_by(), dict[str, tuple[str, ...]]()
    for each in lesson.asked:
        for name in each.images[len(each.learned) : len(each.learned) + most]:
            if name not in taken:
                found[name] = (*found.get(name, ()), each.word.slug)
    return found


def _earlier(workshop: Workshop, marks: Sequence[str]) -> Iterator[Trained]:
    """The first rounds, as far as they are kept, none after one that did not help."""
    from mofu.segmentation.selftraining import Segmenter

    for number, mark in enumerate(marks, start=1):
        if (found := kept(workshop, mark)) is None:
            return
        sha256, content, facts = found
        yield Trained(Segmenter.from_bytes(content, workshop.settings.features), sha256, mark, number, facts)
        if not facts["helps"]:
            return


def _segmenter(each: Trained) -> Segmenter:
    from mofu.segmentation.selftraining import Segmenter

    assert isinstance(each.network, Segmenter), "a round teaches segmenters"  # noqa: S101 - for the type checker
    return each.network


def _pictures(
    workshop: Workshop, lesson: RegionLesson, further: Mapping[str, tuple[str, ...]], side_px: int, masks: Masks
) -> Iterator[Picture]:
    """What is learned from: the words' images with masks, further ones without, and the background's."""
    from mofu.segmentation.selftraining import Picture

    shown_by = lesson.shown_by() | dict(further)
    workshop.progress.start("masks", ", ".join(lesson.slugs), len(shown_by))
    for done, picture in enumerate(read_pictures(workshop, shown_by, side_px), start=1):
        if picture.pixels is not None:
            shown = shown_by[picture.sha256]
            found = masks(picture.pixels, shown) if shown and picture.sha256 not in further else None
            yield Picture(picture.pixels, tuple(lesson.slugs.index(slug) for slug in shown), found)
        workshop.progress.advance(done, len(shown_by))
    workshop.progress.finish(f"{len(shown_by)} images")


def _masks(
    first: Trained, settings: SegmentationSettings, mask_px: int, pixels: Pixels, shown: Sequence[str]
) -> Probabilities | None:
    """A classifier's masks, as large as rounds compare them: hundreds of larger ones take a gigabyte."""
    from mofu.segmentation.selftraining.entries import thumbnail
    from mofu.segmentation.selftraining.pictures import resized

    try:
        found = first.look(pixels, settings, shown)[0]
    except InvalidInputError:  # too narrow for the network: it joins once a segmenter sees it
        return None
    height, width, _ = thumbnail(pixels, mask_px).shape
    return resized(found, (height, width))


def _facts(result: RoundResult) -> dict[str, Any]:
    return {
        "images": result.images, "extra": result.extra, "easiness": result.easiness,
        "faithfulness": result.faithfulness, "agreement": result.agreement, "worth": result.worth,
        "helps": result.helps,
    }  # fmt: skip
