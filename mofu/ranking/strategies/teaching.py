"""Starting scores → rounds in which the best of each teach the next, every seed scored as if it had been none."""

from __future__ import annotations

from collections.abc import Iterable

from mofu.ranking.strategies.candidates import Candidates
from mofu.ranking.strategies.result import Round, Scores
from mofu.ranking.strategies.seeding import first, with_search
from mofu.ranking.strategies.training import Bench
from mofu.settings import RankingSettings


def taught(
    candidates: Candidates, settings: RankingSettings, bench: Bench, start: Scores, counts: Iterable[int], view: int = 0
) -> list[Round]:
    """A round for each count of seeds: the first so many of `start`, (n,), then of the round before."""
    trainer, verdicts = bench.trainer(candidates, view), candidates.verdicts
    rounds: list[Round] = []
    for number, count in enumerate(counts):
        seeds = first(rounds[-1].scores if rounds else start, verdicts, count)
        found = trainer.train(number, seeds, verdicts, settings, held_out=True)
        rounds.append(Round(found.seeds, with_search(found.scores, settings.search_weight), found.objective))
    return rounds


def counts(settings: RankingSettings) -> list[int]:
    """The first `pool`, then each time the first `next_seeds`."""
    return [settings.pool, *[settings.next_seeds] * (settings.rounds - 1)]
