"""Search order to final order: iterated linear SVMs against a background, as the system of 2016 did it.

Yanai, Shimoda and Matsuo (UEC Tokyo, 2016): the engine's first 10 images are pseudo-positives, random images are
negatives; a linear SVM on CNN activations sorts all; the new first 20 train the next SVM, which sorts again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_array, check_is_fitted

from mofu.ranking.background import Activations, PreparedBackground
from mofu.ranking.kernels import WordKernel
from mofu.ranking.svm import balanced_costs, fit_linear_svm

_TIE_DECIMALS = 9
"""Equal images may differ in a score's last bits, by where they stand in a matrix: such are ties."""


@dataclass(frozen=True, slots=True)
class Round:
    """One round of re-ranking.

    Attributes:
        seeds: indices of the images that were pseudo-positives, best first.
        scores: (n,) decision values of all images; higher is better.
        objective: what the SVM minimised.
    """

    seeds: tuple[int, ...]
    scores: NDArray[np.float64]
    objective: float


class Reranker(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Re-rank a word's images against a background.

    Parameters:
        first_seeds: how many of the search's first images are the pseudo-positives of round 1.
        next_seeds: how many of a round's first images are those of the next.
        rounds: how many SVMs.
        c: the SVM's C.

    Attributes:
        rounds_: a `Round` each.
        scores_: (n,) the last round's scores.
        order_: (n,) indices of the images, best first; ties by the search's order.
    """

    def __init__(self, first_seeds: int = 10, next_seeds: int = 20, rounds: int = 2, c: float = 1.0) -> None:
        self.first_seeds = first_seeds
        self.next_seeds = next_seeds
        self.rounds = rounds
        self.c = c

    def fit(self, activations: Activations, background: Activations | PreparedBackground) -> Reranker:
        """Find the order.

        Args:
            activations: (n, d) of the word's images in the order of search, near-duplicates represented once.
            background: (m, d) of the word-free pool, or what an earlier word has made of it.

        Raises:
            ValueError: no image, an empty background, NaN or infinity, or dimensions that differ.
        """
        images = check_array(activations, dtype=np.float32)
        if not isinstance(background, PreparedBackground):
            background = PreparedBackground(check_array(background, dtype=np.float32))
        kernel = WordKernel(background.normalized(images), background)
        self.rounds_: list[Round] = []
        seeds, svm = np.arange(min(self.first_seeds, len(images))), None
        for _ in range(self.rounds):
            labels = kernel.labels(seeds)
            svm = fit_linear_svm(kernel, labels, balanced_costs(labels, self.c), start=svm)
            self.scores_ = kernel.scores(svm.weights)
            self.rounds_.append(Round(tuple(int(i) for i in seeds), self.scores_, svm.objective))
            self.order_ = np.argsort(-self.scores_.round(_TIE_DECIMALS), kind="stable")
            seeds = self.order_[: self.next_seeds]
        return self

    def ranks(self) -> NDArray[np.intp]:
        """The place of each image in the final order, from 0."""
        check_is_fitted(self, "order_")
        places = np.empty_like(self.order_)
        places[self.order_] = np.arange(len(self.order_))
        return places
