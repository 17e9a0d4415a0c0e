"""A word's blind sample → precision with its interval, and about how many more verdicts a target needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from mofu.db import rankings, verdicts
from mofu.db.verdicts import AuditRecord
from mofu.db.words import WordRecord
from mofu.ranking.audit import Answer, Judgement
from mofu.workers.auditing import drawn
from mofu.workers.workshop import Workshop

TARGET = 0.9


@dataclass(frozen=True, slots=True)
class StopSignal:
    """What a blind sample says of the first k, and whether that settles it.

    Attributes:
        is_current: whether the ranking that was sampled is still the word's current one.
        precision: of those judged right or wrong; NaN for none.
        low, high: its interval, 95 %.
        reaches: whether precision@k is at least `target`: yes, no, or open.
        more: about how many more verdicts until that is settled; None where the unsure ones leave it open.
    """

    k: int
    judged: int
    is_current: bool
    precision: float
    low: float
    high: float
    target: float
    reaches: Answer
    more: int | None


def stop_signal(workshop: Workshop, word: WordRecord, target: float = TARGET) -> StopSignal | None:
    """The signal of the newest sample of which anything was judged; None where nobody judged one."""
    with workshop.database.read() as session:
        audits = verdicts.audits_of(session, word.id)
        judged = [(audit, verdicts.of_audit(session, audit.id)) for audit in reversed(audits)]
        current = rankings.current_id(session, word.id)
    for audit, said in judged:
        if said:
            return _signal(workshop, audit, cast(dict[str, Judgement], said), target, audit.ranking_id == current)
    return None


def _signal(
    workshop: Workshop, audit: AuditRecord, said: dict[str, Judgement], target: float, is_current: bool
) -> StopSignal:
    result = drawn(workshop, audit).result(said)
    interval = result.interval
    return StopSignal(
        audit.k, result.judged, is_current, result.precision, interval.low, interval.high, target,
        result.reaches(target), result.more_for_target(target),
    )  # fmt: skip
