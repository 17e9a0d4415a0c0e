"""Pictures, each with what every method found on it → a sheet: regions tinted and outlined, confidence and area below.

One method: the pictures in rows of six. Several: a picture a row, first as it is, then as each method sees it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from mofu.export.contact_sheet.fonts import font_for
from mofu.export.masks.overlay import overlay
from mofu.export.plain_text import one_line

PER_ROW = 6
CELL_PX, GAP_PX, LABEL_PX, MARGIN_PX, HEAD_PX, HEADING_PX = 200, 16, 32, 48, 128, 40


@dataclass(frozen=True, slots=True)
class Theme:
    """The tones of a sheet, as CSS has them."""

    paper: str
    ink: str
    quiet: str
    line: str


LIGHT = Theme("#fbfbfa", "#1c1c1b", "#63635f", "#deded9")
DARK = Theme("#191918", "#ececea", "#b0b0ab", "#3a3a37")


@dataclass(frozen=True, slots=True)
class SheetRegion:
    """What a method found on a picture.

    Attributes:
        soft: (h, w) float32 in [0, 1], in the picture's aspect.
        threshold: what of it counts as the region, 0 … 1.
        confidence: 0 … 1.
    """

    soft: NDArray[np.float32]
    threshold: float
    confidence: float

    @property
    def area(self) -> float:
        """The share of the picture that it covers, 0 … 1."""
        return float((self.soft >= self.threshold).mean())


@dataclass(frozen=True, slots=True)
class SheetPicture:
    """A picture, its name below it, and its region by each method, None for nothing; `picture` is None where lost."""

    name: str
    picture: Image.Image | None
    regions: tuple[SheetRegion | None, ...]


@dataclass(frozen=True, slots=True)
class RegionSheet:
    """What is drawn: a title (left out where no font at hand can write it), a note, the methods, the pictures."""

    title: str
    note: str
    methods: tuple[str, ...]
    pictures: Sequence[SheetPicture]


@dataclass(frozen=True, slots=True)
class _Cell:
    row: int
    column: int
    name: str
    picture: Image.Image | None
    region: SheetRegion | None


def draw_regions(sheet: RegionSheet, theme: Theme, faces: Sequence[Path]) -> Image.Image:
    """The sheet as an RGB picture; `faces` are font files for what the plain Latin font lacks."""
    cells = list(_side_by_side(sheet) if len(sheet.methods) > 1 else _wrapped(sheet))
    columns, rows = (1 + max(place) for place in zip(*((each.column, each.row) for each in cells), strict=True))
    headings_px = HEADING_PX if len(sheet.methods) > 1 else 0
    top = MARGIN_PX + HEAD_PX + headings_px
    width = 2 * MARGIN_PX + columns * (CELL_PX + GAP_PX) - GAP_PX
    canvas = Image.new("RGB", (width, top + rows * (CELL_PX + LABEL_PX + GAP_PX) + MARGIN_PX - GAP_PX), theme.paper)
    pen = ImageDraw.Draw(canvas)
    _write(pen, (MARGIN_PX, MARGIN_PX), sheet.title, 48, theme.ink, faces)
    _write(pen, (MARGIN_PX, MARGIN_PX + 72), sheet.note, 18, theme.quiet, faces)
    pen.line((MARGIN_PX, MARGIN_PX + HEAD_PX - GAP_PX, width - MARGIN_PX, MARGIN_PX + HEAD_PX - GAP_PX), theme.line)
    for column, method in enumerate(sheet.methods if headings_px else (), start=1):
        _write(pen, (_left(column), MARGIN_PX + HEAD_PX), method, 18, theme.ink, faces)
    for cell in cells:
        _draw(canvas, cell, top + cell.row * (CELL_PX + LABEL_PX + GAP_PX), theme)
    return canvas


def _wrapped(sheet: RegionSheet) -> Iterator[_Cell]:
    for index, each in enumerate(sheet.pictures):
        yield _Cell(*divmod(index, PER_ROW), each.name, each.picture, each.regions[0])


def _side_by_side(sheet: RegionSheet) -> Iterator[_Cell]:
    for row, each in enumerate(sheet.pictures):
        yield _Cell(row, 0, each.name, each.picture, None)
        for column, region in enumerate(each.regions, start=1):
            yield _Cell(row, column, "" if region else "nothing found", each.picture, region)


def _draw(canvas: Image.Image, cell: _Cell, top: int, theme: Theme) -> None:
    """A picture whole and unstretched, standing on the lower edge of its cell, and what is said of it."""
    left, pen = _left(cell.column), ImageDraw.Draw(canvas)
    if cell.picture is None:
        pen.rectangle((left, top, left + CELL_PX - 1, top + CELL_PX - 1), outline=theme.line)
    else:
        scale = CELL_PX / max(cell.picture.size)
        size = (max(1, round(cell.picture.width * scale)), max(1, round(cell.picture.height * scale)))
        shown = cell.picture.convert("RGB").resize(size, Image.Resampling.LANCZOS).convert("RGBA")
        if cell.region:
            shown.alpha_composite(Image.fromarray(overlay(cell.region.soft, cell.region.threshold, size)))
        canvas.paste(shown.convert("RGB"), (left, top + CELL_PX - size[1]))
    pen.text((left, top + CELL_PX + 8), _label(cell), theme.quiet, ImageFont.load_default(16))


def _label(cell: _Cell) -> str:
    told = f"{cell.region.confidence:.2f}   {100 * cell.region.area:.0f} %" if cell.region else ""
    return "   ".join(part for part in (cell.name, told) if part)


def _left(column: int) -> int:
    return MARGIN_PX + column * (CELL_PX + GAP_PX)


def _write(
    pen: ImageDraw.ImageDraw, corner: tuple[int, int], text: str, size_px: int, colour: str, faces: Sequence[Path]
) -> None:
    font = font_for(one_line(text), size_px, faces)
    if font is not None:
        pen.text(corner, one_line(text), colour, font)
