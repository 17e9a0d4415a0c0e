"""A picture too large to be worked on at once → overlapping tiles, and what was made of them → one picture again.

Windows that rise and fall as sin² over the overlap sum to 1 at every pixel, so that no seam shows; only one row of
tiles is in memory as floats.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mofu.errors import InvalidInputError
from mofu.imaging.results import Pixels

MAX_PIXELS = 100_000_000
"""Of a picture that is taken at all; decoding has the same limit."""
OVERLAP = 1 / 8
"""Of a tile, shared with each neighbour, at least."""

Window = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Span:
    """A tile along one side.

    Attributes:
        start, stop: pixels.
        before, after: how many of these the neighbours share.
    """

    start: int
    stop: int
    before: int
    after: int

    @property
    def slice(self) -> slice:
        """Its pixels."""
        return slice(self.start, self.stop)

    @property
    def window(self) -> Window:
        """(stop − start,) in [0, 1]: what the tile counts at each pixel."""
        window = np.ones(self.stop - self.start, np.float32)
        if self.before:
            window[: self.before] = _ramp(self.before)
        if self.after:
            window[-self.after :] = 1 - _ramp(self.after)
        return window


def spans(length: int, tile_px: int) -> tuple[Span, ...]:
    """The fewest tiles over a side, all as long and none longer than `tile_px`, that share `OVERLAP` with a neighbour.

    A tile is longer than half of `tile_px`, so that no pixel lies in three.
    """
    if length <= tile_px:
        return (Span(0, length, 0, 0),)
    overlap = max(1, round(tile_px * OVERLAP))
    number = -(-(length - overlap) // (tile_px - overlap))
    side = -(-(length + (number - 1) * overlap) // number)
    starts = [round(each * (length - side) / (number - 1)) for each in range(number)]
    shared = [side - (after - before) for before, after in pairwise(starts)]
    return tuple(
        Span(start, start + side, before, after)
        for start, before, after in zip(starts, [0, *shared], [*shared, 0], strict=True)
    )


def check_size(pixels: Pixels) -> None:
    """Raise InvalidInputError for a picture of more than `MAX_PIXELS`."""
    height, width = pixels.shape[:2]
    if height * width > MAX_PIXELS:
        raise InvalidInputError(
            f"picture of {width} × {height} pixels, {height * width / 1e6:.0f} megapixels:"
            f" expected {MAX_PIXELS // 1_000_000} at most: make it smaller first"
        )


def count(shape: Sequence[int], tile_px: int) -> int:
    """How many tiles a picture of (height, width, …) has."""
    return len(spans(shape[0], tile_px)) * len(spans(shape[1], tile_px))


def by_tiles(pixels: Pixels, tile_px: int, work: Callable[[slice, slice], Pixels]) -> Pixels:
    """Work on a picture tile by tile.

    Args:
        pixels: (h, w, 3) uint8.
        tile_px: side of a tile.
        work: rows, columns → (rows, columns, 3) uint8, in reading order.

    Returns:
        (h, w, 3) uint8; of tiles that agree where they overlap, exactly what they agree on.
    """
    found = np.empty_like(pixels)
    height, width = pixels.shape[:2]
    carried = np.zeros((0, width, 3), np.float32)
    for row in spans(height, tile_px):
        band = np.zeros((row.stop - row.start, width, 3), np.float32)
        for column in spans(width, tile_px):
            window = row.window[:, None, None] * column.window[:, None]
            band[:, column.slice] += window * work(row.slice, column.slice)
        band[: len(carried)] += carried
        done = len(band) - row.after
        found[row.start : row.start + done] = np.rint(band[:done])
        carried = band[done:]
    return found


def _ramp(length: int) -> Window:
    """sin² from 0 to 1 at the middles of so many pixels; with its reverse it sums to 1."""
    return np.asarray(np.sin(np.pi / 2 * (np.arange(length) + 0.5) / length) ** 2, np.float32)
