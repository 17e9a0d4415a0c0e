"""A mask → polygons along the borders of its pixels, without holes, which rasterise to exactly the mask again.

COCO's polygons are joined where they overlap, so that none of them can be a hole: what has holes is cut into upright
pieces at the left end of each hole, which opens them all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mofu.export.masks.run_lengths import Mask

Ring = NDArray[np.int64]
"""(n, 2) corners (x, y) of pixels, one after another around what they enclose, 0 … w and 0 … h."""


@dataclass(frozen=True, slots=True)
class _Corners:
    """The corners of all borders, in rows from the left; where two pixels touch at their corners alone there are two.

    Attributes:
        y, x: of each, (n,).
        level: of each, the corner at the other end of its level border; upright: of its upright border.
    """

    y: NDArray[np.int64]
    x: NDArray[np.int64]
    level: NDArray[np.int64]
    upright: NDArray[np.int64]


def polygons(mask: Mask) -> list[Ring]:
    """Simple polygons that cover the mask and nothing else, no two of them sharing a pixel; none for an empty mask."""
    rings = list(_rings(mask))
    holes = [ring for ring in rings if not mask[ring[0, 1], ring[0, 0]]]
    if not holes:
        return rings
    labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)[1]
    cuts: dict[int, set[int]] = {}
    for ring in holes:
        x, y = ring[0]
        cuts.setdefault(int(labels[y - 1, x]), set()).add(int(ring[:, 0].min()))
    kept = [ring for ring in rings if mask[ring[0, 1], ring[0, 0]] and labels[ring[0, 1], ring[0, 0]] not in cuts]
    for label, columns in cuts.items():
        kept += _pieces(labels == label, sorted(columns))
    return kept


def _pieces(component: Mask, columns: list[int]) -> Iterator[Ring]:
    """The polygons of one connected part, cut at these columns."""
    for left, right in zip([0, *columns], [*columns, component.shape[1]], strict=True):
        for ring in _rings(component[:, left:right]):
            yield ring + np.array([left, 0])


def _rings(mask: Mask) -> Iterator[Ring]:
    """Every border, outer ones and those of holes; each begins at its highest corner, of those the leftmost."""
    corners = _corners(mask)
    seen = np.zeros(len(corners.y), bool)
    for first in range(len(seen)):
        if seen[first]:
            continue
        around, at = [], first
        while not seen[at]:
            for links in (corners.level, corners.upright):
                around.append(at)
                seen[at] = True
                at = int(links[at])
        yield np.column_stack([corners.x[around], corners.y[around]])


def _corners(mask: Mask) -> _Corners:
    """Find the corners and which follow one another: along a row, and along a column, they pair off in order.

    Pixels that touch at their corners alone are kept apart: of the two corners there the first ends the border from
    the left, and turns to the pixel that lies on this border.
    """
    padded = np.pad(mask, 1).astype(np.int8)
    above_left, above_right = padded[:-1, :-1], padded[:-1, 1:]
    below_left, below_right = padded[1:, :-1], padded[1:, 1:]
    count = above_left + above_right + below_left + below_right
    touching = (count == 2) & (above_left == below_right)  # along one diagonal or the other
    times = np.where(count % 2 == 1, 1, np.where(touching, 2, 0))
    y, x = (np.repeat(axis, times[times > 0]) for axis in np.nonzero(times))
    second = np.zeros(len(y), bool)
    second[1:] = (y[1:] == y[:-1]) & (x[1:] == x[:-1])
    # the first of two turns up where the diagonal falls, down where it rises
    is_lower = second == (above_left[y, x] == 1)
    order = np.lexsort((is_lower, y, x))
    return _Corners(y, x, _paired(np.arange(len(y))), _paired(order))


def _paired(order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Of each corner the one that it pairs off with in this order: the first with the second and so on."""
    partner = np.empty_like(order)
    partner[order[0::2]], partner[order[1::2]] = order[1::2], order[0::2]
    return partner
