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

FIRST = 50
"""Images of a dataset, where nobody says otherwise: the boundary at which a verdict is worth most."""
CHOICE = 4
"""Uncertain images for each that is proposed."""


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

    def proposals(self, count: int, skip: Indices | None = None, first: int = FIRST) -> Indices:
        """The images whose verdict would say most, (≤ count,), the most informative first.

        Uncertainty: of the images that nobody judged, those whose scores are nearest to where the first `first` end.
        Diversity: of `CHOICE` times as many as wanted, each next one looks least like those already chosen.

        Args:
            count: how many.
            skip: images that were looked at without a verdict: unsure.
            first: how many images the dataset shall have.
        """
        is_open = self._candidates.verdicts == 0
        if skip is not None:
            is_open[skip] = False
        scores, order = self.result.scores, self.result.order
        boundary = scores[order[max(0, min(first, len(order)) - 1)]]
        uncertain = np.argsort(np.abs(scores - boundary), kind="stable")
        uncertain = uncertain[is_open[uncertain]][: CHOICE * count]
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
