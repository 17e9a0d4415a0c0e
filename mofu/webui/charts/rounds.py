"""An image's place in the order of search and in each round → a small line: how it came to stand where it stands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from mofu.webui.charts.svg import drawing, element, text

STEP_PX, HEIGHT_PX, MARGIN_PX, HEAD_PX, FOOT_PX = 88, 96, 40, 24, 24


@dataclass(frozen=True, slots=True)
class Stop:
    """A point of the line: what order it is of, and the rank there, from 1."""

    name: str
    rank: int


def rank_line(title: str, stops: Sequence[Stop], of: int) -> Markup:
    """The line; the first rank is at the top, and ranks are as far apart as their logarithms.

    Args:
        stops: at least one.
        of: how many ranks there are.
    """
    width = 2 * MARGIN_PX + STEP_PX * (len(stops) - 1)
    last = max(of, *(stop.rank for stop in stops), 2)
    at = [(MARGIN_PX + STEP_PX * i, _down(stop.rank, last)) for i, stop in enumerate(stops)]
    foot = HEIGHT_PX - FOOT_PX
    line = " L".join(f"{x} {y:g}" for x, y in at)
    parts = [
        element("path", d=f"M{MARGIN_PX // 2} {foot}.5H{width - MARGIN_PX // 2}", class_="axis"),
        element("path", d=f"M{line}", class_="line-1"),
    ]
    for stop, (x, y) in zip(stops, at, strict=True):
        parts.append(element("circle", cx=x, cy=y, r=4, class_="mark-1"))
        parts.append(text(x, y - 10, stop.rank, anchor="middle", class_="strong"))
        parts.append(text(x, HEIGHT_PX - 6, stop.name, anchor="middle"))
    return drawing(title, ", ".join(f"{stop.name}: {stop.rank}" for stop in stops), width, HEIGHT_PX, parts)


def _down(rank: int, last: int) -> float:
    """Pixels from the top."""
    share = math.log(rank) / math.log(last)
    return round(HEAD_PX + share * (HEIGHT_PX - HEAD_PX - FOOT_PX - 8), 1)
