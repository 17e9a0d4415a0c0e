"""`dense`: learn from those of the search's first images that look like each other."""

from __future__ import annotations

import numpy as np

from mofu.ranking.seeds import density
from mofu.ranking.strategies.candidates import Candidates
from mofu.ranking.strategies.registry import strategy
from mofu.ranking.strategies.result import Round
from mofu.ranking.strategies.teaching import taught
from mofu.ranking.strategies.training import Bench
from mofu.settings import RankingSettings


@strategy("dense")
def dense(candidates: Candidates, settings: RankingSettings, bench: Bench) -> list[Round]:
    """The `next_seeds` densest of the search's first `pool`, then each time the own first `next_seeds`."""
    start = np.full(len(candidates), -np.inf)
    start[: settings.pool] = density(bench.trainer(candidates).kernel.images[: settings.pool])
    return taught(candidates, settings, bench, start, [settings.next_seeds] * settings.rounds)
