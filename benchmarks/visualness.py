"""The recognizability of 122 words: 50 images each against 5,000, 5 folds, 4,096 dimensions, beside LinearSVC.

    python benchmarks/visualness.py [--words 122] [--baseline-words 10] [--photographs]

Activations as `activations.py` says, given and in memory; with --photographs the words are draws of 50 images of the
texture classes. Figures: visualness_122_s, everything from the activations to the table (normalisation, Gram matrix,
folds, bootstrap), whose baseline is scikit-learn's LinearSVC with its defaults on the same folds of some of the words,
extrapolated to all, and whose ratio is baseline over ours; visualness_ap_gap, the largest difference of a word's score
to that of LinearSVC; visualness_ap, the mean score.
"""

from __future__ import annotations

import argparse
import time
import warnings

import numpy as np
from activations import World, made_up, of_photographs
from figures import figure
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.svm import LinearSVC

from mofu.ranking.background import PreparedBackground
from mofu.ranking.metrics import average_precision
from mofu.ranking.recognizability import Candidate, Protocol, Recognizability, folds_of, measure_recognizability

IMAGES = 50
BACKGROUND = 5000


def drawn(world: World, words: int) -> list[Candidate]:
    """Words of 50 images drawn from those of the world, whose names come round again."""
    rng, names = np.random.default_rng(0), list(world.words)
    chosen = [world.words[names[index % len(names)]] for index in range(words)]
    return [
        Candidate(f"word {index}", rows[rng.choice(len(rows), IMAGES, replace=False)], "drawn")
        for index, rows in enumerate(chosen)
    ]


def refitted(candidate: Candidate, background: PreparedBackground) -> tuple[float, float]:
    """Mean AP of LinearSVC on the same folds, and the seconds that it took."""
    rows = np.concatenate([background.normalized(candidate.activations), background.rows])
    labels = np.repeat([1, -1], [IMAGES, len(background.rows)])
    folds: NDArray[np.intp] = folds_of(np.arange(IMAGES), len(background.rows), Protocol())
    scores, start = [], time.perf_counter()
    for fold in range(Protocol().folds):
        train, test = folds != fold, folds == fold
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            svm = LinearSVC(class_weight="balanced").fit(rows[train], labels[train])
        scores.append(average_precision(labels[test] > 0, svm.decision_function(rows[test])))
    return float(np.mean(scores)), time.perf_counter() - start


def measure(words: int, baseline_words: int, photographs: bool) -> None:
    """Ours on all words, LinearSVC on some of them, and the figures of both."""
    world = of_photographs() if photographs else made_up(IMAGES, words, BACKGROUND)
    candidates = drawn(world, words)
    start = time.perf_counter()
    background = PreparedBackground(world.background)
    ours: list[Recognizability] = list(measure_recognizability(candidates, background, "benchmark"))
    seconds = time.perf_counter() - start
    compared = list(zip(candidates, ours, strict=True))[:: max(1, words // baseline_words)][:baseline_words]
    theirs = [refitted(candidate, background) for candidate, _ in compared]
    baseline = float(np.mean([taken for _, taken in theirs])) * words
    gap = max(abs((mine.score or 0.0) - score) for (_, mine), (score, _) in zip(compared, theirs, strict=True))
    figure("visualness_122_s", round(seconds, 3), "s", round(baseline, 3), round(baseline / seconds, 1), words)
    figure("visualness_ap_gap", round(gap, 5), "AP", n=len(theirs))
    figure("visualness_ap", round(float(np.mean([each.score or 0.0 for each in ours])), 4), "AP", n=words)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--words", type=int, default=122)
    parser.add_argument("--baseline-words", type=int, default=10)
    parser.add_argument("--photographs", action="store_true")
    arguments = parser.parse_args()
    measure(arguments.words, arguments.baseline_words, arguments.photographs)
