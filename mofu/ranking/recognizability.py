"""A word's best images and a background → how recognisable the word is: the cross-validated average precision.

Yanai, Shimoda and Matsuo (UEC Tokyo, 2016): 50 positives against 5,000 random images, 5 folds, a linear SVM, average
precision; chance is the share of positives. Images that a classifier chose for itself flatter the word, so that a
result says who chose. The background's normalisation knows all of its images, but no label and none of the word's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from mofu.ranking.background import Activations, PreparedBackground
from mofu.ranking.blas import cores, single_threaded
from mofu.ranking.bootstrap import fold_interval
from mofu.ranking.joint import scores_of_folds
from mofu.ranking.kernels import Indices, SharedKernel
from mofu.ranking.metrics import Interval, average_precision
from mofu.ranking.svm import balanced_costs

_LEFT_OUT = -1
_SHOWN = 12
"""Background images that a result names as the most confusing."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """How recognizability is measured; with the images it is all that repeats a result.

    Attributes:
        folds: at least 2.
        c: the SVM's C.
        seed: deals images to folds and draws the bootstrap.
        positives: the word's first so many images are used.
        minimum: a word with fewer images is not ranked.
        background: so many background images are used, drawn by the seed; None takes all.
        resamples: of the bootstrap.
    """

    folds: int = 5
    c: float = 1.0
    seed: int = 0
    positives: int = 50
    minimum: int = 50
    background: int | None = None
    resamples: int = 1000

    def __post_init__(self) -> None:
        if self.folds < 2 or self.positives < self.minimum or self.minimum < self.folds or self.resamples < 1:
            raise ValueError(f"{self}: expected 2 ≤ folds ≤ minimum ≤ positives, and resamples")


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A word to be measured.

    Attributes:
        name: of the word.
        activations: (n, d) of its images, best first, as they come from the backbone that judges.
        chosen_by: who put them in this order: "verdicts", or the backbone of a ranking.
        groups: (n,) near-duplicates have the same number and stay in one fold; None: there are none.
        also_in_background: (s,) indices of background images that show pictures of the word: they take no part.
    """

    name: str
    activations: Activations
    chosen_by: str
    groups: NDArray[np.intp] | None = None
    also_in_background: NDArray[np.intp] | None = None


@dataclass(frozen=True, slots=True)
class Recognizability:
    """How recognisable a word is, or why that was not measured.

    Attributes:
        name: of the word.
        not_ranked: the reason; None where there is a score.
        n: images of the word that were used, or that there are where they are too few.
        background: images that stand for anything else.
        chosen_by: who chose the word's images.
        judged_by: the backbone whose activations were classified.
        protocol: how.
        score: mean of the folds' average precisions, in [0, 1].
        interval: 95 % bootstrap interval of the score over the images tested; the classifiers are as they are.
        pooled: average precision of all images together, each scored by the classifier that did not see it.
        of_folds: average precision of each fold.
        held_out: the score of each of the word's images by the classifier that did not see it.
        confusing: background images that look most like the word, by index, the worst first.
        confusing_scores: theirs, by the classifiers that did not see them.
    """

    name: str
    not_ranked: str | None
    n: int
    background: int
    chosen_by: str
    judged_by: str
    protocol: Protocol
    score: float | None = None
    interval: Interval | None = None
    pooled: float | None = None
    of_folds: tuple[float, ...] = ()
    held_out: tuple[float, ...] = field(default=(), repr=False)
    confusing: tuple[int, ...] = field(default=(), repr=False)
    confusing_scores: tuple[float, ...] = field(default=(), repr=False)

    @property
    def chance(self) -> float:
        """The share of positives: about what a classifier that knows nothing reaches."""
        return self.n / (self.n + self.background)


def measure_recognizability(
    candidates: Sequence[Candidate], background: PreparedBackground, judged_by: str, protocol: Protocol | None = None
) -> Iterator[Recognizability]:
    """Measure words one after the other, each given as soon as it is done, in their order.

    Args:
        candidates: the words.
        background: normalised by itself; its Gram matrix is computed once, and kept in it.
        judged_by: the backbone of all these activations.
        protocol: None takes that of the slides.

    Raises:
        ValueError: activations of another width than the background's, or not finite; groups for other images.
    """
    chosen = protocol or Protocol()

    def measure(candidate: Candidate) -> Recognizability:
        return _measured(candidate, background, judged_by, chosen)

    with single_threaded(), ThreadPoolExecutor(cores()) as threads:
        yield from threads.map(measure, candidates)


def sensitivity(
    candidate: Candidate,
    background: PreparedBackground,
    judged_by: str,
    protocol: Protocol,
    images: Sequence[int] = (),
    backgrounds: Sequence[int] = (),
) -> list[Recognizability]:
    """The same word with fewer images, then against fewer background images; more than there are is "not ranked".

    Chance moves with both (`Recognizability.chance`), so that a score alone compares only what has the same counts.
    """
    variants = [replace(protocol, positives=n, minimum=n) for n in images]
    variants += [replace(protocol, background=m) for m in backgrounds]
    return [next(iter(measure_recognizability([candidate], background, judged_by, each))) for each in variants]


def _measured(
    candidate: Candidate, background: PreparedBackground, judged_by: str, protocol: Protocol
) -> Recognizability:
    rows = background.normalized(candidate.activations[: protocol.positives])
    groups = np.arange(len(rows)) if candidate.groups is None else np.asarray(candidate.groups)[: protocol.positives]
    if candidate.groups is not None and len(candidate.groups) != len(candidate.activations):
        raise ValueError(f"{len(candidate.groups)} groups for {len(candidate.activations)} images: expected one each")
    folds_of_background = _deal_background(len(background.rows), protocol)
    if candidate.also_in_background is not None:
        folds_of_background[candidate.also_in_background] = _LEFT_OUT
    against = int(np.count_nonzero(folds_of_background != _LEFT_OUT))
    about = (len(rows), against, candidate.chosen_by, judged_by, protocol)
    reason = _not_ranked(len(rows), len(np.unique(groups)), len(background.rows), against, protocol)
    if reason is not None:
        return Recognizability(candidate.name, reason, *about)
    folds = np.concatenate([_deal(groups, protocol), folds_of_background])
    kernel = SharedKernel(rows, background)
    labels = kernel.labels(np.arange(len(rows)))
    held_out = _held_out(kernel, labels, folds, protocol)
    of_folds = [average_precision(labels[folds == f] > 0, held_out[folds == f]) for f in range(protocol.folds)]
    used = folds != _LEFT_OUT
    all_groups = np.concatenate([groups, np.full(len(background.rows), _LEFT_OUT)])
    others = held_out[len(rows) :]
    confusing = np.argsort(-others, kind="stable")[: min(_SHOWN, against)]
    return Recognizability(
        candidate.name,
        None,
        *about,
        score=float(np.mean(of_folds)),
        interval=fold_interval(labels, held_out, folds, all_groups, protocol.resamples, protocol.seed),
        pooled=average_precision(labels[used] > 0, held_out[used]),
        of_folds=tuple(of_folds),
        held_out=tuple(held_out[: len(rows)].tolist()),
        confusing=tuple(confusing.tolist()),
        confusing_scores=tuple(others[confusing].tolist()),
    )


def _not_ranked(n: int, groups: int, background: int, against: int, protocol: Protocol) -> str | None:
    """Why a word cannot be measured, or None."""
    if n < protocol.minimum:
        return f"n = {n} < {protocol.minimum}: not ranked"
    if groups < protocol.folds:
        return f"{groups} different images among {n}, fewer than {protocol.folds} folds: not ranked"
    if protocol.background is not None and protocol.background > background:
        return f"background of {background} images, fewer than the {protocol.background} asked for: not ranked"
    if against <= n:
        return f"background of {against} images, no more than the word's {n}: not ranked"
    return None


def folds_of(groups: NDArray[np.intp], background: int, protocol: Protocol) -> Indices:
    """The fold in which each sample is tested, images first, then the background; -1 leaves one out.

    Args:
        groups: (n,) of the word's images: near-duplicates stay in one fold.
        background: m, how many background images there are; they are dealt the same for every word.
    """
    return np.concatenate([_deal(groups, protocol), _deal_background(background, protocol)])


def _deal(groups: NDArray[np.intp], protocol: Protocol) -> Indices:
    """The fold of each image: groups stay whole, the largest first to the fold that has fewest, equals by the seed."""
    numbers, sizes = np.unique(groups, return_counts=True)
    shuffled = np.random.default_rng([protocol.seed, 0]).permutation(len(numbers))
    folds, filled = np.empty(len(groups), dtype=np.intp), np.zeros(protocol.folds, dtype=np.intp)
    for index in shuffled[np.argsort(-sizes[shuffled], kind="stable")]:
        fold = int(np.argmin(filled))
        folds[groups == numbers[index]] = fold
        filled[fold] += sizes[index]
    return folds


def _deal_background(size: int, protocol: Protocol) -> Indices:
    """The fold of each background image."""
    shuffled = np.random.default_rng([protocol.seed, 1]).permutation(size)
    used = shuffled if protocol.background is None else shuffled[: protocol.background]
    folds = np.full(size, _LEFT_OUT, dtype=np.intp)
    folds[used] = np.arange(len(used)) % protocol.folds
    return folds


def _held_out(
    kernel: SharedKernel, labels: NDArray[np.int8], folds: Indices, protocol: Protocol
) -> NDArray[np.float64]:
    """(N,) the score of each sample by the SVM of the other folds; -inf where it is left out."""
    trained = [np.where((folds == f) | (folds == _LEFT_OUT), 0, labels) for f in range(protocol.folds)]
    costs = np.stack([balanced_costs(each, protocol.c) for each in trained])
    scores = scores_of_folds(kernel, labels, costs.astype(np.float32))
    chosen = scores[np.maximum(folds, 0), np.arange(len(folds))]
    return np.where(folds == _LEFT_OUT, -np.inf, chosen).astype(np.float64)
