"""ばきばき: a frame → cracks: dried mud, old glaze, splintered glass, broken plaster."""

from __future__ import annotations

import cv2
import numpy as np

from mofu.demo.canvas import Array, Frame, hsv, mix, smoothstep, tinted
from mofu.demo.noise import displace, fractal, scatter, voronoi, white
from mofu.demo.stage import Skin, backdrop, show

_EARTHS = ((0.08, 0.4, 0.65), (0.07, 0.3, 0.5), (0.05, 0.5, 0.55), (0.1, 0.15, 0.75), (0.6, 0.08, 0.5))
_GLAZES = ((0.45, 0.25, 0.8), (0.1, 0.08, 0.93), (0.58, 0.4, 0.65), (0.33, 0.2, 0.75), (0.02, 0.5, 0.6))


def _plates(frame: Frame, pitch: float) -> tuple[Array, Array]:
    """Plates with ragged borders: labels and the distance from the border in px."""
    labels, inside = voronoi(frame.shape, scatter(frame.rng, frame.shape, pitch, 1.05))
    ragged = np.float32(pitch * 0.13)
    dx, dy = (fractal(frame.rng, frame.shape, frame.short / pitch * 1.6, 3, 0.6) * ragged for _ in range(2))
    height, width = frame.shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    near = cv2.remap(labels.astype(np.float32), x + dx, y + dy, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REFLECT_101)
    return near.astype(np.int32), displace(inside, dx, dy)


def _mud(frame: Frame) -> Skin:
    pitch = frame.between(48, 110)
    labels, inside = _plates(frame, pitch)
    _, minor = _plates(frame, pitch * 0.45)
    gap = pitch * frame.between(0.03, 0.07)
    wide = gap * (1 + 0.6 * fractal(frame.rng, frame.shape, 3, 2))
    open_, hair = (
        smoothstep(0, 2.5, inside - wide),
        smoothstep(0.2, 1.6, minor + 1.2 * smoothstep(-0.2, 0.4, fractal(frame.rng, frame.shape, 3, 2))),
    )
    curl = np.exp(-np.maximum(inside - wide, 0) / np.float32(pitch * 0.12)) * np.float32(pitch * 0.05)
    grit = cv2.GaussianBlur(white(frame.rng, frame.shape), (0, 0), 1.1)
    height = (open_ * 7 + curl * open_ + hair * 1.2 + grit * 1.5 + 3 * fractal(frame.rng, frame.shape, 5, 3)).astype(
        np.float32
    )
    tones = frame.rng.uniform(0.88, 1.1, int(labels.max()) + 1).astype(np.float32)[labels]
    shade = (
        (0.14 + 0.86 * open_)
        * (0.6 + 0.4 * hair)
        * tones
        * (1 + 0.08 * grit + 0.06 * fractal(frame.rng, frame.shape, 8, 4))
    )
    return Skin(tinted(hsv(*frame.choose(_EARTHS)), shade), height)


def _glaze(frame: Frame) -> Skin:
    """Fine dark crackle under a shining glaze, two ages of it."""
    pitch = frame.between(50, 95)
    rgb = hsv(*frame.choose(_GLAZES)) * (1 + 0.08 * fractal(frame.rng, frame.shape, 2, 3))[..., None]
    for size, width, dark in ((pitch, 2.2, 0.75), (pitch * 0.42, 1.3, 0.5)):
        _, inside = _plates(frame, size)
        line = smoothstep(width, width * 0.35, inside)
        rgb = mix(rgb, hsv(0.07, 0.5, 0.15), line * np.float32(dark))
    return Skin(rgb.astype(np.float32), fractal(frame.rng, frame.shape, 4, 2) * np.float32(2), 0.5)


def _glass(frame: Frame) -> Array:
    """A pane or a telephone hit once: rays from a point, rings across them, splinters that each lean their own way."""
    x, y = frame.grid()
    hit = np.array([frame.width, frame.height]) * frame.rng.uniform(0.25, 0.75, 2)
    turn, radius = frame.rng.uniform(0, 2 * np.pi, 260), frame.short * 1.3 * frame.rng.random(260) ** 1.8
    points = hit + np.stack([np.cos(turn), np.sin(turn)], axis=1) * radius[:, None]
    far = scatter(frame.rng, frame.shape, 130.0, 1.0)
    labels, inside = voronoi(frame.shape, np.concatenate([points, far]).astype(np.float32))
    count = int(labels.max()) + 1
    lean = frame.rng.normal(0, 7, (2, count)).astype(np.float32)
    tones = (1 + frame.rng.normal(0, 0.13, count)).astype(np.float32)[labels]
    pane = displace(backdrop(frame) * np.float32(frame.between(0.35, 0.9)), lean[0][labels], lean[1][labels])
    glint = smoothstep(2.0, 0.4, inside) * (0.35 + 0.65 * smoothstep(-0.2, 0.6, fractal(frame.rng, frame.shape, 12, 2)))
    edge = smoothstep(3.4, 2.0, inside) * 0.35
    centre = smoothstep(
        0.14, 0.0, np.hypot(x - (hit[0] * 2 - frame.width) / frame.short, y - (hit[1] * 2 - frame.height) / frame.short)
    )
    return pane * (tones * (1 - edge))[..., None] + (glint * 0.8 + 0.35 * centre)[..., None]


def draw(frame: Frame) -> Array:
    """One of the three."""
    kind = frame.choose((_mud, _mud, _glaze, None))
    return _glass(frame) if kind is None else show(frame, kind, objects=0.25 if kind is _mud else 0.6)
