"""Regions of words learned from image-level labels, on composites whose pixels are known: mean IoU and what it costs.

    python benchmarks/segmentation.py [--quick] [--methods surfaces,dcsm,layercam,gradcam++,simonyan,selftraining]

Five surfaces in regions of other photographs, see `composites.py`; it needs the photographs beside the project. The
IoU is that of the pixels of all scored pictures, averaged over five words and the background. All methods learn from
the same pictures, of which they are told which words each shows, and from photographs that show none.

What can be tuned, the refinement and the threshold, 27 settings of each method, is tuned by cross-validation: the
photographs that are learned from are dealt into five parts, a picture is composed of photographs of one part, and those
of a part are judged by what has learned from the other four. What came of that is told on standard error, with each
class's IoU. The scored pictures decide nothing.

Figures ending in `_known` tell the method which words a scored picture shows, but not where: that is so in a library,
whose ranking found the picture by its word, and it is what others report of masks of their training images. The others
leave that to the method too.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

import numpy as np
import torch
from composites import BACKGROUND, CLASSES, Composite, Photographs, compose, dealt, plain, split
from figures import SHARED_WEB, figure
from numpy.typing import NDArray

from mofu.features.registry import load
from mofu.segmentation.classifier import RegionClassifier
from mofu.segmentation.refinement.registry import refine
from mofu.segmentation.segmenting import SegmentingSettings, segment
from mofu.segmentation.selftraining import Picture, SelfTrainingSettings, self_train
from mofu.segmentation.selftraining.pictures import restricted
from mofu.segmentation.surfaces import SurfaceClassifier, train_surfaces
from mofu.segmentation.training import Labelled, train
from mofu.settings import FeaturesSettings

FOLDS = 5
SCORED_SEED = 3
"""Of the scored pictures; those of each fold have ten and its number."""
THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
REFINEMENTS = {"": "none", "_crf": "crf", "_crf_surfaces": "crf-surfaces"}
"""End of a figure's name → maps as they are, a CRF as published, and one for surfaces of several colours."""
KNOWN = {"": False, "_known": True}
"""End of a figure's name → whether the method is told which words a picture shows."""
TAUGHT = 120
"""Pictures of words that self-training is given masks of, and a quarter as many of the background."""

Planes = NDArray[np.float32]
Counts = NDArray[np.float64]
Method = Callable[[Composite, bool], Planes]
"""A picture, and whether its words are known → (words + 1, h, w) probabilities, the background last."""


@dataclass(frozen=True)
class Sizes:
    """How many pictures.

    Attributes:
        learned: composites of the photographs of each fold.
        behind: photographs of each fold that show no word, learned from as well.
        tried, tried_behind: the same while settings are tried: the first so many.
        judged: composites of each fold that settings are tried on.
        scored: composites of other photographs.
    """

    learned: int = 240
    behind: int = 75
    tried: int = 48
    tried_behind: int = 16
    judged: int = 30
    scored: int = 100


QUICK = Sizes(learned=10, behind=10, tried=8, tried_behind=5, judged=3, scored=8)


@dataclass(frozen=True)
class Course:
    """What methods learn from, and pictures of other photographs that they are judged by.

    Attributes:
        material: pictures and the words that they show, in the order of the folds; then those that show none.
        judged: what the methods are asked about.
    """

    material: tuple[Labelled, ...]
    judged: tuple[Composite, ...]

    @cached_property
    def cells(self) -> RegionClassifier:
        """The classifier of cells that all methods of saliency read."""
        return train(load("embedded_cnn", FeaturesSettings()), CLASSES, self.material)

    @cached_property
    def surfaces(self) -> SurfaceClassifier:
        """The classifier of whole surfaces, which teaches the segmenter, too."""
        return train_surfaces(load("embedded_cnn", FeaturesSettings()), CLASSES, self.material)


@dataclass(frozen=True)
class Result:
    """Mean IoU by cross-validation and on the scored pictures at the threshold that is best by the former.

    Attributes:
        threshold: of a word's probability.
        tuned: by cross-validation.
        miou: on the scored pictures.
        each: IoU of each label on these.
    """

    threshold: float
    tuned: float
    miou: float
    each: tuple[float, ...]

    def __str__(self) -> str:
        classes = " ".join(f"{value:.2f}" for value in self.each)
        return f"threshold {self.threshold}, by cross-validation {self.tuned:.3f}; {classes}"


def by_saliency(name: str) -> Callable[[Course], Method]:
    """A method that reads the classifier of cells."""

    def learned(course: Course) -> Method:
        return lambda each, known: _salient(course.cells, name, each, known)

    return learned


def _salient(classifier: RegionClassifier, name: str, each: Composite, known: bool) -> Planes:
    words = words_of(each) if known else ()
    found = segment(classifier, each.pixels, SegmentingSettings(name, "none"), words).probabilities
    return restricted(found, numbers(words)) if known else found


def by_surfaces(course: Course) -> Method:
    """Whole regions, classified."""
    return lambda each, known: course.surfaces.segment(each.pixels, words_of(each) if known else None).probabilities


def by_self_training(course: Course) -> Method:
    """A segmenter that is taught with the masks of surfaces."""
    shown = [each for each in course.material if each.words]
    behind = [each for each in course.material if not each.words]
    chosen = [*shown[:: -(-len(shown) // TAUGHT)], *behind[:: -(-len(behind) // (TAUGHT // 4))]]
    taught = [_taught(course.surfaces, each) for each in chosen]
    last = None
    for last in self_train(taught, CLASSES, load("embedded_cnn", FeaturesSettings()), SelfTrainingSettings(rounds=2)):
        told(f"self-training round {last.round}: {last.images} pictures, easiness {last.easiness:.2f}")
    assert last is not None
    segmenter = last.segmenter

    def method(each: Composite, known: bool) -> Planes:
        found = segmenter.segment(each.pixels)
        return restricted(found, numbers(words_of(each))) if known else found

    return method


def _taught(classifier: SurfaceClassifier, each: Labelled) -> Picture:
    masks = classifier.segment(each.pixels, each.words).probabilities if each.words else None
    return Picture(each.pixels, numbers(each.words), masks)


METHODS: Mapping[str, Callable[[Course], Method]] = {
    "surfaces": by_surfaces,
    "dcsm": by_saliency("dcsm"),
    "layercam": by_saliency("layercam"),
    "gradcam++": by_saliency("gradcam++"),
    "simonyan": by_saliency("simonyan"),
    "selftraining": by_self_training,
}


def judged(method: Method, pictures: Sequence[Composite], of_ms: list[float]) -> dict[str, Counts]:
    """End of a figure's name → (thresholds, 6, 6) pixels of each true label and each one found.

    Args:
        of_ms: is given the milliseconds of processor time of each picture, its words known, without refinement.
    """
    counts = {how + end: np.zeros((len(THRESHOLDS), 6, 6)) for how in REFINEMENTS for end in KNOWN}
    for picture in pictures:
        for end, known in KNOWN.items():
            start = time.process_time()
            planes = method(picture, known)
            of_ms += [1000 * (time.process_time() - start)] * known
            for how, refinement in REFINEMENTS.items():
                moved = refine(refinement, planes, picture.pixels)
                counts[how + end] += [confusion(labelled(moved, each), picture.labels) for each in THRESHOLDS]
    return counts


def measured(name: str, folds: Sequence[Course], whole: Course) -> dict[str, Result]:
    """Tune a method by the folds, score what has learned from all of them, and print the figures."""
    tuned = [judged(METHODS[name](fold), fold.judged, []) for fold in folds]
    start = time.process_time()
    method = METHODS[name](whole)
    method(whole.judged[0], True)  # learns, where no method before has read the same classifier
    told(f"{name}: {time.process_time() - start:.0f} s of processor time until the first picture")
    of_ms: list[float] = []
    scored = judged(method, whole.judged, of_ms)
    figure(f"{name}_ms", round(median(of_ms), 1), "ms of processor time a picture of 256 px", n=len(of_ms))
    results = {end: _result(np.sum([each[end] for each in tuned], axis=0), counts) for end, counts in scored.items()}
    for end, result in results.items():
        figure(f"miou_{name}{end}", round(result.miou, 4), "IoU", n=len(whole.judged))
        told(f"{name}{end}: {result}")
    return {name + end: result for end, result in results.items()}


def _result(tuned: Counts, scored: Counts) -> Result:
    row = int(np.argmax([iou(each).mean() for each in tuned]))
    each = tuple(round(float(value), 2) for value in iou(scored[row]))
    return Result(THRESHOLDS[row], float(iou(tuned[row]).mean()), float(iou(scored[row]).mean()), each)


def labelled(planes: Planes, threshold: float) -> NDArray[np.uint8]:
    """The likeliest word of each pixel where it reaches the threshold, else the background."""
    words = planes[:-1]
    return np.where(words.max(0) >= threshold, words.argmax(0), BACKGROUND).astype(np.uint8)


def confusion(found: NDArray[np.uint8], truth: NDArray[np.uint8]) -> Counts:
    """(6, 6) pixels of each true label and each one found."""
    pairs = truth.astype(np.intp) * 6 + found
    return np.bincount(pairs.ravel(), minlength=36).reshape(6, 6).astype(np.float64)


def iou(counts: Counts) -> Counts:
    """IoU of each label."""
    hits = np.diag(counts)
    return np.asarray(hits / np.maximum(counts.sum(0) + counts.sum(1) - hits, 1))


def told(text: str) -> None:
    """A line for people."""
    print(text, file=sys.stderr, flush=True)


def words_of(picture: Composite) -> tuple[str, ...]:
    """All that is said of a picture."""
    return tuple(word for word, there in zip(CLASSES, picture.shown, strict=True) if there)


def numbers(words: Sequence[str]) -> tuple[int, ...]:
    """Of words, in the order of the planes."""
    return tuple(CLASSES.index(word) for word in words)


def courses(photographs: Mapping[str, Photographs], sizes: Sizes) -> tuple[list[Course], Course]:
    """The folds, and all of them against the scored pictures."""
    parts = list(enumerate(dealt(photographs["learned"], FOLDS)))
    made = [compose(part, sizes.learned, 10 + fold) for fold, part in parts]
    behind = [plain(part, sizes.behind, 10 + fold) for fold, part in parts]

    def material(folds: Sequence[int], most: int, most_behind: int) -> tuple[Labelled, ...]:
        shown = [Labelled(each.pixels, words_of(each)) for fold in folds for each in made[fold][:most]]
        return (*shown, *(Labelled(pixels) for fold in folds for pixels in behind[fold][:most_behind]))

    folds = [
        Course(
            material([other for other in range(FOLDS) if other != fold], sizes.tried, sizes.tried_behind),
            tuple(made[fold][: sizes.judged]),
        )
        for fold in range(FOLDS)
    ]
    scored = tuple(compose(photographs["scored"], sizes.scored, SCORED_SEED))
    return folds, Course(material(range(FOLDS), sizes.learned, sizes.behind), scored)


def _methods(text: str) -> tuple[str, ...]:
    chosen = tuple(text.split(","))
    if unknown := set(chosen) - set(METHODS):
        raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: expected some of {', '.join(METHODS)}")
    return chosen


def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few pictures: does it run, not how well")
    parser.add_argument("--methods", type=_methods, default=tuple(METHODS), help=f"some of {', '.join(METHODS)}: all")
    given = parser.parse_args()
    sizes = QUICK if given.quick else Sizes()
    if not (SHARED_WEB / "images").is_dir():
        sys.exit(f"this benchmark needs the photographs at {SHARED_WEB / 'images'}")
    torch.set_num_threads(min(2, torch.get_num_threads()))
    folds, whole = courses(split(SHARED_WEB / "images"), sizes)
    told(f"{sizes}; IoU of each label in the order {', '.join(CLASSES)}, background")
    results: dict[str, Result] = {}
    for name in given.methods:
        results |= measured(name, folds, whole)
    for name, known in (("best", False), ("best_known", True)):
        able = {each: found for each, found in results.items() if each.endswith("_known") == known}
        chosen = max(able, key=lambda each: able[each].tuned)
        figure(f"miou_{name}", round(able[chosen].miou, 4), "IoU", n=sizes.scored)
        told(f"{name}, by cross-validation: {chosen}")
    told(f"{time.process_time() / 60:.1f} minutes of processor time in all")


if __name__ == "__main__":
    main()
