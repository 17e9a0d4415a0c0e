"""The recognizability of 122 words: 50 images each against 5,000, 5 folds, 4,096 dimensions, beside LinearSVC.

    python benchmarks/visualness.py [--words 122] [--baseline-words 10] [--photographs]

Activations as `activations.py` says, given and in memory; with --photographs the words are draws of 50 images of the
texture classes. Figures: visualness_122_s, everything from the activations to the table (normalisation, Gram matrix,
folds, bootstrap), the median of three runs between which the baseline's words are fitted, so that both meet the same
neighbours; visualness_122_cpu_s, the same in seconds of processor time. The baseline of both is scikit-learn's
LinearSVC on the same folds of some of the words, extrapolated to all; the ratio is baseline over ours.
visualness_ap_gap is the largest difference of a word's score to that of LinearSVC; visualness_ap the mean score.

The baseline is LinearSVC as one would call it: its defaults (C = 1, tol = 1e-4, the dual, which "auto" takes as well
and which is three times as fast here as the primal), balanced classes, rows normalised and joined before. It has one
thread; ours has as many as there are cores, which is what seconds of processor time leave out.
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
RUNS = 3

Taken = NDArray[np.float64]


def drawn(world: World, words: int) -> list[Candidate]:
    """Words of 50 images drawn from those of the world, whose names come round again."""
    rng, names = np.random.default_rng(0), list(world.words)
    chosen = [world.words[names[index % len(names)]] for index in range(words)]
    return [
        Candidate(f"word {index}", rows[rng.choice(len(rows), IMAGES, replace=False)], "drawn")
        for index, rows in enumerate(chosen)
    ]


def refitted(candidate: Candidate, background: PreparedBackground) -> tuple[float, Taken]:
    """Mean AP of LinearSVC on the same folds, and the time that it took."""
    rows = np.concatenate([background.normalized(candidate.activations), background.rows])
    labels = np.repeat([1, -1], [IMAGES, len(background.rows)])
    folds: NDArray[np.intp] = folds_of(np.arange(IMAGES), len(background.rows), Protocol())
    scores, start = [], now()
    for fold in range(Protocol().folds):
        train, test = folds != fold, folds == fold
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            svm = LinearSVC(class_weight="balanced").fit(rows[train], labels[train])
        scores.append(average_precision(labels[test] > 0, svm.decision_function(rows[test])))
    return float(np.mean(scores)), now() - start


def table(world: World, candidates: list[Candidate]) -> tuple[list[Recognizability], PreparedBackground, Taken]:
    """Ours, from activations on, and the time that it took."""
    start = now()
    background = PreparedBackground(world.background)
    ours = list(measure_recognizability(candidates, background, "benchmark"))
    return ours, background, now() - start


def now() -> Taken:
    """Seconds on the clock, and of the processor."""
    return np.array([time.perf_counter(), time.process_time()])


def measure(words: int, baseline_words: int, photographs: bool) -> None:
    """Ours on all words, LinearSVC on some of them, in turns, and the figures of both."""
    world = of_photographs() if photographs else made_up(IMAGES, words, BACKGROUND)
    candidates = drawn(world, words)
    compared = np.linspace(0, words - 1, min(words, baseline_words)).astype(int)
    runs, gaps, theirs = [], [], []
    for share in np.array_split(compared, RUNS):
        ours, background, taken = table(world, candidates)
        runs.append(taken)
        for index in share:
            score, refitting = refitted(candidates[index], background)
            theirs.append(refitting)
            gaps.append(abs((ours[index].score or 0.0) - score))
    seconds, baseline = np.median(runs, axis=0), np.mean(theirs, axis=0) * words
    for name, mine, other in zip(("visualness_122_s", "visualness_122_cpu_s"), seconds, baseline, strict=True):
        figure(name, round(mine, 3), "s", round(other, 3), round(other / mine, 1), words)
    figure("visualness_ap_gap", round(max(gaps), 5), "AP", n=len(gaps))
    figure("visualness_ap", round(float(np.mean([each.score or 0.0 for each in ours])), 4), "AP", n=words)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--words", type=int, default=122)
    parser.add_argument("--baseline-words", type=int, default=10)
    parser.add_argument("--photographs", action="store_true")
    arguments = parser.parse_args()
    measure(arguments.words, arguments.baseline_words, arguments.photographs)
