"""Strokes: many thin things beside and over each other, from fur to leaves."""

from __future__ import annotations

import cv2
import numpy as np

from kinds.plane import Plane, Relief, kind, noise


def _strokes(p: Plane, count: int, length: tuple[float, float], spread: float, thick: tuple[int, int]) -> Relief:
    """Bent strokes along a flow that varies over the picture, each with a paint and a height of its own."""
    side = len(p.u)
    rng, unit = p.rng, 1 / p.per_px
    flow = rng.uniform(0, 2 * np.pi) + rng.uniform(0, 1.2) * noise(rng, side, rng.uniform(1.5, 4), 2)
    canvas = np.zeros((side, side, 2), np.float32)
    canvas[..., 1] = rng.uniform(0, 0.4)
    starts = rng.uniform(-0.1 * side, 1.1 * side, (count, 2))
    for number, (x, y) in enumerate(starts):
        inside = (int(np.clip(y, 0, side - 1)), int(np.clip(x, 0, side - 1)))
        angle, reach = flow[inside] + rng.normal(0, spread), unit * rng.uniform(*length)
        bend = rng.normal(0, 0.4)
        steps = np.array([0, 0.35, 0.7, 1.0])
        points = np.stack(
            [x + reach * steps * np.cos(angle + bend * steps), y + reach * steps * np.sin(angle + bend * steps)], axis=1
        )
        ink = (0.3 + 0.7 * number / count, float(rng.uniform(0.15, 1)))
        cv2.polylines(
            canvas, [np.round(8 * points).astype(np.int32)], False, ink, int(rng.integers(*thick)), cv2.LINE_AA, 3
        )
    return Relief(0.6 * canvas[..., 0] / unit * 4, canvas[..., 1])


@kind(6, 14)
def furry(p: Plane) -> Relief:
    """Short hair, fleece or plush, lying along a flow."""
    return _strokes(p, 1400, (0.5, 1.6), 0.25, (1, 3))


@kind(5, 12)
def grassy(p: Plane) -> Relief:
    """Blades, needles or straw."""
    return _strokes(p, 500, (1, 3), 0.5, (1, 4))


@kind(4, 10)
def fibrous(p: Plane) -> Relief:
    """Long fibres in all directions: wool, felt, noodles."""
    return _strokes(p, 350, (2, 6), p.rng.uniform(0.2, 3), (1, 5))


@kind(8, 20)
def sprinkled(p: Plane) -> Relief:
    """Short rods of many paints, thrown."""
    return _strokes(p, int(p.rng.integers(80, 400)), (0.5, 1.2), 3, (2, 6))


@kind(4, 16)
def leafy(p: Plane) -> Relief:
    """Leaves or petals over each other, veined."""
    side, rng = len(p.u), p.rng
    canvas = np.zeros((side, side, 2), np.float32)
    for _ in range(int(rng.integers(60, 260))):
        x, y = rng.uniform(0, side, 2)
        long = rng.uniform(0.4, 1.0) / p.per_px
        angle, fat = rng.uniform(0, 360), rng.uniform(0.25, 0.6)
        tone = float(rng.uniform(0.2, 1))
        centre = (int(8 * x), int(8 * y))
        axes = (int(8 * long), int(8 * long * fat))
        cv2.ellipse(canvas, centre, axes, angle, 0, 360, (tone, tone), -1, cv2.LINE_AA, 3)
        tip = (int(8 * (x + long * np.cos(np.radians(angle)))), int(8 * (y + long * np.sin(np.radians(angle)))))
        cv2.line(canvas, centre, tip, (tone, 0.7 * tone), 1, cv2.LINE_AA, 3)
    return Relief(0.1 * canvas[..., 0], canvas[..., 1])
