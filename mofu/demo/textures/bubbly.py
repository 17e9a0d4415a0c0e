"""ぶくぶく: a frame → bubbles: foam, gas rising in a drink, soap bubbles in the air."""

from __future__ import annotations

import numpy as np

from mofu.demo.canvas import Array, Frame, hsv, mix, smoothstep
from mofu.demo.light import Lamp, new_lamp
from mofu.demo.noise import discs, fractal, scatter
from mofu.demo.stage import backdrop

_LIQUIDS = (
    (0.55, 0.6, 0.75),
    (0.1, 0.75, 0.85),
    (0.35, 0.5, 0.6),
    (0.95, 0.5, 0.75),
    (0.58, 0.4, 0.35),
    (0.05, 0.7, 0.45),
)


def _sizes(frame: Frame, count: int, low: float, high: float) -> Array:
    """Radii with many small and few large ones, in px, largest first."""
    t = frame.rng.random(count) ** 3
    return np.sort(frame.short * (low + (high - low) * t))[::-1]


def _film(across: Array, down: Array, lamp: Lamp) -> tuple[Array, Array, Array]:
    """Of a bubble: how far out (0..1), its bright rim and lower glow, and its two highlights."""
    out = across * across + down * down
    rim = smoothstep(0.62, 0.97, out) * (0.55 + 0.45 * (across * lamp.x + down * lamp.y))
    glow = smoothstep(0.35, 0.95, out) * np.clip(-(across * lamp.x + down * lamp.y), 0, 1)
    spot = smoothstep(0.05, 0.0, (across - lamp.x * 0.55) ** 2 + (down - lamp.y * 0.55) ** 2 * 1.3)
    small = smoothstep(0.012, 0.0, (across + lamp.x * 0.6) ** 2 + (down + lamp.y * 0.6) ** 2)
    return out, rim + 0.7 * glow, spot + 0.6 * small


def _drink(frame: Frame) -> Array:
    lamp = new_lamp(frame)
    x, y = frame.grid()
    hue, saturation, value = frame.choose(_LIQUIDS)
    deep, bright = hsv(hue, saturation, value * 0.45), hsv(hue - 0.03, saturation * 0.7, min(value * 1.3, 1))
    depth = smoothstep(-1.1, 1.1, y + 0.3 * x * lamp.x + 0.25 * fractal(frame.rng, frame.shape, 2, 2))
    scene = mix(bright, deep, depth)
    count = int(frame.between(70, 190))
    radii = _sizes(frame, count, 0.012, frame.between(0.08, 0.17))[frame.rng.permutation(count)]
    streams = frame.rng.uniform(0, frame.width, 9)
    column = np.where(
        frame.rng.random(count) < 0.5,
        streams[frame.rng.integers(9, size=count)] + frame.rng.normal(0, 9, count),
        frame.rng.uniform(0, frame.width, count),
    )
    centres = np.stack([column, frame.rng.uniform(0, frame.height, count)], axis=1)
    labels, across, down = discs(frame.shape, centres, radii)
    out, rim, spot = _film(across, down, lamp)
    inside = (labels >= 0).astype(np.float32) * smoothstep(1.03, 0.95, out)
    bent = mix(deep * 0.8, bright, smoothstep(-0.9, 0.9, down))
    bubble = (
        mix(scene, bent, smoothstep(0.1, 0.9, out) * 0.75) + rim[..., None] * bright * 0.55 + (spot * 0.95)[..., None]
    )
    dark = smoothstep(0.8, 0.95, out) * smoothstep(0.3, -0.4, across * lamp.x + down * lamp.y)
    return mix(scene, bubble * (1 - 0.35 * dark)[..., None], inside)


def _foam(frame: Frame) -> Array:
    lamp = new_lamp(frame)
    pitch = frame.between(30, 60)
    big = scatter(frame.rng, frame.shape, pitch, 1.0)
    small = scatter(frame.rng, frame.shape, pitch * 0.5, 1.2)
    radii = np.concatenate(
        [frame.rng.uniform(0.22, 0.4, len(small)) * pitch, frame.rng.uniform(0.35, 0.72, len(big)) * pitch]
    )
    labels, across, down = discs(frame.shape, np.concatenate([small, big]), radii)
    out, rim, spot = _film(across, down, lamp)
    hue, tint = frame.between(0, 1), frame.between(0.0, 0.25)
    milk, hollow = hsv(hue, tint * 0.4, 0.97), hsv(hue, tint + 0.1, frame.between(0.66, 0.85))
    hills = 1 + 0.15 * fractal(frame.rng, frame.shape, 2.5, 2)
    body = smoothstep(0.0, 1.0, out * 0.75 + 0.25 * (across * lamp.x + down * lamp.y) + 0.1)
    shade = (1 - 0.55 * smoothstep(0.75, 1.02, out) * smoothstep(0.5, -0.6, across * lamp.x + down * lamp.y)) * hills
    foam = mix(hollow, milk, body) * shade[..., None] + (0.25 * rim + spot * 0.7)[..., None]
    return mix(hollow * 0.55, foam, (labels >= 0).astype(np.float32))


def _soap(frame: Frame) -> Array:
    lamp = new_lamp(frame)
    scene = backdrop(frame) * np.float32(frame.between(0.35, 0.8))
    count = int(frame.between(22, 60))
    radii = _sizes(frame, count, 0.035, frame.between(0.2, 0.34))
    centres = frame.rng.uniform(0, 1, (count, 2)) * np.array([frame.width, frame.height])
    labels, across, down = discs(frame.shape, centres, radii)
    out, rim, spot = _film(across, down, lamp)
    phase = out * 5 + fractal(frame.rng, frame.shape, 6, 2) * 1.6 + labels * 1.7
    bands = np.stack([np.sin(phase), np.sin(phase + 2.1), np.sin(phase + 4.2)], axis=-1) * 0.5 + 0.5
    film = smoothstep(0.15, 1.0, out) * 0.75
    bubble = scene * (1 - 0.35 * film)[..., None] + bands * (film * 0.55)[..., None] + (rim * 0.55 + spot)[..., None]
    return mix(scene, bubble, (labels >= 0) * smoothstep(1.02, 0.96, out))


def draw(frame: Frame) -> Array:
    """One of the three."""
    return frame.choose((_drink, _drink, _foam, _soap))(frame)
