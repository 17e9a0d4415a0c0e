"""A word's map → one picture, PNG or SVG, with the thumbnails at their places."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mofu.export.drawing import check_target, write_content
from mofu.export.map_plot.layout import MapPicture, MapTile, Sheet, lay_out
from mofu.export.map_plot.png import png
from mofu.export.map_plot.svg import svg

__all__ = ["MapPicture", "MapTile", "check_target", "write_map"]

FORMATS: dict[str, Callable[[Sheet], bytes]] = {".png": png, ".svg": svg}


def write_map(picture: MapPicture, target: Path) -> None:
    """Write a map; until it is whole, what was at `target` stays.

    Raises:
        InvalidInputError: the name says neither PNG nor SVG, or the place cannot be written to.
        DiskFullError: no room.
    """
    check_target(target)
    write_content(target, FORMATS[target.suffix.lower()](lay_out(picture)))
