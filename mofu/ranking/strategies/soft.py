"""`soft`: learn from all of the search's first images, from the better ones more."""

from __future__ import annotations

import numpy as np

from mofu.ranking.strategies.candidates import Candidates
from mofu.ranking.strategies.registry import strategy
from mofu.ranking.strategies.result import Round
from mofu.ranking.strategies.seeding import by_search, first, with_search
from mofu.ranking.strategies.training import Bench
from mofu.settings import RankingSettings


@strategy("soft")
def soft(candidates: Candidates, settings: RankingSettings, bench: Bench) -> list[Round]:
    """The first `pool` of the search, then of the own order, in `rounds` rounds; weights fall linearly to near 0."""
    trainer, verdicts = bench.trainer(candidates), candidates.verdicts
    scores, rounds = by_search(candidates), list[Round]()
    for number in range(settings.rounds):
        seeds = first(scores, verdicts, settings.pool)
        weights = 1.0 - np.arange(len(seeds)) / max(len(seeds), 1)
        found = trainer.train(number, seeds, verdicts, settings, weights, held_out=True)
        scores = with_search(found.scores, settings.search_weight)
        rounds.append(Round(found.seeds, scores, found.objective))
    return rounds
