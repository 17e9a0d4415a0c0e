"""What a drawing is made of: shapes, texts and pictures, in pixels from the left and from the top."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from PIL import Image

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


@dataclass(frozen=True, slots=True)
class Corner:
    """A filled triangle in the upper right corner of a square, with an outline; (x, y) is that corner."""

    x: int
    y: int
    side: int
    fill: str
    stroke: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture file, stretched over a rectangle; nothing where it cannot be read."""

    x: int
    y: int
    width: int
    height: int
    file: Path

    def pixels(self, times: int = 1) -> Image.Image | None:
        """RGB, so many times as large as it is drawn; None where it cannot be read."""
        try:
            with Image.open(self.file) as picture:
                size = times * self.width, times * self.height
                return picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
        except OSError:  # UnidentifiedImageError is one
            return None


@dataclass(frozen=True, slots=True)
class Group:
    """Marks that belong together; where the format can, the title is said when they are pointed at."""

    title: str
    marks: Sequence[Mark]


Mark: TypeAlias = Rectangle | Line | Disc | Text | Corner | Picture | Group


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
