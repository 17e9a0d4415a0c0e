"""`described`: learn from the images that fit a description of the word, as a text tower sees it."""

from __future__ import annotations

from mofu.errors import InvalidSettingError
from mofu.ranking.strategies.candidates import Candidates
from mofu.ranking.strategies.registry import strategy
from mofu.ranking.strategies.result import Round
from mofu.ranking.strategies.teaching import taught_together
from mofu.ranking.strategies.training import Bench
from mofu.settings import RankingSettings


@strategy("described")
def described(candidates: Candidates, settings: RankingSettings, bench: Bench) -> list[Round]:
    """As `fused`, with the order of text scores in place of the search's first.

    Raises:
        InvalidSettingError: no text scores.
    """
    if candidates.text_scores is None:
        raise InvalidSettingError(
            "strategy 'described' without text scores: expected a description and a backbone that reads it, as "
            "`mofu rank WORD --strategy described --description 'something fluffy' --backbone clip_vitb32` gives"
        )
    return taught_together(candidates, settings, bench, candidates.text_scores)
