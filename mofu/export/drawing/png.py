"""A drawing → the bytes of a PNG; a text that no font of this machine can write is left out."""

from __future__ import annotations

import io
import math

from PIL import Image, ImageDraw

from mofu.export.contact_sheet.fonts import font_for, japanese_faces
from mofu.export.drawing.marks import Corner, Disc, Drawing, Group, Line, Mark, Picture, Rectangle, Text

_SMOOTH = 4
"""Discs are drawn so many times as large and scaled down: PIL's have ragged edges."""


def png(drawing: Drawing) -> bytes:
    """Draw; on a machine with the same fonts the same drawing gives the same bytes."""
    canvas = Image.new("RGB", (drawing.width, drawing.height), drawing.paper)
    pen = ImageDraw.Draw(canvas)
    for mark in drawing.marks:
        _draw(canvas, pen, mark)
    stream = io.BytesIO()
    canvas.save(stream, "PNG")
    return stream.getvalue()


def _draw(canvas: Image.Image, pen: ImageDraw.ImageDraw, mark: Mark) -> None:
    match mark:
        case Rectangle():
            pen.rectangle((mark.x, mark.y, mark.x + mark.width - 1, mark.y + mark.height - 1), mark.fill)
        case Line():
            pen.line((mark.x1, mark.y1, mark.x2, mark.y2), mark.stroke, mark.thick)
        case Disc():
            side = 2 * mark.radius + 1
            stencil = Image.new("L", (side * _SMOOTH, side * _SMOOTH))
            ImageDraw.Draw(stencil).ellipse((0, 0, side * _SMOOTH - 1, side * _SMOOTH - 1), 255)
            stencil = stencil.resize((side, side), Image.Resampling.BOX)
            canvas.paste(mark.fill, (mark.x - mark.radius, mark.y - mark.radius), stencil)
        case Text():
            _write(canvas, pen, mark)
        case Corner():
            points = ((mark.x - mark.side, mark.y), (mark.x, mark.y), (mark.x, mark.y + mark.side))
            pen.polygon(points, mark.fill, mark.stroke)
        case Picture():
            pixels = mark.pixels()
            if pixels is not None:
                canvas.paste(pixels, (mark.x, mark.y))
        case Group():
            for each in mark.marks:
                _draw(canvas, pen, each)


def _write(canvas: Image.Image, pen: ImageDraw.ImageDraw, mark: Text) -> None:
    font = font_for(mark.text, mark.size_px, japanese_faces())
    if font is None:
        return
    if not mark.upright:
        anchor = {"start": "lm", "middle": "mm", "end": "rm"}[mark.anchor]
        pen.text((mark.x, mark.y), mark.text, mark.fill, font, anchor)
        return
    length = math.ceil(pen.textlength(mark.text, font))
    stencil = Image.new("L", (length, 2 * mark.size_px))
    ImageDraw.Draw(stencil).text((0, mark.size_px), mark.text, 255, font, "lm")
    turned = stencil.rotate(90, expand=True)
    canvas.paste(mark.fill, (mark.x - mark.size_px, mark.y - length), turned)
