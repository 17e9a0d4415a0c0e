"""Starting scores → rounds in which the best of each teach the next, every seed scored as if it had been none."""

from __future__ import annotations

from collections.abc import Iterable

from mofu.ranking.strategies.candidates import Candidates
from mofu.ranking.strategies.result import Round, Scores, ordered
from mofu.ranking.strategies.seeding import first, rank_fusion, with_search
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


def taught_together(candidates: Candidates, settings: RankingSettings, bench: Bench, start: Scores) -> list[Round]:
    """The same by all backbones: each round's orders are fused by rank, and the fused one teaches all of them the next.

    Scores are those of the fusion; those of the SVM where there is one backbone alone.
    """
    views = range(len(candidates.views))
    if len(views) == 1:
        return taught(candidates, settings, bench, start, counts(settings))
    rounds: list[Round] = []
    for count in counts(settings):
        scores = rounds[-1].scores if rounds else start
        found = [taught(candidates, settings, bench, scores, [count], view)[0] for view in views]
        fusion = rank_fusion([ordered(each.scores) for each in found])
        rounds.append(Round(found[0].seeds, fusion, sum(each.objective for each in found)))
    return rounds


def counts(settings: RankingSettings) -> list[int]:
    """The first `pool`, then each time the first `next_seeds`."""
    return [settings.pool, *[settings.next_seeds] * (settings.rounds - 1)]
