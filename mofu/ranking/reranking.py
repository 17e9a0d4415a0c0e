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

from mofu.ranking.svm import fit_linear_svm

Activations = NDArray[np.float32]

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

    def fit(self, activations: Activations, background: Activations) -> Reranker:
        """Find the order.

        Args:
            activations: (n, d) of the word's images in the order of search, near-duplicates represented once.
            background: (m, d) of the word-free pool.

        Raises:
            ValueError: no image, an empty background, NaN or infinity, or dimensions that differ.
        """
        images = check_array(activations, dtype=np.float32)
        pool = check_array(background, dtype=np.float32)
        if images.shape[1] != pool.shape[1]:
            raise ValueError(f"images of {images.shape[1]} dimensions against a background of {pool.shape[1]}")
        gram = _gram(*normalize_against(images, pool))
        self.rounds_: list[Round] = []
        seeds = np.arange(min(self.first_seeds, len(images)))
        for _ in range(self.rounds):
            self.rounds_.append(self._round(gram, seeds, len(images)))
            self.scores_ = self.rounds_[-1].scores
            self.order_ = np.argsort(-self.scores_.round(_TIE_DECIMALS), kind="stable")
            seeds = self.order_[: self.next_seeds]
        return self

    def _round(self, gram: NDArray[np.float32], seeds: NDArray[np.intp], images: int) -> Round:
        training = np.concatenate([seeds, np.arange(images, len(gram))])
        labels = np.where(np.arange(len(training)) < len(seeds), 1, -1)
        svm = fit_linear_svm(gram[np.ix_(training, training)], labels, self.c)
        return Round(tuple(int(i) for i in seeds), svm.scores(gram[:images, training]), svm.objective)

    def ranks(self) -> NDArray[np.intp]:
        """The place of each image in the final order, from 0."""
        check_is_fitted(self, "order_")
        places = np.empty_like(self.order_)
        places[self.order_] = np.arange(len(self.order_))
        return places


def normalize_against(images: Activations, background: Activations) -> tuple[Activations, Activations]:
    """Standardise each dimension by the background's mean and deviation, then scale each row to length 1.

    A dimension is divided by its deviation plus the median deviation: one that hardly varies in a small background is
    noise, and dividing it by next to nothing would make the noise loud. Measured on five texture words (Fisher vectors
    of two codebooks, 12 simulated searches each, 250 background images): precision@50 0.911 against 0.900 for the
    plain deviation and 0.904 without standardisation, precision@100 0.836 against 0.817 and 0.826.
    """
    mean = background.mean(axis=0, dtype=np.float64).astype(np.float32)
    deviation = background.std(axis=0, dtype=np.float64)
    scale = deviation + np.median(deviation)
    scale = np.where(scale > 0, scale, 1.0).astype(np.float32)

    def normalize(rows: Activations) -> Activations:
        standard = (rows - mean) / scale
        lengths = np.linalg.norm(standard, axis=1, keepdims=True)
        return np.asarray(standard / np.where(lengths > 0, lengths, 1.0), dtype=np.float32)

    return normalize(images), normalize(background)


def _gram(images: Activations, background: Activations) -> NDArray[np.float32]:
    rows = np.concatenate([images, background])
    return np.asarray(rows @ rows.T)
