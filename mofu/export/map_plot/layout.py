"""Places in the plane → cells of a grid: each picture near where it belongs, none over another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

MARGIN_PX, HEAD_PX, LEGEND_PX, GAP_PX = 48, 112, 208, 4
AIR = 2.2
"""Cells a picture: with fewer, groups touch and the map has no shape."""

SIZES = ((60, 112), (250, 80), (1200, 56), (4000, 40))
"""Up to so many pictures, a cell is so many pixels."""

MOST = SIZES[-1][0]
"""Pictures at most; of more, an even part is drawn."""

FEWEST_COLUMNS, FEWEST_ROWS = 6, 5
LARGE = 2
"""Cells a side of the picture that stands for a cluster."""

FLATTEST = 0.6
"""Height a width, at least; as much at most the other way round."""


@dataclass(frozen=True, slots=True)
class MapTile:
    """One image: x to the right and y up, -1 … 1; its cluster, from 0; what is written where it is pointed at."""

    thumbnail: Path
    title: str
    x: float
    y: float
    cluster: int
    is_medoid: bool
    is_outlier: bool


@dataclass(frozen=True, slots=True)
class MapPicture:
    """What a picture shows: a heading, a line below it, images, those first whose places matter most."""

    heading: str
    line: str
    tiles: Sequence[MapTile]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a tile is drawn: the corner and side of its square, in pixels."""

    tile: MapTile
    left: int
    top: int
    side: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A picture laid out.

    Attributes:
        clusters: of each cluster, how many images it has and the one in its middle.
    """

    heading: str
    line: str
    width: int
    height: int
    spots: tuple[Spot, ...]
    clusters: tuple[tuple[int, MapTile], ...]

    @property
    def legend_left(self) -> int:
        """Where the list of clusters begins, in pixels from the left."""
        return self.width - MARGIN_PX - LEGEND_PX


def lay_out(picture: MapPicture) -> Sheet:
    """Lay a picture out; the same tiles give the same sheet."""
    drawn = picture.tiles[:: max(1, -(-len(picture.tiles) // MOST))]
    line = picture.line
    if len(drawn) < len(picture.tiles):
        line += f", {len(drawn):,} of them drawn"
    cell = next(side for most, side in SIZES if len(drawn) <= most)
    grid = _Grid.of(drawn)
    spots = []
    for tile in sorted(drawn, key=lambda tile: not tile.is_medoid):
        cells = LARGE if tile.is_medoid else 1
        column, row = grid.take(tile, cells)
        left, top = MARGIN_PX + column * cell, MARGIN_PX + HEAD_PX + row * cell
        spots.append(Spot(tile, left, top, cells * cell - GAP_PX))
    clusters = tuple(_clusters(picture.tiles))
    width = grid.columns * cell + 3 * MARGIN_PX + LEGEND_PX
    height = max(grid.rows * cell, legend_height_px(len(clusters))) + 2 * MARGIN_PX + HEAD_PX
    return Sheet(picture.heading, line, width, height, tuple(spots), clusters)


ENTRY_PX = 72
"""Height of a cluster in the legend."""


def legend_height_px(clusters: int) -> int:
    """Height of the legend: its clusters, and what the mark of an outlier means."""
    return clusters * ENTRY_PX + 56


def _clusters(tiles: Sequence[MapTile]) -> Iterator[tuple[int, MapTile]]:
    for tile in sorted((tile for tile in tiles if tile.is_medoid), key=lambda tile: tile.cluster):
        yield sum(each.cluster == tile.cluster for each in tiles), tile


class _Grid:
    """Cells, free or taken, and the way from the plane to them."""

    def __init__(self, columns: int, rows: int, reach: tuple[float, float]) -> None:
        self.columns, self.rows, self._reach = columns, rows, reach
        self._free = np.ones((rows, columns), dtype=bool)

    @classmethod
    def of(cls, tiles: Sequence[MapTile]) -> _Grid:
        """A grid in the proportions of the tiles' places, with room for all."""
        wide = max((abs(tile.x) for tile in tiles), default=0.0) or 1e-9
        high = max((abs(tile.y) for tile in tiles), default=0.0) or 1e-9
        flat = min(max(high / wide, FLATTEST), 1 / FLATTEST)
        cells = AIR * len(tiles) + 2 * sum(LARGE**2 for tile in tiles if tile.is_medoid)
        columns = max(FEWEST_COLUMNS, round((cells / flat) ** 0.5))
        return cls(columns, max(FEWEST_ROWS, -(-round(cells) // columns)), (wide, high))

    def take(self, tile: MapTile, cells: int) -> tuple[int, int]:
        """The column and row of the free square of cells nearest to a tile's place, taken now."""
        free = np.lib.stride_tricks.sliding_window_view(self._free, (cells, cells)).all(axis=(2, 3))
        x = (tile.x / self._reach[0] + 1) / 2 * (self.columns - cells)
        y = (1 - tile.y / self._reach[1]) / 2 * (self.rows - cells)
        away = (np.arange(free.shape[0])[:, None] - y) ** 2 + (np.arange(free.shape[1]) - x) ** 2
        row, column = divmod(int(np.where(free, away, np.inf).argmin()), free.shape[1])
        self._free[row : row + cells, column : column + cells] = False
        return column, row
