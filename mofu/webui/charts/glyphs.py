"""The number of a group → a small shape that tells it from others without colour."""

from __future__ import annotations

from markupsafe import Markup

from mofu.webui.charts.svg import element

_SHAPES = (
    "M-1 0A1 1 0 1 1 1 0A1 1 0 1 1-1 0Z",  # a disc
    "M-.9-.9H.9V.9H-.9Z",  # a square
    "M0-1.1L1.1.9H-1.1Z",  # a triangle
    "M0-1.2L1.2 0L0 1.2L-1.2 0Z",  # a diamond
    "M0 1.1L1.1-.9H-1.1Z",  # a triangle on its tip
    "M-.4-1.1H.4V-.4H1.1V.4H.4V1.1H-.4V.4H-1.1V-.4H-.4Z",  # a cross
    "M0-1.2L.35-.4L1.2-.35L.55.2L.75 1.05L0 .6L-.75 1.05L-.55.2L-1.2-.35L-.35-.4Z",  # a star
    "M-1.2-.5H1.2V.5H-1.2Z",  # a bar
)
SHAPES = len(_SHAPES)


def glyph(group: int, x: float, y: float, radius: float, *, is_hollow: bool = False) -> Markup:
    """The shape of a group (from 0) around (x, y), by classes `mark-1` and `mark-2`; sixteen groups differ."""
    tone = "mark-1" if group // SHAPES % 2 == 0 else "mark-2"
    return element(
        "path",
        d=_SHAPES[group % SHAPES],
        transform=f"translate({x:.1f} {y:.1f}) scale({radius:g})",
        class_=f"glyph {tone}" + (" hollow" if is_hollow else ""),
    )
