"""A map laid out → its marks: each picture in its cluster's frame, and the list of clusters beside them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from mofu.export.contact_sheet.picture import ACCENT, INK, LINE, PAPER, QUIET
from mofu.export.drawing import Corner, Drawing, Group, Line, Mark, Picture, Rectangle, Text
from mofu.export.map_plot.layout import ENTRY_PX, HEAD_PX, MARGIN_PX, Sheet, Spot
from mofu.export.plain_text import one_line

FRAME_PX = 3
BADGE_PX = 22
SMALLEST_MARK_PX = 12
OUTLIER = "stands apart"
_TONES = (
    "#4878a8", "#a8701c", "#4a8757", "#b04a6a", "#7d6bb0", "#7d7d2f", "#2f858b", "#b0644a", "#6f7680", "#99607f",
)  # fmt: skip


def tone(cluster: int) -> str:
    """The colour of a cluster's frames; its number tells it from others that share it."""
    return _TONES[cluster % len(_TONES)]


def drawn(sheet: Sheet) -> Drawing:
    """Draw a sheet."""
    marks: list[Mark] = [
        Text(MARGIN_PX, MARGIN_PX + 24, one_line(sheet.heading), 40, INK),
        Text(MARGIN_PX, MARGIN_PX + 70, one_line(sheet.line), 18, QUIET),
        *(_tile(spot) for spot in sheet.spots),
        *_legend(sheet),
    ]
    return Drawing(sheet.width, sheet.height, PAPER, one_line(sheet.heading), one_line(sheet.line), marks)


def _tile(spot: Spot) -> Group:
    """A picture, whole and unstretched, in the middle of its square, with its marks."""
    tile = spot.tile
    width, height = _fitted(tile.thumbnail, spot.side - 2 * FRAME_PX)
    left, top = spot.left + (spot.side - width) // 2, spot.top + (spot.side - height) // 2
    x, y, right = left - FRAME_PX, top - FRAME_PX, left + width + FRAME_PX
    marks: list[Mark] = [
        Rectangle(x, y, width + 2 * FRAME_PX, height + 2 * FRAME_PX, tone(tile.cluster)),
        Picture(left, top, width, height, tile.thumbnail),
    ]
    if tile.is_outlier:
        marks.append(Corner(right, y, max(SMALLEST_MARK_PX, spot.side // 4), ACCENT, PAPER))
    if tile.is_medoid:
        marks.append(Rectangle(x, y, BADGE_PX, BADGE_PX, tone(tile.cluster)))
        marks.append(Text(x + BADGE_PX // 2, y + BADGE_PX // 2, str(tile.cluster + 1), 15, "#ffffff", "middle"))
    return Group(one_line(tile.title), marks)


def _fitted(thumbnail: Path, side: int) -> tuple[int, int]:
    """Width and height of a picture within a square of so many pixels; all of it where it cannot be read."""
    try:
        with Image.open(thumbnail) as picture:
            width, height = picture.size
    except OSError:  # UnidentifiedImageError is one
        return side, side
    scale = side / max(width, height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _legend(sheet: Sheet) -> Iterator[Mark]:
    """The clusters with their sizes, and what an outlier's mark means."""
    left, top, side = sheet.legend_left, MARGIN_PX + HEAD_PX, ENTRY_PX - 12
    for images, medoid in sheet.clusters:
        yield _tile(Spot(medoid, left, top, side))
        yield Text(left + side + 14, top + side // 2, f"{images:,} image{'s' * (images != 1)}", 18, INK)
        top += ENTRY_PX
    if any(spot.tile.is_outlier for spot in sheet.spots):
        yield Line(left, top, sheet.width - MARGIN_PX, top, LINE)
        yield Corner(left + 18, top + 16, 18, ACCENT, PAPER)
        yield Text(left + side + 14, top + 25, OUTLIER, 18, INK)
