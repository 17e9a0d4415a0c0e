"""A dataset → one PNG: the search's first images at the left, the final first ones at the right, five a row."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from mofu.db.durable import publish
from mofu.export.base import ExportOptions, ExportReport, Progress, check_masks, register
from mofu.export.contact_sheet.fonts import font_for, japanese_faces
from mofu.export.contact_sheet.sheet import Sheet, Tile, lay_out
from mofu.export.dataset import Dataset
from mofu.export.plain_text import one_line
from mofu.export.publishing import check_is_file_name, temporary_for

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
    check_masks("contact-sheet-png", options.masks)
    check_is_file_name(target)
    sheet = lay_out(dataset, options)
    picture = draw_sheet(sheet, japanese_faces())
    with temporary_for(target) as temporary:
        picture.save(temporary, "PNG")
        publish(temporary, target)
    if progress:
        progress(len(sheet.after), len(sheet.after))
    return sheet.report(target)


def height_px(images: int) -> int:
    """The height of a sheet with so many images a panel; its width is `WIDTH_PX`."""
    rows = -(-images // COLUMNS)
    return MARGIN_PX + HEAD_PX + HEADING_PX + rows * (CELL_PX + LABEL_PX + GAP_PX) + MARGIN_PX - GAP_PX


def draw_sheet(sheet: Sheet, faces: Sequence[Path]) -> Image.Image:
    """The sheet as an RGB picture; `faces` are font files for what the plain Latin font lacks."""
    height = height_px(max(len(sheet.before), len(sheet.after)))
    easel = _Easel(Image.new("RGB", (WIDTH_PX, height), PAPER), faces)
    dataset = sheet.dataset
    easel.write((MARGIN_PX, MARGIN_PX), (one_line(dataset.name), dataset.slug), 64, INK)
    below = f"; below the first {sheet.cut.first}" if sheet.cut else ""
    easel.write((MARGIN_PX, MARGIN_PX + 88), (f"{len(dataset.images):,} images ranked{below}",), 20, QUIET)
    before = [(tile, tile.image.search_position) for tile in sheet.before]
    after = [(tile, tile.image.rank) for tile in sheet.after]
    easel.panel(MARGIN_PX, ("検索順  Search order", "Search order"), before)
    easel.panel(MARGIN_PX + PANEL_PX + GUTTER_PX, ("最終順  Final order", "Final order"), after)
    return easel.canvas


class _Easel:
    """The canvas with its pen and the fonts at hand."""

    def __init__(self, canvas: Image.Image, faces: Sequence[Path]) -> None:
        self.canvas, self.faces = canvas, faces
        self.pen = ImageDraw.Draw(canvas)
        self.label_font = ImageFont.load_default(16)

    def write(self, corner: tuple[int, int], wordings: Sequence[str], size_px: int, colour: str) -> None:
        """Write the first wording for which there is a font; nothing where there is none."""
        for wording in wordings:
            font = font_for(wording, size_px, self.faces)
            if font is not None:
                self.pen.text(corner, wording, colour, font)
                return

    def panel(self, left: int, heading: Sequence[str], tiles: Sequence[tuple[Tile, int]]) -> None:
        """Draw one order: tiles with their places."""
        top = MARGIN_PX + HEAD_PX
        self.pen.line((left, top, left + PANEL_PX, top), LINE)
        self.write((left, top + 8), heading, 20, INK)
        for index, (tile, place) in enumerate(tiles):
            row, column = divmod(index, COLUMNS)
            x = left + column * (CELL_PX + GAP_PX)
            y = top + HEADING_PX + row * (CELL_PX + LABEL_PX + GAP_PX)
            self._picture(x, y, tile)
            self._label(x, y + CELL_PX + 8, place, tile.climb)

    def _picture(self, x: int, y: int, tile: Tile) -> None:
        """Fit the thumbnail into its cell, standing on the cell's lower edge; never stretched, never cropped."""
        picture = _opened(tile.thumbnail)
        if picture is None:
            self.pen.rectangle((x, y, x + CELL_PX - 1, y + CELL_PX - 1), outline=LINE)
            return
        picture.thumbnail((CELL_PX, CELL_PX), Image.Resampling.LANCZOS)
        self.canvas.paste(picture, (x, y + CELL_PX - picture.height))

    def _label(self, x: int, y: int, place: int, climb: int) -> None:
        self.pen.text((x, y), str(place), INK, self.label_font)
        if climb == 0:
            return
        # Drawn, not written: not every font has the triangles.
        x += int(self.pen.textlength(str(place), self.label_font)) + 12
        flat, tip = (y + 14, y + 5) if climb > 0 else (y + 5, y + 14)
        self.pen.polygon(((x, flat), (x + 10, flat), (x + 5, tip)), ACCENT if climb > 0 else QUIET)
        self.pen.text((x + 16, y), str(abs(climb)), QUIET, self.label_font)


def _opened(thumbnail: bytes | None) -> Image.Image | None:
    try:
        return Image.open(io.BytesIO(thumbnail)).convert("RGB") if thumbnail else None
    except OSError:  # UnidentifiedImageError is one
        return None
