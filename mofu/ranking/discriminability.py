"""Activations of several words' images → how well they can be told apart: a cross-validated confusion matrix.

Shimoda and Yanai (ICME 2015): the onomatopoeia of one noun, about 50 images each, a multi-class linear SVM on DCNN
features, 5-fold cross-validation.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mofu.ranking.background import Activations, PreparedBackground
from mofu.ranking.blas import cores, single_threaded
from mofu.ranking.kernels import GramKernel
from mofu.ranking.metrics import Confusion, Interval, wilson_interval
from mofu.ranking.svm import balanced_costs, fit_linear_svm

FOLDS = 5

Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Images of several classes.

    Attributes:
        names: the k classes.
        labels: (n,) the class of each image, 0 … k − 1.
        groups: (n,) the near-duplicate group of each image.
    """

    names: tuple[str, ...]
    labels: Indices
    groups: Indices

    def check(self, folds: int) -> None:
        """Raise ValueError where they are no samples for so many folds: see `folds_of`."""
        if self.labels.shape != self.groups.shape or self.labels.ndim != 1:
            raise ValueError(f"labels {self.labels.shape}, groups {self.groups.shape}: expected (n,) each")
        if len(self.names) < 2:
            raise ValueError(f"{len(self.names)} class: expected at least two to tell apart")
        for index, name in enumerate(self.names):
            distinct = len(np.unique(self.groups[self.labels == index]))
            if distinct < folds:
                raise ValueError(f"class {name!r} has {distinct} different images: expected at least {folds}")


@dataclass(frozen=True, slots=True)
class Confusable:
    """Two classes, and how often they are taken for each other.

    Attributes:
        first, second: their names, in the order of the matrix.
        forth, back: the share of the first's images taken for the second, and of the second's for the first.
    """

    first: str
    second: str
    forth: float
    back: float

    @property
    def share(self) -> float:
        """The mean of both."""
        return (self.forth + self.back) / 2


def folds_of(samples: Samples, folds: int = FOLDS, seed: int = 0) -> Indices:
    """The fold of each image, (n,): classes spread evenly as far as groups of near-duplicates, kept whole, allow.

    Raises:
        ValueError: fewer than two classes, or a class with fewer different images than folds.
    """
    # here: it takes two seconds to load, which whoever only reads results would wait for, as the pages do
    from sklearn.model_selection import StratifiedGroupKFold

    samples.check(folds)
    of_image = np.empty(len(samples.labels), dtype=np.intp)
    split = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    parts = split.split(np.zeros((len(of_image), 1)), samples.labels, samples.groups)
    for number, (_, held_out) in enumerate(parts):
        of_image[held_out] = number
    return of_image


def cross_validated(activations: Activations, samples: Samples, fold_of: Indices, c: float = 1.0) -> Confusion:
    """Count what is taken for what by `predictions`, whose arguments and errors these are."""
    return confusion_of(samples, predictions(activations, samples, fold_of, c))


def predictions(activations: Activations, samples: Samples, fold_of: Indices, c: float = 1.0) -> Indices:
    """The class, (n,), that each image is taken for by SVMs that have not seen its fold.

    One SVM a class against the others, balanced; the class with the highest score wins, the first of equals. Each
    dimension is standardised by the training images', then each row scaled to length 1, as re-ranking does by its
    background.

    Args:
        activations: (n, d).
        samples: the images' classes.
        fold_of: (n,) see `folds_of`; the same for all activations that are to be compared.
        c: the SVMs' C.

    Raises:
        ValueError: lengths that differ, NaN or infinity, or a class that is all in one fold.
    """
    if len(activations) != len(samples.labels) or fold_of.shape != samples.labels.shape:
        raise ValueError(f"{len(activations)} activations for {len(samples.labels)} labels: expected one each")
    predicted = np.empty_like(samples.labels)
    for fold in np.unique(fold_of):
        held_out = fold_of == fold
        kernel = GramKernel(PreparedBackground(activations[~held_out]).normalized(activations))
        predicted[held_out] = _winners(kernel, samples, ~held_out, c)[held_out]
    return predicted


def confusion_of(samples: Samples, predicted: Indices) -> Confusion:
    """How often images of each class, a row, were taken for each, a column."""
    counts = np.zeros((len(samples.names),) * 2, dtype=np.int64)
    np.add.at(counts, (samples.labels, predicted), 1)
    return Confusion(samples.names, counts)


def _winners(kernel: GramKernel, samples: Samples, trained: NDArray[np.bool_], c: float) -> Indices:
    """The class that each image scores highest for, by SVMs trained on some of them that share their inner products."""

    def scores(index: int) -> NDArray[np.float64]:
        labels = np.where(trained, np.where(samples.labels == index, 1, -1), 0)
        return fit_linear_svm(kernel, labels, balanced_costs(labels, c)).scores

    with single_threaded(), ThreadPoolExecutor(cores()) as threads:
        winners: Indices = np.argmax(list(threads.map(scores, range(len(samples.names)))), axis=0)
    return winners


def accuracy_interval(confusion: Confusion) -> Interval:
    """Wilson's 95 % interval of the accuracy.

    It takes each image for a trial of its own, so that what the folds' shared training images add to the uncertainty is
    not in it.
    """
    return wilson_interval(int(np.trace(confusion.counts)), int(confusion.counts.sum()))


def chance(confusion: Confusion) -> float:
    """The accuracy of always saying the largest class."""
    return float(confusion.counts.sum(axis=1).max() / confusion.counts.sum())


def confusables(confusion: Confusion) -> Sequence[Confusable]:
    """Every pair of classes, the most confused first; ties in the order of the matrix."""
    shares, names = confusion.row_shares, confusion.labels
    pairs = [
        Confusable(names[i], names[j], float(shares[i, j]), float(shares[j, i]))
        for i in range(len(names))
        for j in range(i + 1, len(names))
    ]
    return sorted(pairs, key=lambda pair: -pair.share)
