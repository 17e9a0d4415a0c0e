"""Words with two numbers each → a plot of one against the other; each point is named and leads to its evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from mofu.webui.charts.svg import drawing, element, link, text

WIDTH, HEIGHT = 720, 408
LEFT, RIGHT, TOP, BOTTOM = 48, 96, 32, 48
POINT_PX = 5
LABEL_PX = 16
"""Points nearer to one another than this from top to bottom would have names over each other: the later is left out."""


@dataclass(frozen=True, slots=True)
class Axis:
    """What is measured along it, from `low` to `high`, and where it is marked."""

    name: str
    low: float
    high: float
    ticks: Sequence[float]


@dataclass(frozen=True, slots=True)
class Point:
    """A word, its numbers, where it leads."""

    name: str
    x: float
    y: float
    href: str


def scatter(title: str, description: str, across: Axis, up: Axis, points: Sequence[Point]) -> Markup:
    """The plot: `across` to the right, `up` upwards."""
    placed = [(point, _share(point.x, across), _share(point.y, up)) for point in points]
    marks, taken = [], list[tuple[float, float]]()
    for point, right, high in placed:
        x, y = LEFT + right * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - high * (HEIGHT - TOP - BOTTOM)
        is_free = all(abs(x - other) > 80 or abs(y - level) > LABEL_PX for other, level in taken)
        marks.append(_mark(point, x, y, is_free))
        if is_free:
            taken.append((x, y))
    return drawing(title, description, WIDTH, HEIGHT, [*_across(across), *_up(up), *marks])


def _mark(point: Point, x: float, y: float, is_named: bool) -> Markup:
    told = f"{point.name}: {point.x:.3f}, {point.y:.2f}"
    reach = element("circle", cx=round(x, 1), cy=round(y, 1), r=12, fill="transparent")
    dot = element("circle", cx=round(x, 1), cy=round(y, 1), r=POINT_PX, class_="mark-1")
    name = [text(round(x + 10, 1), round(y + 4, 1), point.name, class_="strong")] if is_named else []
    return link(point.href, told, reach, dot, *name)


def _across(axis: Axis) -> list[Markup]:
    parts = [text(WIDTH - RIGHT, HEIGHT - 4, axis.name, anchor="end")]
    for tick in axis.ticks:
        x = round(LEFT + _share(tick, axis) * (WIDTH - LEFT - RIGHT))
        parts.append(element("path", d=f"M{x}.5 {TOP}V{HEIGHT - BOTTOM}", class_="grid"))
        parts.append(text(x, HEIGHT - BOTTOM + 20, f"{tick:g}", anchor="middle"))
    return parts


def _up(axis: Axis) -> list[Markup]:
    parts = [text(0, 12, axis.name)]
    for tick in axis.ticks:
        y = round(HEIGHT - BOTTOM - _share(tick, axis) * (HEIGHT - TOP - BOTTOM))
        parts.append(element("path", d=f"M{LEFT} {y}.5H{WIDTH - RIGHT}", class_="grid"))
        parts.append(text(LEFT - 8, y + 4, f"{tick:g}", anchor="end"))
    return parts


def _share(value: float, axis: Axis) -> float:
    return min(1.0, max(0.0, (value - axis.low) / (axis.high - axis.low)))
