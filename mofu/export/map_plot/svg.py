"""A map laid out → the bytes of an SVG that needs nothing beside it: thumbnails inside, texts as texts."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from xml.sax.saxutils import escape

from PIL import Image

from mofu.export.drawing import FONTS
from mofu.export.map_plot.layout import ENTRY_PX, HEAD_PX, MARGIN_PX, Sheet, Spot
from mofu.export.map_plot.marks import (
    ACCENT,
    BADGE_PX,
    FRAME_PX,
    INK,
    LINE,
    OUTLIER,
    PAPER,
    QUIET,
    SMALLEST_MARK_PX,
    count,
    fitted,
    tone,
)
from mofu.export.plain_text import one_line

SHARPER = 2
"""Pixels of a thumbnail for each of the drawing: a map is looked at enlarged."""

QUALITY = 80


def svg(sheet: Sheet) -> bytes:
    """Draw a sheet."""
    size = f'width="{sheet.width}" height="{sheet.height}" viewBox="0 0 {sheet.width} {sheet.height}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" font-family="{FONTS}">',
        f"<title>{_plain(sheet.heading)}</title>",
        f'<rect width="100%" height="100%" fill="{PAPER}"/>',
        _text(MARGIN_PX, MARGIN_PX + 36, sheet.heading, 40, INK),
        _text(MARGIN_PX, MARGIN_PX + 76, sheet.line, 18, QUIET),
        *(_tile(spot) for spot in sheet.spots),
        *_legend(sheet),
        "</svg>",
    ]
    return "\n".join(lines).encode()


def _plain(text: str) -> str:
    return escape(one_line(text), {'"': "&quot;"})


def _text(x: float, y: float, text: str, size_px: int, colour: str, anchor: str = "start") -> str:
    return f'<text x="{x}" y="{y}" font-size="{size_px}" fill="{colour}" text-anchor="{anchor}">{_plain(text)}</text>'


def _rectangle(left: float, top: float, width: float, height: float, colour: str) -> str:
    return f'<rect x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}" fill="{colour}"/>'


def _picture(left: float, top: float, picture: Image.Image) -> str:
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=QUALITY)
    content = base64.b64encode(stream.getvalue()).decode()
    size = f'width="{picture.width / SHARPER:g}" height="{picture.height / SHARPER:g}"'
    return f'<image x="{left:g}" y="{top:g}" {size} href="data:image/jpeg;base64,{content}"/>'


def _tile(spot: Spot) -> str:
    tile, inner = spot.tile, spot.side - 2 * FRAME_PX
    picture = fitted(tile.thumbnail, SHARPER * inner)
    width, height = (side / SHARPER for side in picture.size) if picture else (inner, inner)
    left, top = spot.left + (spot.side - width) / 2, spot.top + (spot.side - height) / 2
    x, y, right = left - FRAME_PX, top - FRAME_PX, left + width + FRAME_PX
    parts = [f"<g><title>{_plain(tile.title)}</title>"]
    parts.append(_rectangle(x, y, width + 2 * FRAME_PX, height + 2 * FRAME_PX, tone(tile.cluster)))
    if picture:
        parts.append(_picture(left, top, picture))
    if tile.is_outlier:
        parts.append(_mark(right, y, max(SMALLEST_MARK_PX, spot.side // 4)))
    if tile.is_medoid:
        parts.append(_rectangle(x, y, BADGE_PX, BADGE_PX, tone(tile.cluster)))
        parts.append(_text(x + BADGE_PX / 2, y + 16, str(tile.cluster + 1), 15, "#ffffff", "middle"))
    return "".join([*parts, "</g>"])


def _mark(right: float, top: float, side: int) -> str:
    points = f"{right - side:g},{top:g} {right:g},{top:g} {right:g},{top + side:g}"
    return f'<polygon points="{points}" fill="{ACCENT}" stroke="{PAPER}"/>'


def _legend(sheet: Sheet) -> Iterator[str]:
    left, top, side = sheet.legend_left, MARGIN_PX + HEAD_PX, ENTRY_PX - 12
    for images, medoid in sheet.clusters:
        yield _tile(Spot(medoid, left, top, side))
        yield _text(left + side + 14, top + side // 2 + 6, count(images), 18, INK)
        top += ENTRY_PX
    if any(spot.tile.is_outlier for spot in sheet.spots):
        yield f'<path d="M{left} {top}H{sheet.width - MARGIN_PX}" stroke="{LINE}"/>'
        yield _mark(left + 18, top + 16, 18)
        yield _text(left + side + 14, top + 31, OUTLIER, 18, INK)
