"""Re-ranking: 1,000 images of a word against 5,000 of the background, 4,096 dimensions, beside LinearSVC.

    python benchmarks/rerank.py [--verdicts 9] [--photographs]

Activations as `activations.py` says, given and in memory; a third of the word's images show it, more of the first ones.
Figures: rerank_cold_s, from activations to an order after two rounds, with nothing computed before; rerank_warm_s, the
median from a verdict (in turn a new one and a changed one) to the new order, both rounds solved again from their former
solutions. The baseline of both is scikit-learn's LinearSVC with its defaults on the same normalised activations and
labels, both rounds and the scoring, normalisation included in the cold one. rerank_score_gap is the largest difference
of a score to LinearSVC's, whose defaults stop early: the tests hold both to each other at a strict tolerance.
"""

from __future__ import annotations

import argparse
import time
from statistics import median

import numpy as np
from activations import World, made_up, of_photographs
from figures import figure
from numpy.typing import NDArray
from sklearn.svm import LinearSVC

from mofu.ranking.background import PreparedBackground
from mofu.ranking.kernels import WordKernel
from mofu.ranking.svm import LinearSvm, balanced_costs, fit_linear_svm

IMAGES, BACKGROUND = 1000, 5000
FIRST, NEXT = 10, 20
VERDICT_WEIGHT = 5.0

Rows = NDArray[np.float32]
Scores = NDArray[np.float64]
Verdicts = dict[int, int]
"""Index of an image → 1 (accepted) or -1 (rejected)."""


def word_of(world: World) -> Rows:
    """A word's 1,000 images, a third of which show it, in an order in which that share falls."""
    (name, *others), rng = list(world.words), np.random.default_rng(1)
    wrong = np.concatenate([world.words[other] for other in others] + [world.background[:1000]])
    wanted = rng.random(IMAGES) < np.linspace(0.75, 0.0, IMAGES)
    rows = wrong[rng.choice(len(wrong), IMAGES, replace=False)]
    shown = world.words[name][: np.count_nonzero(wanted)]
    rows[np.flatnonzero(wanted)[: len(shown)]] = shown
    return rows


def labelled(kernel: WordKernel, seeds: NDArray[np.intp], verdicts: Verdicts) -> tuple[NDArray[np.int8], Scores]:
    """Labels and weights of all samples."""
    labels, weights = kernel.labels(seeds), np.ones(len(kernel))
    for image, verdict in verdicts.items():
        labels[image], weights[image] = verdict, VERDICT_WEIGHT
    return labels, weights


def ours(kernel: WordKernel, verdicts: Verdicts, former: list[LinearSvm]) -> tuple[Scores, list[LinearSvm]]:
    """Two rounds, each from its former solution, or the second from the first where there is none."""
    seeds, solved = np.arange(FIRST), list[LinearSvm]()
    for each in range(2):
        labels, weights = labelled(kernel, seeds, verdicts)
        start = former[each] if former else (solved[-1] if solved else None)
        solved.append(fit_linear_svm(kernel, labels, balanced_costs(labels, 1.0, weights), start))
        scores = kernel.scores(solved[-1].weights)
        seeds = np.argsort(-scores, kind="stable")[:NEXT]
    return scores, solved


def theirs(kernel: WordKernel, verdicts: Verdicts) -> tuple[float, Scores]:
    """Seconds and scores of two rounds of LinearSVC; its rows are joined before."""
    rows, seeds = np.concatenate([kernel.images, kernel.background.rows]), np.arange(FIRST)
    start = time.perf_counter()
    for _ in range(2):
        labels, weights = labelled(kernel, seeds, verdicts)
        trained = labels != 0
        svm = LinearSVC(class_weight="balanced").fit(rows[trained], labels[trained], weights[trained])
        scores = svm.decision_function(kernel.images)
        seeds = np.argsort(-scores, kind="stable")[:NEXT]
    return time.perf_counter() - start, np.asarray(scores)


def cold(world: World, images: Rows) -> tuple[float, float, WordKernel, list[LinearSvm]]:
    """Seconds in all, those of the normalisation alone, which LinearSVC needs as well, and what can be kept."""
    start = time.perf_counter()
    background = PreparedBackground(world.background)
    normalized = background.normalized(images)
    halfway = time.perf_counter()
    kernel = WordKernel(normalized, background)
    _, solved = ours(kernel, {}, [])
    return time.perf_counter() - start, halfway - start, kernel, solved


def warm(kernel: WordKernel, solved: list[LinearSvm], count: int) -> tuple[float, Verdicts, Scores]:
    """Median seconds after a verdict, the verdicts, and the last scores."""
    verdicts, taken = Verdicts(), []
    for step in range(count):
        verdicts[40 + 7 * (step // 2)] = 1 if step % 3 else -1
        start = time.perf_counter()
        scores, solved = ours(kernel, verdicts, solved)
        taken.append(time.perf_counter() - start)
    return median(taken), verdicts, scores


def measure(verdicts: int, photographs: bool) -> None:
    """Ours, LinearSVC, and the figures of both."""
    world = of_photographs() if photographs else made_up(IMAGES // 3, 6, BACKGROUND)
    images = word_of(world)
    runs = [cold(world, images) for _ in range(3)]
    _, normalizing, kernel, solved = runs[-1]
    cold_s = median(run[0] for run in runs)
    warm_s, given, scores = warm(kernel, solved, verdicts)
    theirs_cold = normalizing + median(theirs(kernel, {})[0] for _ in range(3))
    figure("rerank_cold_s", round(cold_s, 4), "s", round(theirs_cold, 4), round(theirs_cold / cold_s, 1), 3)
    refitted = [theirs(kernel, given) for _ in range(3)]
    theirs_warm = median(taken for taken, _ in refitted)
    figure("rerank_warm_s", round(warm_s, 4), "s", round(theirs_warm, 4), round(theirs_warm / warm_s, 1), verdicts)
    figure("rerank_score_gap", round(float(np.abs(refitted[0][1] - scores).max()), 6), "score", n=IMAGES)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--verdicts", type=int, default=9)
    parser.add_argument("--photographs", action="store_true")
    arguments = parser.parse_args()
    measure(arguments.verdicts, arguments.photographs)
