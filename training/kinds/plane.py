"""Where patterns are drawn, what they are drawn from, and the register of their kinds.

What the embedded network learns from: each kind is a formula with free parameters, so that pictures of one kind share
what makes a texture that texture and differ in all else: scale, direction, irregularity, colour, light, view and lens.
A pattern is drawn in its own warped plane, (u, v) in units of its elements; `render.py` then gives it matter and light.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]
Generator = np.random.Generator

TABLE = 64  # random numbers of cells repeat after so many of them, which no picture is wide enough to show


@dataclass(frozen=True, slots=True)
class Plane:
    """Where a pattern is drawn.

    Attributes:
        u, v: (side, side) coordinates in units of the pattern's elements.
        per_px: units a pixel.
        rng: what the pattern draws its own parameters from.
    """

    u: Field
    v: Field
    per_px: float
    rng: Generator


@dataclass(frozen=True, slots=True)
class Relief:
    """A pattern: its relief and its paint, both (side, side) float32.

    Attributes:
        height: in units of the pattern's elements, towards the viewer.
        paint: 0 to 1 along the palette.
    """

    height: Field
    paint: Field


Pattern = Callable[[Plane], Relief]
KINDS: dict[str, tuple[Pattern, tuple[float, float]]] = {}
"""name → (pattern, least and most elements across a picture)."""


def kind(least: float, most: float) -> Callable[[Pattern], Pattern]:
    """Register a pattern by its function's name, with how many of its elements a picture may be wide."""

    def decorate(pattern: Pattern) -> Pattern:
        KINDS[pattern.__name__] = (pattern, (least, most))
        return pattern

    return decorate


def plane(rng: Generator, side_px: int, elements: float) -> Plane:
    """A plane seen turned, stretched, at a slant and warped, with so many elements across the picture."""
    y, x = np.mgrid[0:side_px, 0:side_px].astype(np.float32) / np.float32(side_px) - np.float32(0.5)
    angle = rng.uniform(0, 2 * np.pi)
    if rng.random() < 0.4:  # upright, as many photographs are
        angle = np.pi / 2 * rng.integers(4) + rng.normal(0, 0.06)
    u, v = x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)
    depth = 1 + rng.uniform(0, 0.7) * (x * np.cos(turn := rng.uniform(0, 2 * np.pi)) + y * np.sin(turn))
    u, v = u / depth, v / depth * rng.uniform(0.75, 1.33)
    amount = rng.choice([0.0, 0.01, 0.02, 0.04]) * rng.uniform(0.5, 1.2)  # more would fold the plane over itself
    bend_u, bend_v = (noise(rng, side_px, rng.uniform(1.5, 4), 2) for _ in range(2))
    u, v = ((part + amount * bend) * elements for part, bend in ((u, bend_u), (v, bend_v)))
    return Plane(*(np.asarray(part + rng.uniform(0, TABLE), np.float32) for part in (u, v)), elements / side_px, rng)


def noise(rng: Generator, side_px: int, elements: float, octaves: int = 4, gain: float = 0.55) -> Field:
    """Smooth random field of deviation near 1: `octaves` of bumps, the widest `elements` across."""
    total, amplitude = np.zeros((side_px, side_px), np.float32), 1.0
    for _ in range(octaves):
        cells = int(np.ceil(elements)) + 3
        if cells > side_px:
            break
        coarse = rng.standard_normal((cells, cells), np.float32)
        size = int(np.ceil(side_px * cells / elements)) + 1
        fine = cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC)
        top, left = rng.integers(0, size - side_px + 1, 2)
        total += np.float32(amplitude) * fine[top : top + side_px, left : left + side_px]
        elements, amplitude = elements * 2, amplitude * gain
    return np.asarray(total / max(float(total.std()), 1e-6), np.float32)


def own_noise(field: Plane, elements: float, octaves: int = 3) -> Field:
    """Noise over a plane's picture, `elements` of it across each of the pattern's own."""
    across = max(2.0, elements * field.per_px * len(field.u))
    return noise(field.rng, len(field.u), across, octaves)


def ramp(field: Field) -> Field:
    """What lies between 0 and 1, the rest cut off."""
    return np.asarray(np.clip(field, 0, 1), np.float32)


def edge(field: Field, width: float) -> Field:
    """0 below, 1 above zero, with a slope `width` wide."""
    return ramp(field / max(width, 1e-3) + np.float32(0.5))


def cells(plane_: Plane, offsets: tuple[float, float] = (0, 0)) -> tuple[Field, Field, Field, NDArray[np.intp]]:
    """Square cells: coordinates in −½ … ½ within each, a random number of each, and each one's row."""
    u, v = plane_.u + np.float32(offsets[0]), plane_.v + np.float32(offsets[1])
    column, row = np.floor(u), np.floor(v)
    table = plane_.rng.random((TABLE, TABLE), np.float32)
    number = table[row.astype(np.intp) % TABLE, column.astype(np.intp) % TABLE]
    return u - column - np.float32(0.5), v - row - np.float32(0.5), number, row.astype(np.intp)


@dataclass(frozen=True, slots=True)
class Seeds:
    """For each pixel: distances to the nearest and the second nearest seed, the way to the nearest, and its number."""

    first: Field
    second: Field
    to_u: Field
    to_v: Field
    number: Field


def seeds(plane_: Plane, jitter: float, hexagonal: bool = False) -> Seeds:
    """Points of a jittered lattice, one a unit cell (Worley, "A cellular texture basis function", SIGGRAPH 1996)."""
    rng, u, v = plane_.rng, plane_.u, plane_.v
    moved = rng.uniform(-0.5, 0.5, (3, TABLE, TABLE)).astype(np.float32)
    row, column = np.floor(v).astype(np.intp), np.floor(u).astype(np.intp)
    first = np.full_like(u, 9)
    second, to_u, to_v, number = (np.full_like(u, 9) for _ in range(4))
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            r, c = row + dy, column + dx
            at = (r % TABLE, c % TABLE)
            shift = np.float32(0.5) * (r % 2) if hexagonal else np.float32(0)
            du = (c + np.float32(0.5) + shift + np.float32(jitter) * moved[0][at] - u).astype(np.float32)
            dv = (r + np.float32(0.5) + np.float32(jitter) * moved[1][at] - v).astype(np.float32)
            distance = np.hypot(du, dv)
            nearer = distance < first
            second = np.where(nearer, first, np.minimum(second, distance))
            first = np.where(nearer, distance, first)
            to_u, to_v = np.where(nearer, du, to_u), np.where(nearer, dv, to_v)
            number = np.where(nearer, moved[2][at] + np.float32(0.5), number)
    return Seeds(first, second, to_u, to_v, number)


def jitter(rng: Generator) -> float:
    """How irregular seeds are: hardly, or much."""
    return float(rng.choice([rng.uniform(0, 0.2), rng.uniform(0.4, 1.0)]))


def stretched(p: Plane, fine: float, stretch: float) -> Field:
    """Noise drawn out along v."""
    table = p.rng.standard_normal((256, 256)).astype(np.float32)
    at_u, at_v = (p.u * fine) % 256, (p.v * fine / stretch) % 256
    return cv2.remap(table, at_u.astype(np.float32), at_v.astype(np.float32), cv2.INTER_LINEAR, None, cv2.BORDER_WRAP)
