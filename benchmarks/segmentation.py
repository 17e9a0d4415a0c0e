"""Regions of words learned from image-level labels, on composites whose pixels are known: mean IoU and what it costs.

    python benchmarks/segmentation.py [--quick] [--methods surfaces,saliency,selftraining]

Five surfaces in regions of other photographs, see `composites.py`; it needs the photographs beside the project. The
IoU is that of the pixels of all scored pictures, averaged over five words and the background. Training sees which words
each of its pictures shows, and photographs that show none; what can be tuned, the refinement and the threshold, is
tuned on composites of other photographs than those scored, 27 settings of each method, and told on standard error with
the seeds and each class's IoU.

Figures ending in `_known` tell the method which words a scored picture shows, but not where: that is so in a library,
whose ranking found the picture by its word, and it is what others report of masks of their training images. The others
leave that to the method too.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
import torch
from composites import BACKGROUND, CLASSES, Composite, Photographs, compose, plain, split
from figures import SHARED_WEB, figure
from numpy.typing import NDArray

from mofu.features.registry import load
from mofu.segmentation.refinement.registry import refine
from mofu.segmentation.segmenting import SegmentingSettings, segment
from mofu.segmentation.selftraining import Picture, SelfTrainingSettings, self_train
from mofu.segmentation.selftraining.pictures import restricted
from mofu.segmentation.surfaces import SurfaceClassifier, train_surfaces
from mofu.segmentation.training import Labelled, train
from mofu.settings import FeaturesSettings

SEEDS = {"train": 1, "tune": 2, "scored": 3}
COUNTS = {"train": 1200, "behind": 299, "tune": 120, "scored": 100}
"""Of composites, and behind them the photographs that show no word, to train on as well."""
QUICK = {"train": 50, "behind": 50, "tune": 6, "scored": 8}
THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
METHODS = ("surfaces", "saliency", "selftraining")
"""Groups that can be measured alone; the last is taught by the first."""
TAUGHT = 160
"""Pictures that self-training is given masks of."""

Planes = NDArray[np.float32]
Method = Callable[[Composite], Planes]
"""A picture → (words + 1, h, w) probabilities, the background last."""


@dataclass(frozen=True)
class Result:
    """Mean IoU on the tuning and the scored pictures at the threshold that is best on the former; time of a picture."""

    tuned: float
    miou: float
    ms: float


class Bench:
    """The pictures that methods are tuned on and scored on."""

    def __init__(self, tune: Sequence[Composite], scored: Sequence[Composite]) -> None:
        self._tune, self._scored = tune, scored

    def compared(self, figures: Mapping[str, str], method: Method) -> dict[str, Result]:
        """Tune the threshold of a method for each refinement of its maps, score both and print the figures.

        Args:
            figures: name of the figure → name of the refinement.
            method: gives maps as they are.
        """
        tune, scored = ({name: np.zeros((len(THRESHOLDS), 6, 6)) for name in figures} for _ in range(2))
        times = []
        for pictures, counts in ((self._tune, tune), (self._scored, scored)):
            for picture in pictures:
                start = time.perf_counter()
                planes = method(picture)
                times.append(1000 * (time.perf_counter() - start))
                for name, how in figures.items():
                    moved = refine(how, planes, picture.pixels)
                    counts[name] += [confusion(labelled(moved, each), picture.labels) for each in THRESHOLDS]
        return {name: self._said(name, tune[name], scored[name], median(times)) for name in figures}

    def _said(self, name: str, tune: NDArray[np.float64], scored: NDArray[np.float64], ms: float) -> Result:
        row = int(np.argmax([iou(each).mean() for each in tune]))
        result = Result(float(iou(tune[row]).mean()), float(iou(scored[row]).mean()), ms)
        figure(f"miou_{name}", round(result.miou, 4), "IoU", n=len(self._scored))
        each = " ".join(f"{value:.2f}" for value in iou(scored[row]))
        told(f"{name}: threshold {THRESHOLDS[row]}, on tuning pictures {result.tuned:.3f}; {each}")
        return result


def labelled(planes: Planes, threshold: float) -> NDArray[np.uint8]:
    """The likeliest word of each pixel where it reaches the threshold, else the background."""
    words = planes[:-1]
    return np.where(words.max(0) >= threshold, words.argmax(0), BACKGROUND).astype(np.uint8)


def confusion(found: NDArray[np.uint8], truth: NDArray[np.uint8]) -> NDArray[np.float64]:
    """(6, 6) pixels of each true label and each one found."""
    pairs = truth.astype(np.intp) * 6 + found
    return np.bincount(pairs.ravel(), minlength=36).reshape(6, 6).astype(np.float64)


def iou(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """IoU of each label."""
    hits = np.diag(counts)
    return np.asarray(hits / np.maximum(counts.sum(0) + counts.sum(1) - hits, 1))


def told(text: str) -> None:
    """A line for people."""
    print(text, file=sys.stderr, flush=True)


def words_of(picture: Composite) -> tuple[str, ...]:
    """All that is said of a picture."""
    return tuple(word for word, there in zip(CLASSES, picture.shown, strict=True) if there)


def pictures(train_set: Sequence[Composite], photographs: Photographs, behind: int) -> Iterator[Labelled]:
    """What is learned from: composites with their words, and photographs of the background."""
    yield from (Labelled(each.pixels, words_of(each)) for each in train_set)
    yield from (Labelled(pixels) for pixels in plain(photographs, behind, SEEDS["train"]))


def by_saliency(bench: Bench, material: Sequence[Labelled]) -> dict[str, Result]:
    """The methods that read one classifier of cells."""
    classifier = train(load("embedded_cnn", FeaturesSettings()), CLASSES, material)

    def method(name: str) -> Method:
        return lambda each: segment(classifier, each.pixels, SegmentingSettings(name, "none")).probabilities

    def of_known(each: Composite) -> Planes:
        found = segment(classifier, each.pixels, SegmentingSettings("dcsm", "none"), words_of(each)).probabilities
        return restricted(found, [CLASSES.index(word) for word in words_of(each)])

    found: dict[str, Result] = {}
    for name in ("simonyan", "gradcam++", "layercam", "dcsm"):
        found |= bench.compared(crfs(name, known=False), method(name))
    return found | bench.compared(crfs("dcsm", known=True), of_known)


def crfs(name: str, known: bool) -> dict[str, str]:
    """Figures of maps as they are, after a CRF as published, and after the one for surfaces of several colours."""
    end = "_known" * known
    return {f"{name}{end}": "none", f"{name}_crf{end}": "crf", f"{name}_crf_surfaces{end}": "crf-surfaces"}


def by_surfaces(bench: Bench, classifier: SurfaceClassifier) -> dict[str, Result]:
    """Whole regions classified, with and without refinement, the words of a picture known or not."""

    def method(known: bool) -> Method:
        return lambda each: classifier.segment(each.pixels, words_of(each) if known else None).probabilities

    return bench.compared(crfs("surfaces", known=False), method(known=False)) | bench.compared(
        crfs("surfaces", known=True), method(known=True)
    )


def by_self_training(bench: Bench, classifier: SurfaceClassifier, material: Sequence[Labelled]) -> dict[str, Result]:
    """A segmenter that is taught with the masks of surfaces."""
    taught = []
    for each in [*material[:TAUGHT], *material[-TAUGHT // 4 :]]:
        numbers = tuple(CLASSES.index(word) for word in each.words)
        masks = classifier.segment(each.pixels, each.words).probabilities if numbers else None
        taught.append(Picture(each.pixels, numbers, masks))
    rounds = SelfTrainingSettings(rounds=2)
    last = None
    for last in self_train(taught, CLASSES, load("embedded_cnn", FeaturesSettings()), rounds):
        told(f"self-training round {last.round}: {last.images} pictures, easiness {last.easiness:.2f}")
    assert last is not None
    segmenter = last.segmenter
    return bench.compared(crfs("selftrained", known=False), lambda each: segmenter.segment(each.pixels))


def measured(bench: Bench, material: Sequence[Labelled], methods: Sequence[str]) -> dict[str, Result]:
    """The results of groups of methods."""
    results: dict[str, Result] = {}
    if {"surfaces", "selftraining"} & set(methods):
        start = time.perf_counter()
        surfaces = train_surfaces(load("embedded_cnn", FeaturesSettings()), CLASSES, material)
        figure("surfaces_training_s", round(time.perf_counter() - start, 1), "s", n=len(material))
        results |= by_surfaces(bench, surfaces) if "surfaces" in methods else {}
    if "saliency" in methods:
        results |= by_saliency(bench, material)
    if "selftraining" in methods:
        results |= by_self_training(bench, surfaces, material)
    return results


def _methods(text: str) -> tuple[str, ...]:
    chosen = tuple(text.split(","))
    if unknown := set(chosen) - set(METHODS):
        raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: expected some of {', '.join(METHODS)}")
    return chosen


def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few pictures: does it run, not how well")
    parser.add_argument("--methods", type=_methods, default=METHODS, help=f"some of {', '.join(METHODS)}: all")
    given = parser.parse_args()
    counts = QUICK if given.quick else COUNTS
    if not (SHARED_WEB / "images").is_dir():
        sys.exit(f"this benchmark needs the photographs at {SHARED_WEB / 'images'}")
    torch.set_num_threads(min(2, torch.get_num_threads()))
    photographs = split(SHARED_WEB / "images")
    sets = {name: compose(photographs[name], counts[name], seed) for name, seed in SEEDS.items()}
    told(f"seeds {SEEDS}; pictures {counts}")
    told(f"IoU of each label in the order {', '.join(CLASSES)}, background")
    material = list(pictures(sets["train"], photographs["train"], counts["behind"]))
    bench = Bench(sets["tune"], sets["scored"])
    results = measured(bench, material, given.methods)
    for name, known in (("best", False), ("best_known", True)):
        able = {each: found for each, found in results.items() if each.endswith("_known") == known}
        chosen = max(able, key=lambda each: able[each].tuned)
        figure(f"miou_{name}", round(able[chosen].miou, 4), "IoU", n=counts["scored"])
        told(f"{name}, on tuning pictures: {chosen}")
    for name in (each for each in ("dcsm", "surfaces") if each in results):
        figure(f"{name}_ms", round(results[name].ms, 1), "ms a picture of 256 px", n=counts["scored"])


if __name__ == "__main__":
    main()
