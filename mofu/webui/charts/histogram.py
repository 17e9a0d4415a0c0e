"""Counts in equal steps → bars that stand on an axis, each a link where the page filters by it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from flask_babel import gettext as _
from markupsafe import Markup

from mofu.webui.charts.svg import drawing, element, link, text

WIDTH, HEIGHT, FOOT = 480, 96, 20
GAP = 2


@dataclass(frozen=True, slots=True)
class Step:
    """So many values from `low` up to `high`, which belongs to the next step, or, of the last, to it."""

    low: float
    high: float
    count: int


def steps(values: Sequence[float], count: int = 24) -> tuple[Step, ...]:
    """Values counted in equal steps from the least to the greatest; none for no values, one where all are equal."""
    finite = [value for value in values if np.isfinite(value)]
    if not finite:
        return ()
    low, high = min(finite), max(finite)
    if low == high:
        return (Step(low, high, len(finite)),)
    counts, edges = np.histogram(finite, bins=count, range=(low, high))
    return tuple(Step(float(a), float(b), int(n)) for a, b, n in zip(edges, edges[1:], counts, strict=False))


def histogram(
    title: str,
    of: Sequence[Step],
    href: Callable[[Step], str] | None = None,
    chosen: tuple[float, float] | None = None,
) -> Markup:
    """The bars.

    Args:
        href: where a bar leads, e.g. to the images with such scores.
        chosen: the range that is shown now: other bars step back.
    """
    most = max((step.count for step in of), default=0)
    described = _("%(total)s values in %(steps)s steps, at most %(most)s in one", total=sum(s.count for s in of),
                  steps=len(of), most=most)  # fmt: skip
    width = WIDTH / max(1, len(of))
    bars = [_bar(step, place * width, width, most, href, _is_chosen(step, chosen)) for place, step in enumerate(of)]
    axis = element("path", d=f"M0 {HEIGHT}.5H{WIDTH}", class_="axis")
    return drawing(title, described, WIDTH, HEIGHT + FOOT, [*bars, axis, *_ends(of)])


def _ends(of: Sequence[Step]) -> list[Markup]:
    if not of:
        return []
    y = HEIGHT + FOOT - 4
    return [text(0, y, f"{of[0].low:.2f}"), text(WIDTH, y, f"{of[-1].high:.2f}", anchor="end")]


def _is_chosen(step: Step, chosen: tuple[float, float] | None) -> bool:
    return chosen is None or (step.high > chosen[0] and step.low < chosen[1])


def _bar(step: Step, x: float, width: float, most: int, href: Callable[[Step], str] | None, chosen: bool) -> Markup:
    height = (HEIGHT - 4) * step.count / most if most else 0.0
    label = _("%(count)s from %(low)s to %(high)s", count=step.count, low=f"{step.low:.2f}", high=f"{step.high:.2f}")
    shape = {"x": x + GAP / 2, "width": max(1.0, width - GAP)}
    whole = element("rect", **shape, y=0, height=HEIGHT, fill="transparent")  # the target is the column, not the bar
    bar = element("rect", **shape, y=HEIGHT - height, height=height, class_="mark-1" if chosen else "mark-3")
    return link(href(step) if href else None, label, whole, bar)
