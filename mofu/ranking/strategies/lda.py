"""`lda`: linear discriminant analysis in place of the SVM, for little more than a product a round."""

from __future__ import annotations

from mofu.ranking.lda import Lda
from mofu.ranking.strategies.candidates import Candidates
from mofu.ranking.strategies.registry import strategy
from mofu.ranking.strategies.result import Round
from mofu.ranking.strategies.seeding import by_search, first, with_search
from mofu.ranking.strategies.training import Bench
from mofu.settings import RankingSettings


@strategy("lda")
def lda(candidates: Candidates, settings: RankingSettings, bench: Bench) -> list[Round]:
    """The first `pool` of the search, then each time the own first `next_seeds`; the rejected are only left out."""
    images, verdicts = bench.trainer(candidates).kernel.images, candidates.verdicts
    ranker, scores, rounds = Lda(candidates.background), by_search(candidates), list[Round]()
    for number in range(settings.rounds):
        seeds = first(scores, verdicts, settings.next_seeds if number else settings.pool)
        found = (images @ ranker.direction(images[seeds])).astype("float64")
        scores = with_search(found, settings.search_weight)
        rounds.append(Round(tuple(seeds.tolist()), scores, 0.0))
    return rounds
