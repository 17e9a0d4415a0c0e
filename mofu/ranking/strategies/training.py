"""Seeds and verdicts → one round's scores: the SVM that every strategy trains, warm from its former solution."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mofu.ranking.held_out import held_out_scores
from mofu.ranking.kernels import WordKernel
from mofu.ranking.strategies.candidates import Candidates, Labels, View
from mofu.ranking.strategies.result import Indices, Round
from mofu.ranking.svm import LinearSvm, balanced_costs, fit_linear_svm
from mofu.settings import RankingSettings


class Trainer:
    """The SVMs of one word by one backbone: inner products and solutions are kept from round to round.

    Attributes:
        kernel: of the word's images and the background.
    """

    def __init__(self, view: View) -> None:
        """Normalise.

        Raises:
            ValueError: NaN or infinity, or another number of dimensions than the background's.
        """
        self.kernel = WordKernel(view.background.normalized(view.activations), view.background)
        self._solutions: list[LinearSvm] = []

    def train(
        self,
        number: int,
        seeds: Indices,
        verdicts: Labels,
        settings: RankingSettings,
        weights: NDArray[np.float64] | None = None,
        held_out: bool = False,
    ) -> Round:
        """One round.

        Args:
            number: which, from 0: an earlier solution of that round, or else of the last, is where the solver starts.
            seeds: (k,) images that are taken for positives; a verdict overrules that.
            verdicts: (n,) hard labels, which weigh `settings.verdict_weight` times a seed.
            settings: the SVM's C and the weight.
            weights: (k,) of the seeds, 1 each where not given.
            held_out: score each positive as if it had been none (`mofu.ranking.held_out`).
        """
        labels = self._labels(seeds, verdicts)
        costs = balanced_costs(labels, settings.c, self._weights(seeds, verdicts, settings, weights))
        start = self._solutions[min(number, len(self._solutions) - 1)] if self._solutions else None
        svm = fit_linear_svm(self.kernel, labels, costs, start)
        self._solutions[number : number + 1] = [svm]
        scores = self.kernel.scores(svm.weights)
        if held_out:
            taught = np.flatnonzero(labels[: len(scores)])
            scores[taught] = held_out_scores(self.kernel, svm, labels.astype(np.float64), costs, taught)
        return Round(tuple(seeds.tolist()), scores, svm.objective)

    def _labels(self, seeds: Indices, verdicts: Labels) -> NDArray[np.int8]:
        labels = self.kernel.labels(seeds)
        judged = np.flatnonzero(verdicts)
        labels[judged] = verdicts[judged]
        return labels

    def _weights(
        self, seeds: Indices, verdicts: Labels, settings: RankingSettings, given: NDArray[np.float64] | None
    ) -> NDArray[np.float64]:
        weights = np.ones(len(self.kernel))
        if given is not None:
            weights[seeds] = given
        weights[np.flatnonzero(verdicts)] = settings.verdict_weight
        return weights


class Bench:
    """What is worth keeping of a word between two rankings: a trainer for each backbone. Verdicts may differ."""

    def __init__(self) -> None:
        self._trainers: dict[int, Trainer] = {}

    def trainer(self, candidates: Candidates, view: int = 0) -> Trainer:
        """That of the candidates' view of this number; the candidates' activations must be the same each time."""
        if view not in self._trainers:
            self._trainers[view] = Trainer(candidates.views[view])
        return self._trainers[view]
