"""ざらざら: a frame → grains: sand, gravel, salt, rough plaster, sandpaper."""

from __future__ import annotations

import cv2
import numpy as np

from mofu.demo.canvas import Array, Frame, hsv
from mofu.demo.noise import fractal, scatter, strands, voronoi, white
from mofu.demo.stage import Skin, show

_STUFFS = (
    (0.09, 0.35, 0.75, 0.06),  # sand
    (0.08, 0.08, 0.55, 0.03),  # granite, concrete
    (0.1, 0.04, 0.92, 0.02),  # salt, sugar
    (0.05, 0.5, 0.6, 0.03),  # brick dust, rust
    (0.07, 0.38, 0.42, 0.05),  # soil, coffee
    (0.6, 0.12, 0.48, 0.04),  # slate
    (0.12, 0.25, 0.85, 0.03),  # plaster
)


def _colours(frame: Frame, count: int) -> Array:
    """A colour for each of `count` grains, (count, 3)."""
    hue, saturation, value, spread = frame.choose(_STUFFS)
    base = hsv(hue, saturation, value)
    brightness = frame.rng.normal(1.2, 0.22, (count, 1))
    tint = 1 + frame.rng.normal(0, spread * 1.5, (count, 1)) * np.array([1, 0.2, -0.9])
    odd = frame.rng.random((count, 1)) < 0.06
    colours = base * np.where(odd, frame.choose((0.35, 1.5)), brightness) * tint
    grains: Array = np.clip(colours, 0.02, 1.1).astype(np.float32)
    return grains


def _grains(frame: Frame) -> Skin:
    """Separate grains, each with its own colour and rounded top."""
    pitch = frame.between(3.2, 5.5)
    labels, inside = voronoi(frame.shape, scatter(frame.rng, frame.shape, pitch, 1.0))
    count = int(labels.max()) + 1
    tops = frame.rng.uniform(0.4, 1.3, count).astype(np.float32)
    round_top = np.sqrt(np.clip(inside / np.float32(pitch * 0.5), 0, 1)) * tops[labels] * np.float32(pitch * 0.5)
    dune = fractal(frame.rng, frame.shape, frame.between(1.5, 4), 3) * np.float32(frame.between(2, 12))
    height = round_top + dune + 0.35 * white(frame.rng, frame.shape)
    rgb = _colours(frame, count)[labels] * (0.7 + 0.3 * np.clip(inside / np.float32(pitch * 0.3), 0, 1))[..., None]
    return Skin(rgb, height, frame.between(0, 0.15))


def _rough(frame: Frame) -> Skin:
    """Plaster, concrete, sandpaper: roughness too fine for single grains."""
    hue, saturation, value, _ = frame.choose(_STUFFS)
    noise = white(frame.rng, frame.shape)
    coarse = cv2.GaussianBlur(white(frame.rng, frame.shape), (0, 0), frame.between(1.2, 2.2))
    coarse = coarse * np.float32(1 / coarse.std())
    pits = np.maximum(coarse - 1.2, 0)
    height = 0.7 * noise + np.float32(frame.between(1.2, 2.4)) * coarse - 2 * pits
    height += np.float32(frame.between(2, 8)) * fractal(frame.rng, frame.shape, 3, 4, 0.6)
    stain = 1 + 0.12 * fractal(frame.rng, frame.shape, 2, 4) + 0.1 * noise + 0.07 * coarse
    return Skin(hsv(hue, saturation, value) * stain[..., None], height)


def _ripples(frame: Frame) -> Skin:
    """Sand that wind or a rake has laid in ripples."""
    skin = _grains(frame)
    x, y = frame.grid()
    lines = strands(fractal(frame.rng, frame.shape, 12, 2), x * 0 + frame.between(0, 3), 5)
    return Skin(skin.rgb, skin.height + lines * np.float32(3) + y * 0, skin.shine)


def draw(frame: Frame) -> Array:
    """Grains, roughness or ripples in raking light."""
    return show(frame, frame.choose((_grains, _grains, _rough, _rough, _ripples)), objects=0.25, low=0.3)
