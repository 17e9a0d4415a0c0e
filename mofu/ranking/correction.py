"""Verdicts → a new order at once, what moved and how far, and which images are worth judging next."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mofu.ranking.strategies.candidates import Candidates, Labels
from mofu.ranking.strategies.registry import rank
from mofu.ranking.strategies.result import Indices, StrategyResult
from mofu.ranking.strategies.training import Bench
from mofu.settings import RankingSettings


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

    def proposals(self, count: int, skip: Indices | None = None) -> Indices:
        """The images whose verdict would say most, (≤ count,), the most informative first.

        Args:
            count: how many.
            skip: images that were looked at without a verdict: unsure.
        """
        settled = self._candidates.verdicts != 0
        if skip is not None:
            settled[skip] = True
        order = np.argsort(np.abs(self.result.scores), kind="stable")
        return np.asarray(order[~settled[order]][:count])

    def _ranked(self) -> StrategyResult:
        return rank(self._candidates, self._strategy, self._settings, self._bench)
