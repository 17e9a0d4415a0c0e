"""`held-out`: learn from all of the search's first images, and believe none of them because it was learned from."""

from __future__ import annotations

from mofu.ranking.strategies.candidates import Candidates
from mofu.ranking.strategies.registry import strategy
from mofu.ranking.strategies.result import Round
from mofu.ranking.strategies.seeding import by_search
from mofu.ranking.strategies.teaching import counts, taught
from mofu.ranking.strategies.training import Bench
from mofu.settings import RankingSettings


@strategy("held-out")
def held_out(candidates: Candidates, settings: RankingSettings, bench: Bench) -> list[Round]:
    """The first `pool` of the search, then each time the own first `next_seeds`, in `rounds` rounds.

    Seeds are scored as if they had been none, so that wrong ones sink however early the search had them, and the
    search's order counts as much as it has shown to know.
    """
    return taught(candidates, settings, bench, by_search(candidates), counts(settings))
