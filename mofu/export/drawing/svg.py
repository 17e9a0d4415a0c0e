"""A drawing → the bytes of an SVG that needs nothing beside it: pictures inside, texts as texts, a description."""

from __future__ import annotations

import base64
import html
import io

from mofu.export.drawing.marks import Corner, Disc, Drawing, Group, Line, Mark, Picture, Rectangle, Text

FONTS = "system-ui, 'Hiragino Sans', 'Noto Sans JP', 'Noto Sans CJK JP', 'Yu Gothic', Meiryo, sans-serif"
SHARPER = 2
"""Pixels of a picture for each of the drawing: it is looked at enlarged."""
QUALITY = 80


def svg(drawing: Drawing) -> bytes:
    """Draw; the same drawing gives the same bytes."""
    width, height = drawing.width, drawing.height
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" font-family="{FONTS}">',
        f"<title>{html.escape(drawing.title)}</title>",
        f"<desc>{html.escape(drawing.description)}</desc>",
        f'<rect width="{width}" height="{height}" fill="{drawing.paper}"/>',
        *(_element(mark) for mark in drawing.marks),
        "</svg>",
        "",
    ]
    return "\n".join(lines).encode()


def _element(mark: Mark) -> str:
    match mark:
        case Rectangle():
            size = f'width="{mark.width}" height="{mark.height}"'
            return f'<rect x="{mark.x}" y="{mark.y}" {size} fill="{mark.fill}"/>'
        case Line():
            ends = f'x1="{mark.x1}" y1="{mark.y1}" x2="{mark.x2}" y2="{mark.y2}"'
            return f'<line {ends} stroke="{mark.stroke}" stroke-width="{mark.thick}"/>'
        case Disc():
            return f'<circle cx="{mark.x}" cy="{mark.y}" r="{mark.radius}" fill="{mark.fill}"/>'
        case Text():
            return _text(mark)
        case Corner():
            right, top, side = mark.x, mark.y, mark.side
            points = f"{right - side},{top} {right},{top} {right},{top + side}"
            return f'<polygon points="{points}" fill="{mark.fill}" stroke="{mark.stroke}"/>'
        case Picture():
            return _picture(mark)
        case Group():
            return f"<g><title>{html.escape(mark.title)}</title>{''.join(map(_element, mark.marks))}</g>"


def _picture(mark: Picture) -> str:
    pixels = mark.pixels(SHARPER)
    if pixels is None:
        return ""
    stream = io.BytesIO()
    pixels.save(stream, "JPEG", quality=QUALITY)
    content = base64.b64encode(stream.getvalue()).decode()
    size = f'width="{mark.width}" height="{mark.height}"'
    return f'<image x="{mark.x}" y="{mark.y}" {size} href="data:image/jpeg;base64,{content}"/>'


def _text(mark: Text) -> str:
    turned = f' transform="rotate(-90 {mark.x} {mark.y})"' if mark.upright else ""
    anchor = "start" if mark.upright else mark.anchor
    return (
        f'<text x="{mark.x}" y="{mark.y}" font-size="{mark.size_px}" fill="{mark.fill}" text-anchor="{anchor}"'
        f' dominant-baseline="central"{turned}>{html.escape(mark.text)}</text>'
    )
