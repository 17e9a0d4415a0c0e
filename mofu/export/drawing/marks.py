"""What a drawing is made of: rectangles, lines, discs and texts, in pixels from the left and from the top."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

_EM = 0.62
"""Width of a Latin letter in sizes of its font, about; a Japanese one is as wide as high."""

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A filled rectangle; (x, y) is its upper left corner."""

    x: int
    y: int
    width: int
    height: int
    fill: str


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line, upright or level, so many pixels thick."""

    x1: int
    y1: int
    x2: int
    y2: int
    stroke: str
    thick: int = 1


@dataclass(frozen=True, slots=True)
class Disc:
    """A filled circle around (x, y)."""

    x: int
    y: int
    radius: int
    fill: str


@dataclass(frozen=True, slots=True)
class Text:
    """Written at (x, y), the middle of its height; upright: from there upwards, whatever the anchor."""

    x: int
    y: int
    text: str
    size_px: int
    fill: str
    anchor: Anchor = "start"
    upright: bool = False


Mark = Rectangle | Line | Disc | Text


@dataclass(frozen=True, slots=True)
class Drawing:
    """Marks on paper, those behind first; title and description tell what is seen to who does not see it."""

    width: int
    height: int
    paper: str
    title: str
    description: str
    marks: Sequence[Mark]


def width_px(text: str, size_px: int) -> int:
    """About how wide a text is."""
    return math.ceil(sum(size_px * (_EM if ord(c) < 0x2E80 else 1.0) for c in text))


def shortened(text: str, size_px: int, room_px: int) -> str:
    """A text that fits into so many pixels, its end left out where it is too long."""
    if width_px(text, size_px) <= room_px:
        return text
    kept = text
    while kept and width_px(kept + "…", size_px) > room_px:
        kept = kept[:-1]
    return kept.rstrip() + "…"
