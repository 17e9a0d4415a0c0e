"""A word's map → one picture, PNG or SVG, with the thumbnails at their places."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mofu.db.durable import publish
from mofu.errors import InvalidInputError
from mofu.export.map_plot.layout import MapPicture, MapTile, Sheet, lay_out
from mofu.export.map_plot.png import png
from mofu.export.map_plot.svg import svg
from mofu.export.publishing import check_is_file_name, temporary_for

__all__ = ["MapPicture", "MapTile", "check_target", "write_map"]

FORMATS: dict[str, Callable[[Sheet], bytes]] = {".png": png, ".svg": svg}


def check_target(target: Path) -> None:
    """Refuse a name that says neither PNG nor SVG, and a folder; InvalidInputError."""
    if target.suffix.lower() not in FORMATS:
        raise InvalidInputError(f"{target}: expected a name that ends in {' or '.join(FORMATS)}")
    check_is_file_name(target)


def write_map(picture: MapPicture, target: Path) -> None:
    """Write a map; until it is whole, what was at `target` stays.

    Raises:
        InvalidInputError: the name says neither PNG nor SVG, or the place cannot be written to.
        DiskFullError: no room.
    """
    check_target(target)
    content = FORMATS[target.suffix.lower()](lay_out(picture))
    with temporary_for(target) as temporary:
        temporary.write_bytes(content)
        publish(temporary, target)
