"""Results of one picture, in styles at strengths → the sheet that shows them all."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image

from mofu.errors import UnknownNameError
from mofu.export.style_sheet import Head, StyleSheet
from mofu.library.styling import Styling
from mofu.library.word_styles import StyledPicture
from mofu.workers.style_pictures import content_of, content_pixels, picture_decoders

_SHOWN_PX = 400
"""Longer side of the picture as the sheet has it, at most."""


def sheet_of(library: Styling, title: str, cells: Sequence[StyledPicture], strengths: Sequence[float]) -> StyleSheet:
    """A column for each style, a row for each strength.

    Args:
        cells: of one picture: each style's at all strengths, one after the other.
    """
    count = len(strengths)
    columns = [cells[start : start + count] for start in range(0, len(cells), count)]
    heads = tuple(Head(column[0].record.text, _swatch(library, column[0])) for column in columns)
    first = cells[0].record
    rows = tuple(
        Head(f"{strength:g}", None if row else _content(library, first.content_sha256))
        for row, strength in enumerate(strengths)
    )
    made = tuple(tuple(Image.fromarray(column[row].pixels) for column in columns) for row in range(count))
    return StyleSheet(title, f"{first.method}, colours {first.colours}", heads, rows, made)


def _swatch(library: Styling, cell: StyledPicture) -> Image.Image | None:
    """Of the style, as its pack has it; None where it was never painted, or the pack is gone."""
    try:
        pack = library.style(cell.record.pack_sha256).pack
        content = pack.style(cell.recipe.packs[0].style or None).swatch
    except UnknownNameError:
        return None
    return Image.open(io.BytesIO(content)).convert("RGB") if content else None


def _content(library: Styling, sha256: str) -> Image.Image:
    with picture_decoders(library.workshop) as pool:
        return Image.fromarray(content_pixels(pool, content_of(library.workshop, sha256), _SHOWN_PX))
