"""Regions of words learned from image-level labels, on composites whose pixels are known: mean IoU and what it costs.

    python benchmarks/segmentation.py [--quick] [--methods surfaces,dcsm,layercam,gradcam++,simonyan,selftraining]

Five surfaces in regions of other photographs, see `composites.py`; it needs the photographs beside the project. The
IoU is that of the pixels of all scored pictures, averaged over five words and the background. All methods learn from
the same composites, of which they are told which words each shows, and from photographs that show none.

What has learned is asked twice: about other composites of the photographs that it learned from, as in a library, where
a word is looked for on images of its ranking; and, figures ending in `_unseen`, about composites of photographs of
which it has seen nothing. Of each, figures ending in `_known` tell it which words a picture shows, but not where: in a
library the ranking does. The others leave that to the method too.

Refinement and threshold, 42 settings of each method, are picked on composites that are not scored, and so is the score
from which on a word counts as shown where a method goes by that, 210 in all. For the first question they are a further
set. For the second it is done by cross-validation: photographs are dealt into five parts, a picture is composed of
those of one part, and each part is asked about by what has learned from the other four.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import median

import numpy as np
import torch
from composites import BACKGROUND, CLASSES, Composite, Photographs, compose, dealt, plain, split
from figures import SHARED_WEB, figure
from numpy.typing import NDArray
from segmentation_methods import METHODS, SURE, Lessons, Method, Planes, told

from mofu.segmentation.refinement.registry import refine

FOLDS = 5
SCORED_SEED, FOLD_SEED, SEEN_SEED = 3, 10, 20
"""Of composites of unseen photographs; of the first fold's; of further composites of the photographs learned from."""
THRESHOLDS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98)
REFINEMENTS = {"": "none", "_crf": "crf", "_crf_surfaces": "crf-surfaces"}
"""End of a figure's name → maps as they are, a CRF as published, and one for surfaces of several colours."""
KNOWN = {"": False, "_known": True}
"""End of a figure's name → whether the method is told which words a picture shows."""

Counts = NDArray[np.float64]


@dataclass(frozen=True)
class Sizes:
    """How many pictures.

    Attributes:
        learned: composites of the photographs of each fold.
        behind: photographs of each fold that show no word, learned from as well.
        tried, tried_behind: the same in cross-validation: the first so many.
        judged: composites of each fold that settings are tried on.
        seen: further composites of the photographs learned from, to try settings on, and as many to score.
        scored: composites of unseen photographs.
    """

    learned: int = 240
    behind: int = 75
    tried: int = 48
    tried_behind: int = 16
    judged: int = 30
    seen: int = 100
    scored: int = 100


QUICK = Sizes(learned=10, behind=10, tried=8, tried_behind=5, judged=3, seen=6, scored=8)


@dataclass(frozen=True)
class Question:
    """What has learned from some pictures, asked about others."""

    lessons: Lessons
    pictures: tuple[Composite, ...]


@dataclass(frozen=True)
class Exam:
    """Questions that settings are picked by, and the one that counts."""

    tried: tuple[Question, ...]
    scored: Question


@dataclass(frozen=True)
class Result:
    """Mean IoU where settings were picked, and on the scored pictures at the threshold that was best there.

    Attributes:
        sure: score from which on a word counted as shown; None where there was no such choice.
        threshold: of a word's probability.
        tuned: where settings were picked.
        miou: on the scored pictures.
        each: IoU of each label on these.
    """

    sure: float | None
    threshold: float
    tuned: float
    miou: float
    each: tuple[float, ...]

    def __str__(self) -> str:
        classes = " ".join(f"{value:.2f}" for value in self.each)
        sure = "" if self.sure is None else f"sure from {self.sure}, "
        return f"{sure}threshold {self.threshold}, where it was picked {self.tuned:.3f}; {classes}"


def measured(name: str, exams: Mapping[str, Exam]) -> dict[tuple[str, str, str], Result]:
    """Tune and score a method, and print its figures.

    Returns:
        By the ends of a figure's name: of the refinement, the exam, and of whether words are known.
    """
    taught = cache(METHODS[name])
    results: dict[tuple[str, str, str], Result] = {}
    of_ms: list[float] = []
    for unseen, exam in exams.items():
        start = time.process_time()
        method = taught(exam.scored.lessons)
        method(exam.scored.pictures[0], True)  # learns, where no method before has read the same classifier
        told(f"{name}{unseen}: {time.process_time() - start:.0f} s of processor time until the first picture")
        scored = judged(method, exam.scored.pictures, of_ms)
        tried = [judged(taught(each.lessons), each.pictures, []) for each in exam.tried]
        for (how, known), counts in scored.items():
            result = _result(np.sum([each[how, known] for each in tried], axis=0), counts)
            results[how, unseen, known] = result
            figure(f"miou_{name}{how}{unseen}{known}", round(result.miou, 4), "IoU", n=len(exam.scored.pictures))
            told(f"{name}{how}{unseen}{known}: {result}")
    figure(f"{name}_ms", round(median(of_ms), 1), "ms of processor time a picture of 256 px", n=len(of_ms))
    return results


def judged(method: Method, pictures: Sequence[Composite], of_ms: list[float]) -> dict[tuple[str, str], Counts]:
    """Ends of a figure's name → (1 or `SURE`, thresholds, 6, 6) pixels of each true label and each one found.

    Args:
        of_ms: is given the milliseconds of processor time of each picture, its words known, without refinement.
    """
    counts: dict[tuple[str, str], Counts] = {}
    for picture in pictures:
        for end, known in KNOWN.items():
            start = time.process_time()
            found = method(picture, known)
            of_ms += [1000 * (time.process_time() - start)] * known
            for how in REFINEMENTS:
                counts[how, end] = counts.get((how, end), 0.0) + _counted(found, how, picture)
    return counts


def _counted(found: Sequence[Planes], how: str, picture: Composite) -> Counts:
    each = {id(planes): planes for planes in found}  # the same planes may be given for several scores
    moved = {name: refine(REFINEMENTS[how], planes, picture.pixels) for name, planes in each.items()}
    of_threshold = {
        name: [confusion(labelled(planes, threshold), picture.labels) for threshold in THRESHOLDS]
        for name, planes in moved.items()
    }
    return np.array([of_threshold[id(planes)] for planes in found])


def _result(tuned: Counts, scored: Counts) -> Result:
    values = iou(tuned).mean(-1)
    sure, row = np.unravel_index(int(values.argmax()), values.shape)
    each = iou(scored[sure, row])
    return Result(
        SURE[sure] if len(values) > 1 else None,
        THRESHOLDS[row],
        float(values.max()),
        float(each.mean()),
        tuple(round(float(value), 2) for value in each),
    )


def labelled(planes: Planes, threshold: float) -> NDArray[np.uint8]:
    """The likeliest word of each pixel where it reaches the threshold, else the background."""
    words = planes[:-1]
    return np.where(words.max(0) >= threshold, words.argmax(0), BACKGROUND).astype(np.uint8)


def confusion(found: NDArray[np.uint8], truth: NDArray[np.uint8]) -> Counts:
    """(6, 6) pixels of each true label and each one found."""
    pairs = truth.astype(np.intp) * 6 + found
    return np.bincount(pairs.ravel(), minlength=36).reshape(6, 6).astype(np.float64)


def iou(counts: Counts) -> Counts:
    """(…, 6, 6) → (…, 6) IoU of each label."""
    hits = np.diagonal(counts, axis1=-2, axis2=-1)
    return np.asarray(hits / np.maximum(counts.sum(-2) + counts.sum(-1) - hits, 1))


def examined(photographs: Mapping[str, Photographs], sizes: Sizes) -> dict[str, Exam]:
    """End of a figure's name → the exam."""
    learned = photographs["learned"]
    parts = list(enumerate(dealt(learned, FOLDS)))
    made = [compose(part, sizes.learned, FOLD_SEED + fold) for fold, part in parts]
    behind = [plain(part, sizes.behind, FOLD_SEED + fold) for fold, part in parts]

    def lessons(folds: Sequence[int], most: int, most_behind: int) -> Lessons:
        return Lessons.of(
            (each for fold in folds for each in made[fold][:most]),
            (pixels for fold in folds for pixels in behind[fold][:most_behind]),
        )

    whole = lessons(range(FOLDS), sizes.learned, sizes.behind)
    without = [lessons([each for each in range(FOLDS) if each != fold], sizes.tried, sizes.tried_behind)
               for fold in range(FOLDS)]  # fmt: skip
    tuned, scored = (Question(whole, tuple(compose(learned, sizes.seen, SEEN_SEED + n))) for n in range(2))
    unseen = Question(whole, tuple(compose(photographs["scored"], sizes.scored, SCORED_SEED)))
    folds = tuple(Question(each, tuple(made[fold][: sizes.judged])) for fold, each in enumerate(without))
    return {"": Exam((tuned,), scored), "_unseen": Exam(folds, unseen)}


def _best(results: Mapping[str, Mapping[tuple[str, str, str], Result]], exams: Mapping[str, Exam]) -> None:
    for unseen, exam in exams.items():
        for known in KNOWN:
            able = {
                name + how: result
                for name, found in results.items()
                for (how, *rest), result in found.items()
                if rest == [unseen, known]
            }
            chosen = max(able, key=lambda each: able[each].tuned)
            figure(f"miou_best{unseen}{known}", round(able[chosen].miou, 4), "IoU", n=len(exam.scored.pictures))
            told(f"best{unseen}{known}, where settings were picked: {chosen}")


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
    exams = examined(split(SHARED_WEB / "images"), sizes)
    told(f"{sizes}; IoU of each label in the order {', '.join(CLASSES)}, background")
    _best({name: measured(name, exams) for name in given.methods}, exams)
    told(f"{time.process_time() / 60:.1f} minutes of processor time in all")


if __name__ == "__main__":
    main()
