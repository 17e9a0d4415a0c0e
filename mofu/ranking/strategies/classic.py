"""`classic`: the slides' two rounds, 10 → 20.

Yanai, Shimoda and Matsuo (UEC Tokyo, 2016): the engine's first 10 images are pseudo-positives, random images are
negatives; a linear SVM on CNN activations sorts all; the new first 20 train the next SVM, which sorts again.
"""

from __future__ import annotations

from mofu.ranking.strategies.candidates import Candidates
from mofu.ranking.strategies.registry import strategy
from mofu.ranking.strategies.result import Round
from mofu.ranking.strategies.seeding import by_search, first
from mofu.ranking.strategies.training import Bench
from mofu.settings import RankingSettings


@strategy("classic")
def classic(candidates: Candidates, settings: RankingSettings, bench: Bench) -> list[Round]:
    """`rounds` rounds: the first `first_seeds` of the search, then each time the own first `next_seeds`.

    With verdicts, the accepted are seeds too and the rejected are none.
    """
    trainer, verdicts = bench.trainer(candidates), candidates.verdicts
    scores, rounds = by_search(candidates), list[Round]()
    for number in range(settings.rounds):
        seeds = first(scores, verdicts, settings.next_seeds if number else settings.first_seeds)
        rounds.append(trainer.train(number, seeds, verdicts, settings))
        scores = rounds[-1].scores
    return rounds
