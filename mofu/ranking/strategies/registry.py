"""Names → strategies: one table, filled by one decorator, and the one call that ranks by name."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from mofu.errors import InvalidSettingError, NothingFoundError, UnknownNameError
from mofu.ranking.strategies.candidates import Candidates
from mofu.ranking.strategies.result import Round, StrategyResult, ordered_by_verdict
from mofu.ranking.strategies.training import Bench
from mofu.settings import RankingSettings

__all__ = ["REGISTRY", "by_several", "rank", "strategies", "strategy"]

Strategy = Callable[[Candidates, RankingSettings, Bench], list[Round]]
"""(what there is, settings, what is kept) → rounds, of which the last one decides."""

REGISTRY: dict[str, Strategy] = {}
_HOMES = ("classic", "held_out", "steady", "dense", "soft", "verdicts", "described", "fused", "lda")
"""The files of this folder that hold strategies."""
_BY_SEVERAL = {"held-out": "fused", "fused": "fused", "described": "described"}
"""What a strategy is called where several backbones are to decide together."""


def strategy(name: str) -> Callable[[Strategy], Strategy]:
    """Register a strategy; a name can be taken once."""

    def decorate(function: Strategy) -> Strategy:
        if name in REGISTRY:
            raise ValueError(f"strategy {name!r} is registered twice")
        REGISTRY[name] = function
        return function

    return decorate


def strategies() -> tuple[str, ...]:
    """Every name, sorted."""
    return tuple(sorted(_known()))


def by_several(strategy: str) -> str:
    """The name of a strategy where several backbones decide together.

    Raises:
        UnknownNameError: no such strategy.
        InvalidSettingError: it learns from one backbone.
    """
    if strategy not in _known():
        raise UnknownNameError("strategy", strategy, _known())
    if strategy not in _BY_SEVERAL:
        raise InvalidSettingError(
            f"strategy {strategy!r} by several backbones: it learns from one; give one, or --strategy fused"
        )
    return _BY_SEVERAL[strategy]


def rank(
    candidates: Candidates, strategy: str, settings: RankingSettings, bench: Bench | None = None
) -> StrategyResult:
    """Rank a word's images.

    Args:
        candidates: the images and what is known about them.
        strategy: a registered name.
        settings: seeds, rounds, C and the verdicts' weight.
        bench: the one of an earlier call with the same activations, which makes this one fast and no different.

    Raises:
        UnknownNameError: no such strategy.
        InvalidSettingError: a strategy that needs what the candidates lack.
        NothingFoundError: every image was rejected.
        ValueError: activations that cannot be ranked.
    """
    known = _known()
    if strategy not in known:
        raise UnknownNameError("strategy", strategy, known)
    if (candidates.verdicts < 0).all():
        raise NothingFoundError(f"all {len(candidates)} images were rejected: accept one, or search for more")
    rounds = known[strategy](candidates, settings, Bench() if bench is None else bench)
    scores = rounds[-1].scores
    return StrategyResult(ordered_by_verdict(scores, candidates.verdicts), scores, tuple(rounds), strategy)


def _known() -> dict[str, Strategy]:
    for home in _HOMES:
        importlib.import_module(f"mofu.ranking.strategies.{home}")
    return REGISTRY
