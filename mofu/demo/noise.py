"""A random generator → fields of noise, cells, and strands along a flow: the raw matter of every texture."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from mofu.demo.canvas import Array

_TILE_PX = 1024


@lru_cache(maxsize=1)
def _white_tile() -> Array:
    tile = np.random.default_rng(7).standard_normal((_TILE_PX, _TILE_PX), dtype=np.float32)
    tile.setflags(write=False)
    return tile


def white(rng: np.random.Generator, shape: tuple[int, int]) -> Array:
    """White noise of mean 0 and deviation 1, (h, w) float32: a window of one large tile, turned at random."""
    top, left = (int(rng.integers(0, _TILE_PX - side + 1)) for side in shape)
    window = _white_tile()[top : top + shape[0], left : left + shape[1]]
    flips = slice(None, None, -1 if rng.random() < 0.5 else 1), slice(None, None, -1 if rng.random() < 0.5 else 1)
    return np.ascontiguousarray(window[flips])


def smooth(rng: np.random.Generator, shape: tuple[int, int], cells: float) -> Array:
    """Value noise between -1 and 1, (h, w) float32, with `cells` bumps along the shorter side."""
    return fractal(rng, shape, cells, 1)


def fractal(
    rng: np.random.Generator, shape: tuple[int, int], cells: float, octaves: int = 4, gain: float = 0.5
) -> Array:
    """Fractal noise, about -1..1, (h, w) float32: each octave twice as fine and `gain` times as strong."""
    pitch_px = min(shape) / cells
    step = int(np.clip(pitch_px / 2 ** (octaves - 1) / 4, 1, 4))
    coarse = -(-shape[0] // step), -(-shape[1] // step)
    strengths = gain ** np.arange(octaves)
    total = np.zeros(coarse, np.float32)
    for octave, strength in enumerate((strengths / np.linalg.norm(strengths)).tolist()):
        total += np.float32(strength) * _bumps(rng, coarse, pitch_px / step / 2**octave)
    if step == 1:
        return total
    # linear and a box make a quadratic spline, whose slopes are smooth; OpenCV's cubic ripples at the coarse grid
    return cv2.blur(cv2.resize(total, shape[::-1], interpolation=cv2.INTER_LINEAR), (step + 1, step + 1))


def _bumps(rng: np.random.Generator, shape: tuple[int, int], pitch_px: float) -> Array:
    """One octave: random values `pitch_px` apart and cubic between them."""
    rows, columns = (int(side / pitch_px) + 3 for side in shape)
    grid = rng.uniform(-1, 1, (rows, columns)).astype(np.float32)
    grown = round(columns * pitch_px), round(rows * pitch_px)
    field = cv2.resize(grid, grown, interpolation=cv2.INTER_CUBIC)
    top, left = (int(rng.integers(0, room - side + 1)) for room, side in zip(field.shape, shape, strict=True))
    return field[top : top + shape[0], left : left + shape[1]]


def scatter(rng: np.random.Generator, shape: tuple[int, int], pitch_px: float, jitter: float = 0.8) -> Array:
    """Points about `pitch_px` apart on a shaken hexagonal grid that reaches beyond the frame: (n, 2) float32 x, y."""
    height, width = shape
    rows = np.arange(-pitch_px, height + pitch_px, pitch_px * 0.866)
    columns = np.arange(-pitch_px, width + pitch_px, pitch_px, dtype=float)
    x, y = np.meshgrid(columns, rows)
    x[1::2] += pitch_px / 2
    points = np.stack([x.ravel(), y.ravel()], axis=1)
    points += rng.uniform(-0.5, 0.5, points.shape) * (jitter * pitch_px)
    return points.astype(np.float32)


def voronoi(shape: tuple[int, int], points: Array) -> tuple[Array, Array]:
    """The cells of points: (labels (h, w) int32 from 1 in scan order, distance in px to the cell's border)."""
    seeds = np.full(shape, 255, np.uint8)
    inside = (points[:, 0] >= 0) & (points[:, 1] >= 0) & (points[:, 0] < shape[1]) & (points[:, 1] < shape[0])
    spots = points[inside].astype(int)
    seeds[spots[:, 1], spots[:, 0]] = 0
    _, labels = cv2.distanceTransformWithLabels(seeds, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    border = np.full(shape, 255, np.uint8)
    border[:, 1:][labels[:, 1:] != labels[:, :-1]] = 0
    border[1:][labels[1:] != labels[:-1]] = 0
    return labels, cv2.distanceTransform(border, cv2.DIST_L2, 5)


def displace(field: Array, dx: Array, dy: Array) -> Array:
    """A field read `dx`, `dy` px further at every pixel; the frame's edge mirrors."""
    height, width = field.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return cv2.remap(field, x + dx, y + dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)


def strands(noise: Array, angle: Array, doublings: int) -> Array:
    """Noise smeared along a direction field into strands of 2**doublings px, rescaled to deviation 1.

    A line integral convolution (Cabral & Leedom 1993) in log time: each pass averages the field with itself one stride
    further, and doubles the stride.
    """
    height, width = noise.shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    dx, dy = np.cos(angle), np.sin(angle)
    for step in range(doublings):
        stride = np.float32(2**step)
        further = cv2.remap(
            noise, x + dx * stride, y + dy * stride, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101
        )
        noise = cv2.addWeighted(noise, 0.5, further, 0.5, 0)
    return noise * np.float32(1 / max(float(noise.std()), 1e-6))


def discs(shape: tuple[int, int], centres: Array, radii: Array) -> tuple[Array, Array, Array]:
    """Discs painted in order, later ones on top.

    Returns:
        which disc each pixel shows, (h, w) int32, -1 for none; and where in that disc it lies, x and y in -1..1.
    """
    labels = np.full(shape, -1, np.int32)
    for number, ((x, y), radius) in enumerate(zip(centres.tolist(), radii.tolist(), strict=True)):
        cv2.circle(labels, (round(x), round(y)), max(1, round(radius)), number, -1)
    column, row = np.meshgrid(np.arange(shape[1], dtype=np.float32), np.arange(shape[0], dtype=np.float32))
    inverse = (1 / np.maximum(radii, 1)).astype(np.float32)
    across = (column - centres[labels, 0].astype(np.float32)) * inverse[labels]
    down = (row - centres[labels, 1].astype(np.float32)) * inverse[labels]
    return labels, across, down
