"""What methods learn from → methods: a picture of known pixels in, probabilities of words and background out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from composites import CLASSES, Composite, Pixels
from numpy.typing import NDArray

from mofu.features.registry import load
from mofu.segmentation.classifier import RegionClassifier
from mofu.segmentation.segmenting import SegmentingSettings, segment
from mofu.segmentation.selftraining import Picture, SelfTrainingSettings, self_train
from mofu.segmentation.selftraining.pictures import restricted
from mofu.segmentation.surfaces import SurfaceClassifier, train_surfaces
from mofu.segmentation.training import Labelled, train
from mofu.settings import FeaturesSettings

TAUGHT = 120
"""Pictures of words that self-training is given masks of, and a quarter as many of the background."""

SURE = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Scores from which on a word may count as shown, where a method leaves out words by their score."""

Planes = NDArray[np.float32]
Method = Callable[[Composite, bool], Sequence[Planes]]
"""A picture, and whether its words are known → (words + 1, h, w) probabilities, the background last.

Once, or once for each of `SURE`.
"""


@dataclass(frozen=True, eq=False)
class Lessons:
    """What methods learn from; classifiers that several methods read are trained once.

    Attributes:
        pictures: with the words that they show, in the order of the folds; then those that show none.
    """

    pictures: tuple[Labelled, ...]

    @classmethod
    def of(cls, composites: Iterable[Composite], behind: Iterable[Pixels]) -> Lessons:
        """Composites, of which is said what they show, and pictures that show no word."""
        shown = [Labelled(each.pixels, words_of(each)) for each in composites]
        return cls((*shown, *map(Labelled, behind)))

    @cached_property
    def cells(self) -> RegionClassifier:
        """The classifier of cells that all methods of saliency read."""
        return train(load("embedded_cnn", FeaturesSettings()), CLASSES, self.pictures)

    @cached_property
    def surfaces(self) -> SurfaceClassifier:
        """The classifier of whole surfaces, which teaches the segmenter, too."""
        return train_surfaces(load("embedded_cnn", FeaturesSettings()), CLASSES, self.pictures)


def by_saliency(name: str) -> Callable[[Lessons], Method]:
    """A method that reads the classifier of cells."""

    def learned(lessons: Lessons) -> Method:
        return lambda each, known: _salient(lessons.cells, name, each, known)

    return learned


def _salient(classifier: RegionClassifier, name: str, each: Composite, known: bool) -> Sequence[Planes]:
    def found(words: tuple[str, ...]) -> Planes:
        return restricted(segment(classifier, each.pixels, settings, words).probabilities, _numbers(words))

    settings = SegmentingSettings(name, "none")
    if known:
        return [found(words_of(each))]
    scores = segment(classifier, each.pixels, settings).scores
    shown = [tuple(word for word, score in zip(CLASSES, scores, strict=True) if score > sure) for sure in SURE]
    planes = {words: found(words) for words in dict.fromkeys(shown)}
    return [planes[words] for words in shown]


def by_surfaces(lessons: Lessons) -> Method:
    """Whole regions, classified."""
    return lambda each, known: [lessons.surfaces.segment(each.pixels, words_of(each) if known else None).probabilities]


def by_self_training(lessons: Lessons) -> Method:
    """A segmenter that is taught with the masks of surfaces."""
    shown = [each for each in lessons.pictures if each.words]
    behind = [each for each in lessons.pictures if not each.words]
    chosen = [*shown[:: -(-len(shown) // TAUGHT)], *behind[:: -(-len(behind) // (TAUGHT // 4))]]
    taught = [_taught(lessons.surfaces, each) for each in chosen]
    last = None
    for last in self_train(taught, CLASSES, load("embedded_cnn", FeaturesSettings()), SelfTrainingSettings(rounds=2)):
        told(f"self-training round {last.round}: {last.images} pictures, easiness {last.easiness:.2f}")
    assert last is not None
    segmenter = last.segmenter

    def method(each: Composite, known: bool) -> Sequence[Planes]:
        found = segmenter.segment(each.pixels)
        return [restricted(found, _numbers(words_of(each))) if known else found]

    return method


def _taught(classifier: SurfaceClassifier, each: Labelled) -> Picture:
    masks = classifier.segment(each.pixels, each.words).probabilities if each.words else None
    return Picture(each.pixels, _numbers(each.words), masks)


METHODS: Mapping[str, Callable[[Lessons], Method]] = {
    "surfaces": by_surfaces,
    "dcsm": by_saliency("dcsm"),
    "layercam": by_saliency("layercam"),
    "gradcam++": by_saliency("gradcam++"),
    "simonyan": by_saliency("simonyan"),
    "selftraining": by_self_training,
}


def words_of(picture: Composite) -> tuple[str, ...]:
    """All that is said of a picture."""
    return tuple(word for word, there in zip(CLASSES, picture.shown, strict=True) if there)


def _numbers(words: Sequence[str]) -> tuple[int, ...]:
    """Of words, in the order of the planes."""
    return tuple(CLASSES.index(word) for word in words)


def told(text: str) -> None:
    """A line for people."""
    print(text, file=sys.stderr, flush=True)
