"""Marks at their places → one file, SVG or PNG: what every plot is drawn with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mofu.db.durable import publish
from mofu.errors import InvalidInputError
from mofu.export.drawing.marks import (
    Corner,
    Disc,
    Drawing,
    Group,
    Line,
    Mark,
    Picture,
    Rectangle,
    Text,
    shortened,
    width_px,
)
from mofu.export.drawing.png import png
from mofu.export.drawing.svg import svg
from mofu.export.publishing import check_is_file_name, temporary_for

__all__ = [
    "Corner", "Disc", "Drawing", "Group", "Line", "Mark", "Picture", "Rectangle", "Text", "check_target", "shortened",
    "width_px", "write_content", "write_drawing",
]  # fmt: skip

FORMATS: dict[str, Callable[[Drawing], bytes]] = {".svg": svg, ".png": png}


def check_target(target: Path) -> None:
    """Raise InvalidInputError where nothing can be drawn to `target`: neither .svg nor .png, or a folder."""
    if target.suffix.lower() not in FORMATS:
        raise InvalidInputError(f"{target}: expected a name that ends in {' or '.join(FORMATS)}")
    check_is_file_name(target)


def write_drawing(target: Path, drawing: Drawing) -> None:
    """Draw; the same marks give the same file (a PNG: on a machine with the same fonts).

    Raises:
        InvalidInputError: a target that cannot be drawn to.
        DiskFullError: no room; nothing half-written stays.
    """
    check_target(target)
    write_content(target, FORMATS[target.suffix.lower()](drawing))


def write_content(target: Path, content: bytes) -> None:
    """Write a file whole; until it is, what was at `target` stays. Raises as `write_drawing` says."""
    with temporary_for(target) as temporary:
        temporary.write_bytes(content)
        publish(temporary, target)
