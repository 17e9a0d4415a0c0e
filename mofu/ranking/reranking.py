"""Search order to final order: iterated linear SVMs against a background, as the system of 2016 did it.

The strategy `classic` with scikit-learn's manners, for scripts that have arrays and no library.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_array, check_is_fitted

from mofu.ranking.background import Activations, PreparedBackground
from mofu.ranking.strategies.candidates import Candidates
from mofu.ranking.strategies.registry import rank
from mofu.ranking.strategies.result import places
from mofu.settings import RankingSettings


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
        settings = RankingSettings(
            first_seeds=self.first_seeds, next_seeds=self.next_seeds, rounds=self.rounds, c=self.c
        )
        result = rank(Candidates(images, background), "classic", settings)
        self.rounds_, self.scores_, self.order_ = list(result.rounds), result.scores, result.order
        return self

    def ranks(self) -> NDArray[np.intp]:
        """The place of each image in the final order, from 0."""
        check_is_fitted(self, "order_")
        return places(self.order_)
