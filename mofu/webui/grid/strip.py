"""The first images of each order side by side → an SVG of what rose and what fell between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from markupsafe import Markup

from mofu.webui.charts.svg import drawing, element, link, text

FIRST = 10
"""Images of each order."""
THUMB_PX, LABEL_PX, ROW_PX, COLUMN_PX, HEAD_PX, FOOT_PX = 56, 44, 64, 224, 32, 24


@dataclass(frozen=True, slots=True)
class Mark:
    """An image in one of the orders; `before` is its place in the order before, None in the first order or for none."""

    image: str
    place: int
    before: int | None

    @property
    def climbed(self) -> int:
        """Places gained since the order before."""
        return (self.before or self.place) - self.place


@dataclass(frozen=True, slots=True)
class Column:
    """An order's name and its first images."""

    name: str
    label: str
    marks: tuple[Mark, ...]


def columns(orders: Sequence[tuple[str, str, Sequence[str]]]) -> tuple[Column, ...]:
    """Columns of (name, label, every image in order)."""
    made: list[Column] = []
    before: dict[str, int] = {}
    for name, label, images in orders:
        marks = tuple(Mark(image, place, before.get(image)) for place, image in enumerate(images[:FIRST], 1))
        made.append(Column(name, label, marks))
        before = {image: place for place, image in enumerate(images, 1)}
    return tuple(made)


def strip(of: Sequence[Column], slug: str) -> Markup:
    """The columns, with a line from each image to where it stands in the next one."""
    rows = max((len(column.marks) for column in of), default=0)
    width = COLUMN_PX * max(0, len(of) - 1) + THUMB_PX + LABEL_PX
    height = HEAD_PX + ROW_PX * rows + FOOT_PX
    lines = [_line(x, mark, height) for x, column in enumerate(of) for mark in column.marks if x]
    leaving = [_falling(x, mark, of, height) for x in range(len(of) - 1) for mark in of[x].marks]
    thumbs = [_thumb(x, mark, slug) for x, column in enumerate(of) for mark in column.marks]
    heads = [text(_x(x), 20, column.label, class_="strong") for x, column in enumerate(of)]
    described = _(
        "The first %(count)s images of each order, with lines between the places of the same image", count=rows
    )
    return drawing(_("What rose and what fell"), described, width, height, [*lines, *leaving, *heads, *thumbs])


def _x(column: int) -> int:
    return column * COLUMN_PX


def _y(place: int) -> int:
    return HEAD_PX + (place - 1) * ROW_PX


def _line(column: int, mark: Mark, height: int) -> Markup:
    """From the place in the order before: from the foot for an image that was not among the first there."""
    was_seen = mark.before is not None and mark.before <= FIRST
    start = _y(mark.before) + THUMB_PX // 2 if mark.before is not None and was_seen else height - FOOT_PX
    return _curve(column - 1, start, _y(mark.place) + THUMB_PX // 2, "line-1" if mark.climbed > 0 else "line-3")


def _falling(column: int, mark: Mark, of: Sequence[Column], height: int) -> Markup:
    """To the foot, for an image that is not among the first of the next order."""
    if any(mark.image == each.image for each in of[column + 1].marks):
        return Markup()
    return _curve(column, _y(mark.place) + THUMB_PX // 2, height - FOOT_PX, "line-2 falling")


def _curve(column: int, start: int, end: int, class_: str) -> Markup:
    left, right = _x(column) + THUMB_PX + LABEL_PX, _x(column + 1)
    middle = (left + right) // 2
    return element("path", d=f"M{left} {start}C{middle} {start} {middle} {end} {right} {end}", class_=class_)


def _thumb(column: int, mark: Mark, slug: str) -> Markup:
    x, y = _x(column), _y(mark.place)
    label = _("%(place)s, %(move)s", place=mark.place, move=_move(mark)) if mark.climbed else str(mark.place)
    shape = {"x": x, "y": y, "width": THUMB_PX, "height": THUMB_PX}
    parts = [
        element("rect", **shape, class_="ground"),
        element("image", **shape, href=f"/pictures/{mark.image}/thumbnail.jpg", preserveAspectRatio="xMidYMid meet"),
        text(x + THUMB_PX + 6, y + 18, mark.place, class_="strong"),
    ]
    if mark.climbed or mark.before is None:
        parts.append(text(x + THUMB_PX + 6, y + 36, _move(mark), class_="rose" if mark.climbed > 0 else "fell"))
    return link(f"/words/{slug}/image/{mark.image}", label, *parts)


def _move(mark: Mark) -> str:
    if not mark.climbed:
        return ""
    return f"▲{mark.climbed}" if mark.climbed > 0 else f"▼{-mark.climbed}"
