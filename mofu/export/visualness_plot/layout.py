"""Words with their scores and entropies → a drawing: a row a word, in rank order, two panels side by side."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mofu.export.contact_sheet.picture import ACCENT, INK, LINE, PAPER, QUIET
from mofu.export.drawing import Disc, Drawing, Line, Mark, Rectangle, Text, shortened, width_px
from mofu.export.plain_text import one_line

MARGIN_PX, HEAD_PX, AXIS_PX, ROW_PX = 48, 72, 56, 26
RANK_PX, GAP_PX, NUMBER_PX = 40, 40, 52
SCORES_PX, ENTROPIES_PX = 360, 200
TEXT_PX, SMALL_PX, HEADING_PX, TITLE_PX = 15, 12, 14, 24
WIDEST_WORD_PX = 240
DOT_PX = 4


@dataclass(frozen=True, slots=True)
class Interval:
    """A number and the interval around it; None where there is none."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class PlottedWord:
    """A row: a word with its rank and numbers, or the reason why it has no score."""

    name: str
    rank: int | None
    score: Interval | None
    entropy: Interval | None
    reason: str


@dataclass(frozen=True, slots=True)
class VisualnessPlot:
    """What a plot shows: a heading, a line below it, the words in their order."""

    heading: str
    line: str
    words: Sequence[PlottedWord]


@dataclass(frozen=True, slots=True)
class _Panel:
    """An axis: numbers from low to high over so many pixels from the left."""

    heading: str
    left: int
    width: int
    low: float
    high: float
    ticks: Sequence[float]
    colour: str
    digits: int

    def x(self, value: float) -> int:
        share = (value - self.low) / (self.high - self.low)
        return self.left + round(min(max(share, 0.0), 1.0) * self.width)


def lay_out(plot: VisualnessPlot) -> Drawing:
    """Lay a plot out; the panel of entropies is left out where no word has one."""
    names = [shortened(one_line(word.name), TEXT_PX, WIDEST_WORD_PX) for word in plot.words]
    left = MARGIN_PX + RANK_PX + max((width_px(name, TEXT_PX) for name in names), default=0) + 16
    panels = [_Panel("recognizability (AP)", left, SCORES_PX, 0.0, 1.0, (0.0, 0.25, 0.5, 0.75, 1.0), ACCENT, 3)]
    entropies = [word.entropy for word in plot.words if word.entropy is not None]
    if entropies:
        panels.append(_entropies(entropies, left + SCORES_PX + NUMBER_PX + GAP_PX))
    top = MARGIN_PX + HEAD_PX + AXIS_PX
    bottom = top + len(plot.words) * ROW_PX
    heads: list[Mark] = [
        Text(MARGIN_PX, MARGIN_PX + 12, one_line(plot.heading), TITLE_PX, INK),
        Text(MARGIN_PX, MARGIN_PX + 44, one_line(plot.line), SMALL_PX, QUIET),
    ]
    marks = [*heads, *(mark for panel in panels for mark in _axis(panel, top, bottom))]
    for number, (word, name) in enumerate(zip(plot.words, names, strict=True)):
        marks += _row(word, name, top + number * ROW_PX + ROW_PX // 2, left, panels)
    right = max(panels[-1].left + panels[-1].width + NUMBER_PX, MARGIN_PX + width_px(plot.line, SMALL_PX))
    title = one_line(plot.heading)
    return Drawing(right + MARGIN_PX, bottom + MARGIN_PX, PAPER, title, _told(plot), marks)


def _entropies(entropies: Sequence[Interval], left: int) -> _Panel:
    """An axis of whole bits around all of them."""
    low = math.floor(min(each.value if each.low is None else each.low for each in entropies))
    high = math.ceil(max(each.value if each.high is None else each.high for each in entropies))
    high = max(high, low + 1)
    return _Panel("region entropy (bits)", left, ENTROPIES_PX, low, high, range(low, high + 1), INK, 2)


def _axis(panel: _Panel, top: int, bottom: int) -> Iterator[Mark]:
    yield Text(panel.left, top - 40, panel.heading, HEADING_PX, INK)
    for tick in panel.ticks:
        x = panel.x(tick)
        yield Line(x, top - 4, x, bottom, LINE)
        yield Text(x, top - 14, f"{tick:g}", SMALL_PX, QUIET, "middle")


def _row(word: PlottedWord, name: str, y: int, left: int, panels: Sequence[_Panel]) -> Iterator[Mark]:
    quiet = INK if word.score else QUIET
    if word.rank is not None:
        yield Text(MARGIN_PX + RANK_PX - 12, y, str(word.rank), SMALL_PX, QUIET, "end")
    yield Text(left - 16, y, name, TEXT_PX, quiet, "end")
    for panel, found in zip(panels, (word.score, word.entropy), strict=False):
        if found is not None:
            yield from _whisker(panel, found, y)
    if word.score is None:
        reason = shortened(one_line(word.reason), SMALL_PX, SCORES_PX + NUMBER_PX)
        # the axis does not run through what is written
        yield Rectangle(left, y - ROW_PX // 2, width_px(reason, SMALL_PX) + 12, ROW_PX, PAPER)
        yield Text(left + 6, y, reason, SMALL_PX, QUIET)


def _whisker(panel: _Panel, found: Interval, y: int) -> Iterator[Mark]:
    if found.low is not None and found.high is not None:
        low, high = panel.x(found.low), panel.x(found.high)
        yield Line(low, y, high, y, panel.colour, 2)
        for end in (low, high):
            yield Line(end, y - 4, end, y + 4, panel.colour)
    yield Disc(panel.x(found.value), y, DOT_PX, panel.colour)
    yield Text(panel.left + panel.width + 14, y, f"{found.value:.{panel.digits}f}", SMALL_PX, QUIET)


def _told(plot: VisualnessPlot) -> str:
    """The plot in words."""
    return ". ".join([one_line(plot.line), *(_told_word(word) for word in plot.words)]) + "."


def _told_word(word: PlottedWord) -> str:
    if word.score is None:
        return f"{one_line(word.name)}: {one_line(word.reason)}"
    facts = [_told_number("AP", word.score, 3)]
    if word.entropy is not None:
        facts.append(_told_number("entropy", word.entropy, 2))
    return f"{word.rank} {one_line(word.name)}: {', '.join(facts)}"


def _told_number(name: str, found: Interval, digits: int) -> str:
    value = f"{name} {found.value:.{digits}f}"
    if found.low is None or found.high is None:
        return value
    return f"{value} ({found.low:.{digits}f} to {found.high:.{digits}f})"
