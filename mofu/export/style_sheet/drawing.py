"""A matrix of stylised pictures → a sheet: the styles on top with their swatches, what was stylised at the left.

title, note
swatch     swatch
ごつごつ    もふもふ
content   0.25   picture    picture
0.5    picture    picture
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw

from mofu.errors import InvalidInputError
from mofu.export.contact_sheet.fonts import font_for
from mofu.export.plain_text import one_line
from mofu.export.region_sheet.drawing import Theme

CELL_PX, SWATCH_PX = 200, 96
GAP_PX, LABEL_PX, MARGIN_PX, HEAD_PX = 16, 32, 48, 128
TITLE_PX, NOTE_PX, FONT_PX = 48, 18, 18

Corner = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Head:
    """What stands at the head of a column or of a row.

    Attributes:
        label: a word or a strength; left out where no font at hand can write it.
        picture: the style's swatch above a column, or what was stylised at the left of a row; None: nothing.
    """

    label: str
    picture: Image.Image | None = None


@dataclass(frozen=True, slots=True)
class StyleSheet:
    """What is drawn.

    Attributes:
        title, note: above all; left out where no font at hand can write them.
        columns: one or more, the styles.
        rows: one or more; the strengths of one content, which the first of them shows, or several contents.
        cells: a picture for each row and column; None: none was made.

    Raises:
        InvalidInputError: no rows, no columns, or not as many cells.
    """

    title: str
    note: str
    columns: tuple[Head, ...]
    rows: tuple[Head, ...]
    cells: tuple[tuple[Image.Image | None, ...], ...]

    def __post_init__(self) -> None:
        found, wanted = [len(row) for row in self.cells], [len(self.columns)] * len(self.rows)
        if found != wanted or not self.rows or not self.columns:
            raise InvalidInputError(
                f"rows of {found} cells: expected {len(self.rows)} rows of {len(self.columns)}, one of each at least"
            )


def draw_styles(sheet: StyleSheet, theme: Theme, faces: Sequence[Path]) -> Image.Image:
    """The sheet as an RGB picture; `faces` are font files for what the plain Latin font lacks."""
    swatches_px = SWATCH_PX if any(head.picture for head in sheet.columns) else 0
    top = MARGIN_PX + HEAD_PX + swatches_px + LABEL_PX + GAP_PX
    width = _left(len(sheet.columns)) - GAP_PX + MARGIN_PX
    canvas = Image.new("RGB", (width, top + len(sheet.rows) * (CELL_PX + GAP_PX) - GAP_PX + MARGIN_PX), theme.paper)
    pen = ImageDraw.Draw(canvas)
    for corner, text, size_px, colour in _texts(sheet, theme, top):
        font = font_for(text, size_px, faces)
        if font is not None:
            pen.text(corner, text, colour, font)
    line = MARGIN_PX + HEAD_PX - GAP_PX
    pen.line((MARGIN_PX, line, width - MARGIN_PX, line), theme.line)
    for column, head in enumerate(sheet.columns):
        if head.picture:
            _put(canvas, head.picture, (_left(column), MARGIN_PX + HEAD_PX), SWATCH_PX)
    for row, (head, cells) in enumerate(zip(sheet.rows, sheet.cells, strict=True)):
        down = top + row * (CELL_PX + GAP_PX)
        if head.picture:
            _put(canvas, head.picture, (MARGIN_PX, down), CELL_PX)
        for column, picture in enumerate(cells):
            _draw(canvas, picture, (_left(column), down), theme)
    return canvas


def _texts(sheet: StyleSheet, theme: Theme, top: int) -> Iterator[tuple[Corner, str, int, str]]:
    yield (MARGIN_PX, MARGIN_PX), one_line(sheet.title), TITLE_PX, theme.ink
    yield (MARGIN_PX, MARGIN_PX + 72), one_line(sheet.note), NOTE_PX, theme.quiet
    for column, head in enumerate(sheet.columns):
        yield (_left(column), top - LABEL_PX - 8), one_line(head.label), FONT_PX, theme.ink
    for row, head in enumerate(sheet.rows):
        beside = MARGIN_PX + CELL_PX + GAP_PX
        yield (beside, top + row * (CELL_PX + GAP_PX)), one_line(head.label), FONT_PX, theme.quiet


def _draw(canvas: Image.Image, picture: Image.Image | None, corner: Corner, theme: Theme) -> None:
    if picture is not None:
        _put(canvas, picture, corner, CELL_PX)
        return
    right, bottom = (place + CELL_PX - 1 for place in corner)
    ImageDraw.Draw(canvas).rectangle((*corner, right, bottom), outline=theme.line)


def _put(canvas: Image.Image, picture: Image.Image, corner: Corner, side_px: int) -> None:
    """A picture whole and unstretched, in the upper left of its cell."""
    scale = side_px / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    canvas.paste(picture.convert("RGB").resize(size, Image.Resampling.LANCZOS), corner)


def _left(column: int) -> int:
    """Of the cells of a column; the contents and the rows' labels stand before the first."""
    return MARGIN_PX + CELL_PX + GAP_PX + 2 * LABEL_PX + column * (CELL_PX + GAP_PX)
