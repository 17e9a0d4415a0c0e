"""A number between 0 and 1 with its interval → one line of a table, drawn: a dot, a bar, the ends of the scale."""

from __future__ import annotations

from markupsafe import Markup

from mofu.webui.charts.svg import element

WIDTH, HEIGHT = 168, 20
RIM = 6


def whisker(value: float, low: float | None, high: float | None, mark: float | None = None) -> Markup:
    """The line; whoever does not see it has the numbers beside it.

    Args:
        value, low, high: 0 … 1.
        mark: a place on the scale to hold it against, e.g. chance.
    """
    middle = HEIGHT // 2
    parts = [element("path", d=f"M{RIM} {middle}.5H{WIDTH - RIM}", class_="grid")]
    if mark is not None:
        parts.append(element("path", d=f"M{_x(mark)} {middle - 5}V{middle + 5}", class_="line-2"))
    if low is not None and high is not None:
        ends = "".join(f"M{_x(end)} {middle - 4}V{middle + 4}" for end in (low, high))
        parts.append(element("path", d=f"M{_x(low)} {middle}H{_x(high)}{ends}", class_="line-1"))
    parts.append(element("circle", cx=_x(value), cy=middle, r=4, class_="mark-1"))
    return element(
        "svg", *parts, class_="plot whisker", viewBox=f"0 0 {WIDTH} {HEIGHT}", width=WIDTH, height=HEIGHT,
        aria_hidden="true",
    )  # fmt: skip


def _x(share: float) -> float:
    return round(RIM + min(1.0, max(0.0, share)) * (WIDTH - 2 * RIM), 1)
