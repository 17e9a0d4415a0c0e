"""`verdicts`: learn from what people accepted and rejected, and from nothing else."""

from __future__ import annotations

from mofu.errors import InvalidSettingError
from mofu.ranking.strategies.candidates import Candidates
from mofu.ranking.strategies.registry import strategy
from mofu.ranking.strategies.result import Round
from mofu.ranking.strategies.seeding import by_search
from mofu.ranking.strategies.teaching import taught
from mofu.ranking.strategies.training import Bench
from mofu.settings import RankingSettings


@strategy("verdicts")
def verdicts(candidates: Candidates, settings: RankingSettings, bench: Bench) -> list[Round]:
    """One round on the accepted images.

    Raises:
        InvalidSettingError: no image was accepted.
    """
    if not (candidates.verdicts > 0).any():
        raise InvalidSettingError("strategy 'verdicts' without an accepted image: accept one, or take another strategy")
    return taught(candidates, settings, bench, by_search(candidates), [0])
