"""A matrix of stylised pictures → a PNG or JPEG file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mofu.db.durable import publish
from mofu.errors import InvalidInputError
from mofu.export.contact_sheet.fonts import japanese_faces
from mofu.export.publishing import check_is_file_name, temporary_for
from mofu.export.region_sheet.drawing import LIGHT, Theme
from mofu.export.style_sheet.drawing import StyleSheet, draw_styles

FORMATS: dict[str, dict[str, Any]] = {
    ".png": {"format": "PNG", "optimize": True},
    ".jpg": {"format": "JPEG", "quality": 88, "optimize": True},
}


def write_style_sheet(target: Path, sheet: StyleSheet, theme: Theme = LIGHT) -> None:
    """Write the sheet whole; until it is, what was at `target` stays.

    Raises:
        DiskFullError: no room; nothing half-written stays.
        InvalidInputError: a name that ends in neither .png nor .jpg, a folder, or a place that cannot be written to.
    """
    how = FORMATS.get(target.suffix.lower())
    if how is None:
        raise InvalidInputError(f"{target}: expected a name that ends in {' or '.join(FORMATS)}")
    check_is_file_name(target)
    drawn = draw_styles(sheet, theme, japanese_faces())
    with temporary_for(target) as temporary:
        drawn.save(temporary, **how)
        publish(temporary, target)
