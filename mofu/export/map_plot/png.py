"""A map laid out → the bytes of a PNG."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw, ImageFont

from mofu.export.contact_sheet.fonts import font_for, japanese_faces
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


def png(sheet: Sheet) -> bytes:
    """Draw a sheet."""
    easel = _Easel(Image.new("RGB", (sheet.width, sheet.height), PAPER))
    easel.write(MARGIN_PX, MARGIN_PX, one_line(sheet.heading), 40, INK)
    easel.write(MARGIN_PX, MARGIN_PX + 60, one_line(sheet.line), 18, QUIET)
    for spot in sheet.spots:
        easel.tile(spot)
    easel.legend(sheet)
    stream = io.BytesIO()
    easel.canvas.save(stream, "PNG")
    return stream.getvalue()


class _Easel:
    def __init__(self, canvas: Image.Image) -> None:
        self.canvas = canvas
        self.pen = ImageDraw.Draw(canvas)

    def write(self, left: int, top: int, text: str, size_px: int, colour: str) -> None:
        """Write a text where there is a font for it."""
        font = font_for(text, size_px, japanese_faces())
        if font is not None:
            self.pen.text((left, top), text, colour, font)

    def tile(self, spot: Spot) -> None:
        """A picture in its cluster's frame, in the middle of its square, with its marks."""
        tile = spot.tile
        picture = fitted(tile.thumbnail, spot.side - 2 * FRAME_PX)
        width, height = picture.size if picture else (spot.side - 2 * FRAME_PX,) * 2
        left = spot.left + (spot.side - width) // 2
        top = spot.top + (spot.side - height) // 2
        frame = (left - FRAME_PX, top - FRAME_PX, left + width + FRAME_PX - 1, top + height + FRAME_PX - 1)
        self.pen.rectangle(frame, fill=tone(tile.cluster))
        if picture:
            self.canvas.paste(picture, (left, top))
        if tile.is_outlier:
            self.mark(frame[2] + 1, frame[1], max(SMALLEST_MARK_PX, spot.side // 4))
        if tile.is_medoid:
            self.badge(frame[0], frame[1], tile.cluster)

    def mark(self, right: int, top: int, side: int) -> None:
        """An outlier's corner."""
        self.pen.polygon(((right - side, top), (right, top), (right, top + side)), ACCENT, PAPER)

    def badge(self, left: int, top: int, cluster: int) -> None:
        """A cluster's number on its colour."""
        self.pen.rectangle((left, top, left + BADGE_PX, top + BADGE_PX), tone(cluster))
        middle = (left + BADGE_PX / 2, top + BADGE_PX / 2)
        self.pen.text(middle, str(cluster + 1), "#ffffff", ImageFont.load_default(15), anchor="mm")

    def legend(self, sheet: Sheet) -> None:
        """The clusters with their sizes, and what an outlier's mark means."""
        left, top = sheet.legend_left, MARGIN_PX + HEAD_PX
        side = ENTRY_PX - 12
        for images, medoid in sheet.clusters:
            self.tile(Spot(medoid, left, top, side))
            self.write(left + side + 14, top + side // 2 - 11, count(images), 18, INK)
            top += ENTRY_PX
        if any(spot.tile.is_outlier for spot in sheet.spots):
            self.pen.line((left, top, sheet.width - MARGIN_PX, top), LINE)
            self.mark(left + 18, top + 16, 18)
            self.write(left + side + 14, top + 14, OUTLIER, 18, INK)
