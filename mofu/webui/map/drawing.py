"""A stored map → SVG: its pictures near where they belong and none over another, or points at their places."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from flask_babel import gettext as _
from markupsafe import Markup

from mofu.export.map_plot.layout import HEAD_PX, MARGIN_PX, MapPicture, MapTile, Spot, lay_out
from mofu.webui.charts.glyphs import glyph
from mofu.webui.charts.svg import element, text
from mofu.webui.map.reading import MapImage, StoredMap

WIDE, HIGH, RIM = 1000, 700, 24
POINT_PX, BADGE_PX = 6, 7


def pictures(stored: StoredMap, href: Callable[[str], str]) -> Markup:
    """Each image as its thumbnail, those that stand for a cluster larger."""
    by_name = {image.sha256: image for image in stored.images}
    tiles = [
        MapTile(Path(), each.sha256, each.x, each.y, each.cluster, each.is_medoid, each.is_outlier)
        for each in stored.images
    ]
    sheet = lay_out(MapPicture("", "", tiles))
    width = max((spot.left + spot.side for spot in sheet.spots), default=0) - MARGIN_PX
    height = max((spot.top + spot.side for spot in sheet.spots), default=0) - MARGIN_PX - HEAD_PX
    return _drawing(width, height, (_picture(spot, by_name[spot.tile.title], href) for spot in sheet.spots))


def points(stored: StoredMap, href: Callable[[str], str]) -> Markup:
    """Each image as the shape of its cluster; the cluster's number beside the one that stands for it."""
    marks = sorted(stored.images, key=lambda image: image.is_medoid)
    return _drawing(WIDE, HIGH, (_point(image, href) for image in marks))


def _drawing(width: int, height: int, marks: Iterator[Markup]) -> Markup:
    return element(
        "svg",
        *marks,
        class_="plot map",
        role="group",
        aria_label=_("Map of the pictures: what looks alike lies together"),
        viewBox=f"-4 -4 {width + 8} {height + 8}",
        width=width + 8,
        height=height + 8,
        xmlns="http://www.w3.org/2000/svg",
        data_map="",
    )


def _picture(spot: Spot, image: MapImage, href: Callable[[str], str]) -> Markup:
    x, y, side = spot.left - MARGIN_PX, spot.top - MARGIN_PX - HEAD_PX, spot.side
    box = {"x": x, "y": y, "width": side, "height": side}
    badge_px = BADGE_PX * (2 if image.is_medoid else 1)
    parts = [
        element("rect", **box, class_="ground"),
        element("image", **box, href=f"/pictures/{image.sha256}/thumbnail.jpg"),
        element("rect", **box, class_="frame"),
        element("circle", cx=x + badge_px + 2, cy=y + badge_px + 2, r=badge_px + 1, class_="badge"),
    ]
    if image.is_medoid:
        parts.append(text(x + badge_px + 2, y + badge_px + 6, image.cluster + 1, anchor="middle", class_="strong"))
    else:
        parts.append(glyph(image.cluster, x + badge_px + 2, y + badge_px + 2, 4, is_hollow=image.is_outlier))
    return _mark(image, x + side / 2, y + side / 2, href, parts)


def _point(image: MapImage, href: Callable[[str], str]) -> Markup:
    x = RIM + (image.x + 1) / 2 * (WIDE - 2 * RIM)
    y = RIM + (1 - image.y) / 2 * (HIGH - 2 * RIM)
    radius = POINT_PX * (2 if image.is_medoid else 1)
    parts = [
        element("circle", cx=round(x, 1), cy=round(y, 1), r=12, class_="reach"),
        glyph(image.cluster, x, y, radius, is_hollow=image.is_outlier),
    ]
    if image.is_medoid:
        parts.append(text(round(x + 16, 1), round(y + 4, 1), image.cluster + 1, class_="strong number"))
    return _mark(image, x, y, href, parts)


def _mark(image: MapImage, x: float, y: float, href: Callable[[str], str], parts: list[Markup]) -> Markup:
    """What can be circled: the middle of it says whether it lies within."""
    inside = element("a", element("title", _told(image)), *parts, href=href(image.sha256), tabindex="-1")
    kind = "spot" + (" medoid" if image.is_medoid else "") + (" outlier" if image.is_outlier else "")
    return element(
        "g", inside, class_=kind, data_id=image.sha256, data_x=round(x, 1), data_y=round(y, 1)
    )  # fmt: skip


def _told(image: MapImage) -> str:
    told = [_("cluster %(number)s", number=image.cluster + 1)]
    if image.rank is not None:
        told.insert(0, _("rank %(rank)s", rank=image.rank))
    if image.is_outlier:
        told.append(_("stands apart"))
    if image.copies:
        told.append(_("with %(count)s near-duplicates", count=image.copies))
    return ", ".join(told)
