"""A dataset → one PNG: the search's first images at the left, the final first ones at the right, five a row."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, UnidentifiedImageError

from mofu.db.durable import write_file
from mofu.export.base import ExportOptions, ExportReport, Progress, register
from mofu.export.contact_sheet.fonts import font_for
from mofu.export.contact_sheet.sheet import Sheet, Tile, lay_out
from mofu.export.dataset import Dataset
from mofu.export.plain_text import one_line

COLUMNS = 5
CELL_PX, GAP_PX, LABEL_PX, MARGIN_PX, GUTTER_PX, HEAD_PX, HEADING_PX = 160, 16, 32, 48, 64, 144, 48
PANEL_PX = COLUMNS * CELL_PX + (COLUMNS - 1) * GAP_PX
WIDTH_PX = 2 * MARGIN_PX + 2 * PANEL_PX + GUTTER_PX
PAPER, INK, QUIET, LINE, ACCENT = "#fbfbfa", "#1c1c1b", "#63635f", "#deded9", "#b3430f"


@register("contact-sheet-png")
def write_picture(
    dataset: Dataset, target: Path, options: ExportOptions, progress: Progress | None = None
) -> ExportReport:
    """Write `target`, a PNG of `options.top` (50) images in both orders. Raises as `Format` says."""
    sheet = lay_out(dataset, options)
    encoded = io.BytesIO()
    draw_sheet(sheet).save(encoded, "PNG")
    write_file(target, [encoded.getbuffer()])
    if progress:
        progress(len(sheet.after), len(sheet.after))
    return sheet.report(target)


def height_px(images: int) -> int:
    """The height of a sheet with so many images a panel; its width is `WIDTH_PX`."""
    rows = -(-images // COLUMNS)
    return MARGIN_PX + HEAD_PX + HEADING_PX + rows * (CELL_PX + LABEL_PX + GAP_PX) + MARGIN_PX - GAP_PX


def draw_sheet(sheet: Sheet) -> Image.Image:
    """The sheet as an RGB picture."""
    canvas = Image.new("RGB", (WIDTH_PX, height_px(max(len(sheet.before), len(sheet.after)))), PAPER)
    pen = ImageDraw.Draw(canvas)
    dataset = sheet.dataset
    _text(pen, (MARGIN_PX, MARGIN_PX), (one_line(dataset.name), dataset.slug), 64, INK)
    told = f"{len(dataset.images):,} images ranked"
    _text(pen, (MARGIN_PX, MARGIN_PX + 88), (told,), 20, QUIET)
    right = MARGIN_PX + PANEL_PX + GUTTER_PX
    _panel(canvas, pen, MARGIN_PX, ("検索順  Search order", "Search order"), sheet.before, is_final=False)
    _panel(canvas, pen, right, ("最終順  Final order", "Final order"), sheet.after, is_final=True)
    return canvas


def _panel(
    canvas: Image.Image,
    pen: ImageDraw.ImageDraw,
    left: int,
    heading: tuple[str, ...],
    tiles: Sequence[Tile],
    *,
    is_final: bool,
) -> None:
    top = MARGIN_PX + HEAD_PX
    pen.line((left, top, left + PANEL_PX, top), LINE)
    _text(pen, (left, top + 8), heading, 20, INK)
    for index, tile in enumerate(tiles):
        row, column = divmod(index, COLUMNS)
        x = left + column * (CELL_PX + GAP_PX)
        y = top + HEADING_PX + row * (CELL_PX + LABEL_PX + GAP_PX)
        _picture(canvas, pen, (x, y), tile)
        _label(pen, (x, y + CELL_PX + 8), tile.image.rank if is_final else tile.image.search_position, tile.climb)


def _picture(canvas: Image.Image, pen: ImageDraw.ImageDraw, corner: tuple[int, int], tile: Tile) -> None:
    """Fit the thumbnail into its cell, standing on the cell's lower edge; never stretched, never cropped."""
    x, y = corner
    picture = _opened(tile.thumbnail)
    if picture is None:
        pen.rectangle((x, y, x + CELL_PX - 1, y + CELL_PX - 1), outline=LINE)
        return
    picture.thumbnail((CELL_PX, CELL_PX), Image.Resampling.LANCZOS)
    canvas.paste(picture, (x, y + CELL_PX - picture.height))


def _opened(thumbnail: bytes | None) -> Image.Image | None:
    try:
        return Image.open(io.BytesIO(thumbnail)).convert("RGB") if thumbnail else None
    except (UnidentifiedImageError, OSError):
        return None


def _label(pen: ImageDraw.ImageDraw, corner: tuple[int, int], place: int, climb: int) -> None:
    x, y = corner
    font = ImageFont.load_default(16)
    pen.text((x, y), str(place), INK, font)
    if climb == 0:
        return
    # Drawn, not written: not every font has the triangles.
    x += int(pen.textlength(str(place), font)) + 12
    colour = ACCENT if climb > 0 else QUIET
    flat, tip = (y + 14, y + 5) if climb > 0 else (y + 5, y + 14)
    pen.polygon(((x, flat), (x + 10, flat), (x + 5, tip)), colour)
    pen.text((x + 16, y), str(abs(climb)), QUIET, font)


def _text(
    pen: ImageDraw.ImageDraw, corner: tuple[int, int], wordings: Sequence[str], size_px: int, colour: str
) -> None:
    """Write the first wording for which this machine has a font; nothing where it has none."""
    for wording in wordings:
        font = font_for(wording, size_px)
        if font is not None:
            pen.text(corner, wording, colour, font)
            return
