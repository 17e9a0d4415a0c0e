"""A word's map → one picture, PNG or SVG, with the thumbnails at their places."""

from __future__ import annotations

from pathlib import Path

from mofu.export.drawing import check_target, write_drawing
from mofu.export.map_plot.layout import MapPicture, MapTile, lay_out
from mofu.export.map_plot.marks import drawn

__all__ = ["MapPicture", "MapTile", "check_target", "write_map"]


def write_map(picture: MapPicture, target: Path) -> None:
    """Write a map; until it is whole, what was at `target` stays.

    Raises:
        InvalidInputError: the name says neither PNG nor SVG, or the place cannot be written to.
        DiskFullError: no room.
    """
    check_target(target)
    write_drawing(target, drawn(lay_out(picture)))
