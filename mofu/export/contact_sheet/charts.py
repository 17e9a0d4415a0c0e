"""Scores and ranks → the geometry of a sheet's two drawings: a histogram of scores and the paths that images took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mofu.export.contact_sheet.sheet import Sheet

BINS = 48


@dataclass(frozen=True, slots=True)
class Bar:
    """One bin, in shares of the drawing's height: images shown on the sheet, and the others, stacked on them."""

    shown: float
    others: float


@dataclass(frozen=True, slots=True)
class Histogram:
    """Bars of equal width from score `low` to `high`; `zero` is where score 0 lies, 0 to 1, None when it is outside."""

    bars: tuple[Bar, ...]
    low: float
    high: float
    zero: float | None


@dataclass(frozen=True, slots=True)
class Path:
    """One image's way: its place in the search's order and its rank, each 0 (first) to 1 (last) of its axis."""

    start: float
    end: float
    is_newcomer: bool


def histogram(scores: Sequence[float], shown: Sequence[float]) -> Histogram:
    """Bin `scores` (at least one), of which `shown` is a part."""
    low, high = min(scores), max(scores)
    span = (high - low) or 1.0

    def counts(values: Sequence[float]) -> list[int]:
        bins = [0] * BINS
        for value in values:
            bins[min(BINS - 1, int((value - low) / span * BINS))] += 1
        return bins

    total, part = counts(scores), counts(shown)
    tallest = max(total)
    bars = tuple(Bar(p / tallest, (t - p) / tallest) for t, p in zip(total, part, strict=True))
    return Histogram(bars, low, high, -low / span if low < 0 < high else None)


def paths(sheet: Sheet) -> tuple[Path, ...]:
    """The ways of the final images: from the search's whole order to their places on the sheet."""
    last_position = max(image.search_position for image in sheet.dataset.images)
    last_place = len(sheet.after) - 1
    return tuple(
        Path(
            start=(tile.image.search_position - 1) / max(1, last_position - 1),
            end=place / max(1, last_place),
            is_newcomer=tile.is_newcomer,
        )
        for place, tile in enumerate(sheet.after)
    )
