"""ぼこぼこ: a frame → bumps and dents: hammered metal, cobbles, lumpy rock, craters, a dimpled ball."""

from __future__ import annotations

import cv2
import numpy as np

from mofu.demo.canvas import Array, Frame, hsv, tinted
from mofu.demo.noise import discs, fractal, scatter, voronoi, white
from mofu.demo.stage import Skin, show

_STUFFS = (
    (0.08, 0.3, 0.55),
    (0.6, 0.08, 0.6),
    (0.07, 0.55, 0.6),
    (0.1, 0.06, 0.85),
    (0.3, 0.25, 0.5),
    (0.03, 0.5, 0.55),
    (0.58, 0.3, 0.55),
)


def _paint(frame: Frame, height: Array, shine: float, rough: float) -> Skin:
    stain = 1 + 0.1 * fractal(frame.rng, frame.shape, 4, 4) + np.float32(0.05 * rough) * white(frame.rng, frame.shape)
    grit = cv2.GaussianBlur(white(frame.rng, frame.shape), (0, 0), 1.2) * np.float32(rough * 2)
    return Skin(tinted(hsv(*frame.choose(_STUFFS)), stain), height + grit, shine)


def _lumps(frame: Frame) -> Skin:
    """Cobbles, knobs: rounded cells side by side."""
    pitch = frame.between(34, 72)
    labels, inside = voronoi(frame.shape, scatter(frame.rng, frame.shape, pitch, 0.7))
    tops = frame.rng.uniform(0.75, 1.2, int(labels.max()) + 1).astype(np.float32)
    bump = np.sqrt(np.clip(1 - (1 - np.clip(inside / np.float32(pitch * 0.48), 0, 1)) ** 2, 0, 1)) * tops[labels]
    return _paint(
        frame,
        cv2.GaussianBlur(bump, (0, 0), pitch * 0.08) * np.float32(pitch * 0.42),
        frame.between(0, 0.25),
        frame.between(0.1, 0.6),
    )


def _dents(frame: Frame) -> Skin:
    """Hammered metal, a dimpled ball, craters: round hollows that overlap."""
    pitch = frame.between(30, 64)
    centres = scatter(frame.rng, frame.shape, pitch, frame.choose((0.1, 0.8, 1.0)))
    radii = frame.rng.uniform(0.42, 0.58, len(centres)) * pitch
    labels, across, down = discs(frame.shape, centres, radii)
    bowl = np.where(labels >= 0, np.clip(across * across + down * down, 0, 1), 1)
    depth = pitch * frame.between(0.25, 0.4) * frame.choose((1, 1, -1))
    height = cv2.GaussianBlur(bowl.astype(np.float32), (0, 0), 1.5) * np.float32(depth)
    return _paint(frame, height, frame.choose((0.0, 0.35, 0.7)), frame.between(0.02, 0.3))


def _rock(frame: Frame) -> Skin:
    """Lumps of all sizes, as on rock, bark or old plaster."""
    folds = 1 - np.abs(fractal(frame.rng, frame.shape, frame.between(3.5, 7), 3, 0.45)) * 2
    height = -folds * np.float32(frame.short * 0.055)
    return _paint(frame, height.astype(np.float32), 0.05, 0.5)


def draw(frame: Frame) -> Array:
    """One of the three, in raking light."""
    return show(frame, frame.choose((_lumps, _lumps, _dents, _dents, _rock)), objects=0.35, low=0.3)
