"""Verdicts → a new order at once, what moved and how far, and which images are worth judging next."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mofu.ranking.background import Activations
from mofu.ranking.strategies.candidates import Candidates, Labels
from mofu.ranking.strategies.registry import rank
from mofu.ranking.strategies.result import Indices, StrategyResult
from mofu.ranking.strategies.training import Bench
from mofu.settings import RankingSettings

ASKED_AT = 75
"""The place in the order about which verdicts say most: halfway between the ends of a dataset of 50 and one of 100."""
CHOICE = 4
"""Images about that place for each that is proposed."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """A new order beside the one before it.

    Attributes:
        result: the new order.
        moved: (n,) places that each image rose (above 0) or fell (below 0).
    """

    result: StrategyResult
    moved: Indices


class Correction:
    """One word under correction: inner products and solutions stay in memory between verdicts.

    Attributes:
        result: the present order.
    """

    def __init__(self, candidates: Candidates, strategy: str, settings: RankingSettings) -> None:
        """Rank with the labels that the candidates bring.

        Raises:
            UnknownNameError, ValueError: as `rank`.
        """
        self._candidates, self._strategy, self._settings, self._bench = candidates, strategy, settings, Bench()
        self.result = self._ranked()

    def judge(self, labels: Labels) -> Corrected:
        """The order with these verdicts, (n,), which replace all earlier ones; it becomes the present one."""
        self._candidates = replace(self._candidates, labels=labels)
        before, self.result = self.result.ranks, self._ranked()
        return Corrected(self.result, before - self.result.ranks)

    def proposals(self, count: int, skip: Indices | None = None, at: int = ASKED_AT) -> Indices:
        """The images whose verdict would say most, (≤ count,), the most informative first.

        Uncertainty: of the images that nobody judged, those nearest in the order to the place `at`, or to the middle
        of the order where that comes first: further up nearly all are right, further down nearly all are wrong.
        Diversity: of `CHOICE` times as many as wanted, each next one looks least like those already chosen.

        Args:
            count: how many.
            skip: images that were looked at without a verdict: unsure.
            at: a place in the order, from 1.
        """
        is_open = self._candidates.verdicts == 0
        if skip is not None:
            is_open[skip] = False
        order = self.result.order
        place = min(at, len(order) // 2) - 1
        nearest = order[np.argsort(np.abs(np.arange(len(order)) - place), kind="stable")]
        uncertain = nearest[is_open[nearest]][: CHOICE * count]
        images = self._bench.trainer(self._candidates).kernel.images[uncertain]
        return np.asarray(uncertain[spread_out(images, count)])

    def _ranked(self) -> StrategyResult:
        return rank(self._candidates, self._strategy, self._settings, self._bench)


def spread_out(normalized: Activations, count: int) -> Indices:
    """The first row, then each time the one least like its nearest among those chosen; (≤ count,) indices of rows.

    The greedy k-centre (Gonzalez 1985), by cosine: rows, (n, d), have length 1.
    """
    chosen: list[int] = []
    nearest = np.full(len(normalized), -np.inf)
    for _ in range(min(count, len(normalized))):
        chosen.append(int(np.argmin(nearest)))
        nearest = np.maximum(nearest, normalized @ normalized[chosen[-1]])
        nearest[chosen] = np.inf
    return np.array(chosen, dtype=np.intp)
