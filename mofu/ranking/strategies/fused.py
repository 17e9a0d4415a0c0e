"""`fused`: several backbones, and several search services, brought to one order by rank."""

from __future__ import annotations

import numpy as np

from mofu.ranking.strategies.candidates import Candidates
from mofu.ranking.strategies.registry import strategy
from mofu.ranking.strategies.result import Round, Scores
from mofu.ranking.strategies.seeding import by_search, rank_fusion
from mofu.ranking.strategies.teaching import taught_together
from mofu.ranking.strategies.training import Bench
from mofu.settings import RankingSettings


@strategy("fused")
def fused(candidates: Candidates, settings: RankingSettings, bench: Bench) -> list[Round]:
    """As `held-out`, from the services' fused order, by all backbones together."""
    return taught_together(candidates, settings, bench, _searched(candidates))


def _searched(candidates: Candidates) -> Scores:
    """What the services together say; an image that one did not find stands behind all that it found."""
    if not candidates.source_ranks:
        return by_search(candidates)
    ranks = [np.where(np.isnan(each), np.inf, each) for each in candidates.source_ranks]
    return rank_fusion([np.argsort(each, kind="stable") for each in ranks])
