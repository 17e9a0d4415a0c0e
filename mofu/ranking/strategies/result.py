"""What every strategy gives: rounds, each with its seeds and scores, and the order that the last one makes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mofu.ranking.strategies.candidates import Labels

Indices = NDArray[np.intp]
Scores = NDArray[np.float64]

_TIE_DECIMALS = 9
"""Equal images may differ in a score's last bits, by where they stand in a matrix: such are ties."""


@dataclass(frozen=True, slots=True)
class Round:
    """One round of re-ranking.

    Attributes:
        seeds: indices of the images that were positives, best first.
        scores: (n,) decision values of all images; higher is better.
        objective: what was minimised; 0 where nothing was.
    """

    seeds: tuple[int, ...]
    scores: Scores
    objective: float


@dataclass(frozen=True, slots=True)
class StrategyResult:
    """An order of a word's images and how it came about.

    Attributes:
        order: (n,) indices of the images, best first: those a person accepted, those nobody judged, those rejected;
            within each of the three by the last round's scores, ties by the order of search.
        scores: (n,) the last round's.
        rounds: at least one.
        strategy: the name under which it can be repeated.
    """

    order: Indices
    scores: Scores
    rounds: tuple[Round, ...]
    strategy: str

    @property
    def ranks(self) -> Indices:
        """(n,) the place of each image in the order, from 0."""
        return places(self.order)


def ordered(scores: Scores) -> Indices:
    """Indices by score, best first; ties by index, which is the order of search."""
    return np.argsort(-scores.round(_TIE_DECIMALS), kind="stable")


def ordered_by_verdict(scores: Scores, verdicts: Labels) -> Indices:
    """The same within the accepted, the unjudged and the rejected, in this order."""
    order = ordered(scores)
    return order[np.argsort(-verdicts[order], kind="stable")]


def places(order: Indices) -> Indices:
    """The inverse of an order: where each image stands, from 0."""
    ranks = np.empty_like(order)
    ranks[order] = np.arange(len(order))
    return ranks
