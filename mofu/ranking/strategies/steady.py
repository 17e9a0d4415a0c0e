"""`steady`: ever more seeds, round after round, until the first images stay the same."""

from __future__ import annotations

from mofu.ranking.strategies.candidates import Candidates
from mofu.ranking.strategies.registry import strategy
from mofu.ranking.strategies.result import Round
from mofu.ranking.strategies.seeding import by_search, first
from mofu.ranking.strategies.teaching import taught
from mofu.ranking.strategies.training import Bench
from mofu.settings import RankingSettings

MOST = 20
"""Rounds after which two orders that alternate are left alone."""


@strategy("steady")
def steady(candidates: Candidates, settings: RankingSettings, bench: Bench) -> list[Round]:
    """The first `pool` of the search, then `next_seeds`, and half as many more each round up to `pool`.

    It ends when the first `pool` are the same images as a round before.
    """
    count, step = settings.next_seeds, max(1, settings.next_seeds // 2)
    rounds = taught(candidates, settings, bench, by_search(candidates), [settings.pool, count])
    while len(rounds) < MOST and not _same(candidates, settings, rounds):
        count = min(settings.pool, count + step)
        [following] = taught(candidates, settings, bench, rounds[-1].scores, [count])
        rounds.append(following)
    return rounds


def _same(candidates: Candidates, settings: RankingSettings, rounds: list[Round]) -> bool:
    former, last = (set(first(each.scores, candidates.verdicts, settings.pool).tolist()) for each in rounds[-2:])
    return former == last
