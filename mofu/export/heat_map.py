"""A confusion matrix beside that of a baseline → one drawing: shares as tones, with row recall and column precision."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image, ImageDraw

from mofu.db.durable import publish
from mofu.errors import InvalidInputError
from mofu.export.contact_sheet.fonts import font_for, japanese_faces
from mofu.export.plain_text import one_line
from mofu.export.publishing import check_is_file_name, temporary_for
from mofu.ranking.metrics import Confusion

CELL_PX, GAP_PX, MARGIN_PX, HEAD_PX, LINE_PX = 56, 56, 40, 72, 24
TEXT_PX, HEADING_PX, TITLE_PX = 13, 16, 24
PAPER, INK, QUIET = "#fbfbfa", "#1c1c1b", "#63635f"
_DARK = 0.8
"""The share from which a cell is so dark that paper stands out from it more than ink."""
_FONTS = "system-ui, 'Hiragino Sans', 'Noto Sans CJK JP', 'Yu Gothic', Meiryo, sans-serif"
_EM = 0.62
"""Width of a Latin letter in sizes of its font, about; a Japanese one is as wide as high."""

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Panel:
    """One matrix and what it was made by."""

    heading: str
    confusion: Confusion


@dataclass(frozen=True, slots=True)
class _Rectangle:
    x: int
    y: int
    fill: str


@dataclass(frozen=True, slots=True)
class _Text:
    """Written at (x, y), the middle of its height; upright: from there upwards, whatever the anchor."""

    x: int
    y: int
    text: str
    size_px: int
    fill: str = INK
    anchor: Anchor = "start"
    upright: bool = False


Mark = _Rectangle | _Text


def check_target(target: Path) -> None:
    """Raise InvalidInputError where nothing can be drawn to `target`: neither .svg nor .png, or a folder."""
    if target.suffix.lower() not in (".svg", ".png"):
        raise InvalidInputError(f"{target}: expected a name that ends in .svg or .png")
    check_is_file_name(target)


def write_heat_map(target: Path, title: str, note: str, panels: Sequence[Panel]) -> None:
    """Draw matrices side by side; the same arguments give the same file (a PNG: on a machine with the same fonts).

    Args:
        target: .svg or .png.
        title: above all.
        note: under it, in small.
        panels: with the same labels each.

    Raises:
        InvalidInputError: a target that cannot be drawn to.
        DiskFullError: no room; nothing half-written stays.
    """
    check_target(target)
    labels = panels[0].confusion.labels
    rows_px = 16 + max(_width_px(label, TEXT_PX) for label in (*labels, "precision"))
    widest = max(_width_px(label, TEXT_PX) for label in (*labels, "recall"))
    upright = widest > CELL_PX - 2
    columns_px = 16 + (widest if upright else TEXT_PX)
    panel_px = rows_px + (len(labels) + 1) * CELL_PX
    width = max(2 * MARGIN_PX + len(panels) * (panel_px + GAP_PX) - GAP_PX, 2 * MARGIN_PX + _width_px(note, TEXT_PX))
    height = 2 * MARGIN_PX + HEAD_PX + LINE_PX + columns_px + (len(labels) + 1) * CELL_PX
    marks: list[Mark] = [
        _Text(MARGIN_PX, MARGIN_PX + 12, one_line(title), TITLE_PX),
        _Text(MARGIN_PX, MARGIN_PX + 42, one_line(note), TEXT_PX, QUIET),
    ]
    for number, panel in enumerate(panels):
        left = MARGIN_PX + number * (panel_px + GAP_PX)
        heading = f"{panel.heading}: accuracy {100 * panel.confusion.accuracy:.1f} %"
        marks.append(_Text(left, MARGIN_PX + HEAD_PX + 8, one_line(heading), HEADING_PX))
        marks += _matrix(panel.confusion, left + rows_px, MARGIN_PX + HEAD_PX + LINE_PX + columns_px, upright)
    with temporary_for(target) as temporary:
        if target.suffix.lower() == ".svg":
            temporary.write_text(_svg(marks, width, height), "utf-8")
        else:
            _picture(marks, width, height).save(temporary, "PNG")
        publish(temporary, target)


def _matrix(confusion: Confusion, left: int, top: int, upright: bool) -> Iterator[Mark]:
    """Cells, labels and margins; (left, top) is the corner of the first cell."""
    middle, size = CELL_PX // 2, len(confusion.labels)
    for i, label in enumerate([*confusion.labels, "recall"]):
        fill, centre = INK if i < size else QUIET, left + i * CELL_PX + middle
        yield _Text(centre, top - (8 if upright else 14), one_line(label), TEXT_PX, fill, "middle", upright)
    for i, label in enumerate([*confusion.labels, "precision"]):
        fill, centre = INK if i < size else QUIET, top + i * CELL_PX + middle
        yield _Text(left - 8, centre, one_line(label), TEXT_PX, fill, "end")
    for i in range(size):
        for j, share in enumerate(confusion.row_shares[i]):
            x, y = left + j * CELL_PX, top + i * CELL_PX
            yield _Rectangle(x, y, _tone(share))
            if confusion.counts[i, j]:
                ink = PAPER if share > _DARK else INK
                yield _Text(x + middle, y + middle, str(confusion.counts[i, j]), TEXT_PX, ink, "middle")
    for i, (recall, precision) in enumerate(zip(confusion.recall, confusion.precision, strict=True)):
        centre, end = i * CELL_PX + middle, size * CELL_PX + middle
        yield _Text(left + end, top + centre, _percent(recall), TEXT_PX, QUIET, "middle")
        yield _Text(left + centre, top + end, _percent(precision), TEXT_PX, QUIET, "middle")


def _tone(share: float) -> str:
    """From the paper's tone a little darker, for none, to the accent, for all."""
    share = 0.0 if math.isnan(share) else share
    none, full = (0xF1, 0xF1, 0xEE), (0xB3, 0x43, 0x0F)
    return "#" + "".join(f"{round(n + (f - n) * share):02x}" for n, f in zip(none, full, strict=True))


def _percent(share: float) -> str:
    return "–" if math.isnan(share) else f"{100 * share:.0f} %"


def _width_px(text: str, size_px: int) -> int:
    return math.ceil(sum(size_px * (_EM if ord(c) < 0x2E80 else 1.0) for c in text))


def _svg(marks: Sequence[Mark], width: int, height: int) -> str:
    size = f'width="{width}" height="{height}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {width} {height}" font-family="{_FONTS}">',
        f'<rect width="{width}" height="{height}" fill="{PAPER}"/>',
    ]
    for mark in marks:
        if isinstance(mark, _Rectangle):
            side = CELL_PX - 1
            lines.append(f'<rect x="{mark.x}" y="{mark.y}" width="{side}" height="{side}" fill="{mark.fill}"/>')
            continue
        turned = f' transform="rotate(-90 {mark.x} {mark.y})"' if mark.upright else ""
        anchor = "start" if mark.upright else mark.anchor
        lines.append(
            f'<text x="{mark.x}" y="{mark.y}" font-size="{mark.size_px}" fill="{mark.fill}" text-anchor="{anchor}"'
            f' dominant-baseline="central"{turned}>{html.escape(mark.text)}</text>'
        )
    return "\n".join([*lines, "</svg>", ""])


def _picture(marks: Sequence[Mark], width: int, height: int) -> Image.Image:
    canvas = Image.new("RGB", (width, height), PAPER)
    pen = ImageDraw.Draw(canvas)
    for mark in marks:
        if isinstance(mark, _Rectangle):
            pen.rectangle((mark.x, mark.y, mark.x + CELL_PX - 2, mark.y + CELL_PX - 2), mark.fill)
        else:
            _write(canvas, pen, mark)
    return canvas


def _write(canvas: Image.Image, pen: ImageDraw.ImageDraw, mark: _Text) -> None:
    """Write a text; nothing where no font of this machine has its characters."""
    font = font_for(mark.text, mark.size_px, japanese_faces())
    if font is None:
        return
    if not mark.upright:
        pen.text(
            (mark.x, mark.y), mark.text, mark.fill, font, {"start": "lm", "middle": "mm", "end": "rm"}[mark.anchor]
        )
        return
    length = math.ceil(pen.textlength(mark.text, font))
    stroke = Image.new("L", (length, 2 * mark.size_px))
    ImageDraw.Draw(stroke).text((0, mark.size_px), mark.text, 255, font, "lm")
    turned = stroke.rotate(90, expand=True)
    canvas.paste(mark.fill, (mark.x - mark.size_px, mark.y - length), turned)
