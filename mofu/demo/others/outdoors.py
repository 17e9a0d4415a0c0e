"""A frame → scenes of the open air: skies, hills, the sea, roads, houses, leaves."""

from __future__ import annotations

import cv2
import numpy as np

from mofu.demo.canvas import Array, Frame, flat, hsv, mix, smoothstep, to_bytes, to_unit
from mofu.demo.noise import fractal, scatter, strands, white


def _firmament(frame: Frame, clouds: float) -> Array:
    """A sky over the whole frame, from noon to dusk."""
    _, y = frame.grid()
    dusk = frame.rng.random() < 0.3
    high = hsv(frame.between(0.56, 0.64), frame.between(0.4, 0.7), frame.between(0.45, 0.8))
    low = hsv(frame.between(0.02, 0.1), 0.5, 0.95) if dusk else hsv(0.55, 0.15, 0.95)
    scene = mix(high, low, smoothstep(-1.1, 0.9, y))
    puffs = fractal(frame.rng, frame.shape, frame.between(1.5, 3), 5, 0.55)
    cover = smoothstep(0.5 - clouds, 1.1 - clouds, puffs)
    lit = mix(hsv(0.6, 0.08, 0.7), hsv(0.1, 0.05, 1.0), smoothstep(-0.5, 0.8, puffs - 0.4 * y))
    return mix(scene, lit, cover * np.float32(0.9))


def sky(frame: Frame) -> Array:
    """A sky with or without clouds."""
    return _firmament(frame, frame.between(0.0, 0.9))


def hills(frame: Frame) -> Array:
    """Ranges of hills, paler the farther."""
    scene = _firmament(frame, frame.between(0, 0.6))
    _, y = frame.grid()
    count = int(frame.rng.integers(3, 6))
    near = hsv(frame.between(0.2, 0.4), frame.between(0.3, 0.6), frame.between(0.2, 0.45))
    haze = hsv(0.58, 0.2, 0.8)
    for n in range(count):
        share = (n + 1) / count
        ridge = _ridge(frame, 2.5 + n)
        line = -0.35 + share * 0.95 + ridge * np.float32(0.24)
        tone = mix(haze, near, share)
        grass = 1 + np.float32(0.25 * share) * fractal(frame.rng, frame.shape, 14, 3)
        scene = mix(scene, tone * grass[..., None], smoothstep(-0.01, 0.01, y - line))
    return scene


def _ridge(frame: Frame, cells: float) -> Array:
    """The height of a ridge along the frame, (1, w)."""
    x = np.linspace(0, 1, frame.width, dtype=np.float32)
    knots = frame.rng.uniform(-1, 1, (3, 3))
    line = sum(a * np.sin(x * cells * f * 2 + 6 * p) / f for f, (a, p, _) in zip((1, 2.3, 5.1), knots, strict=True))
    return np.asarray(line, np.float32)[None, :]


def sea(frame: Frame) -> Array:
    """A calm sea under a sky, the horizon anywhere."""
    scene = _firmament(frame, frame.between(0, 0.7))
    _, y = frame.grid()
    horizon = frame.between(-0.4, 0.3)
    depth = np.clip(y - horizon, 0, None)
    swell = strands(white(frame.rng, frame.shape), np.zeros(frame.shape, np.float32), 4)
    swell = cv2.GaussianBlur(swell, (0, 0), 2)
    colour = mix(hsv(0.54, 0.3, 0.75), hsv(frame.between(0.5, 0.6), 0.6, 0.4), smoothstep(0, 0.9, depth))
    return mix(
        scene, colour * (1 + 0.2 * swell * smoothstep(0, 0.6, depth))[..., None], smoothstep(0, 0.012, y - horizon)
    )


def road(frame: Frame) -> Array:
    """A road that runs to the horizon between fields."""
    scene = _firmament(frame, frame.between(0, 0.5))
    x, y = frame.grid()
    horizon = frame.between(-0.25, 0.1)
    depth = np.clip(y - horizon, 1e-3, None)
    field = hsv(frame.between(0.12, 0.35), frame.between(0.3, 0.55), frame.between(0.4, 0.7))
    ground = field * (1 + 0.15 * fractal(frame.rng, frame.shape, 9, 4))[..., None]
    across = (x - frame.between(-0.3, 0.3) * (1 - depth)) / depth
    asphalt = hsv(0.6, 0.04, 0.42) * (1 + 0.06 * white(frame.rng, frame.shape))[..., None]
    ground = mix(ground, asphalt, smoothstep(0.75, 0.72, np.abs(across)))
    dash = smoothstep(0.03, 0.02, np.abs(across)) * (np.sin(3 / depth) > 0)
    return mix(scene, mix(ground, hsv(0.1, 0.03, 0.95), dash), smoothstep(0, 0.01, y - horizon))


def houses(frame: Frame) -> Array:
    """Buildings with windows before a sky."""
    canvas = to_bytes(_firmament(frame, 0.4))
    left = -20.0
    while left < frame.width:
        wide, top = frame.between(60, 150), frame.between(0.15, 0.65) * frame.height
        wall = hsv(frame.between(0, 1), frame.between(0.05, 0.35), frame.between(0.4, 0.9)) * 255
        cv2.rectangle(canvas, (int(left), int(top)), (int(left + wide), frame.height), wall.tolist(), -1)
        cv2.rectangle(
            canvas, (int(left + wide * 0.88), int(top)), (int(left + wide), frame.height), (wall * 0.7).tolist(), -1
        )
        _windows(frame, canvas, (left, top, wide * 0.88))
        left += wide * frame.between(0.9, 1.3)
    shade = 1 + 0.08 * fractal(frame.rng, frame.shape, 3, 4)
    return to_unit(canvas) * shade[..., None]


def _windows(frame: Frame, canvas: Array, wall: tuple[float, float, float]) -> None:
    left, top, wide = wall
    pitch_x, pitch_y = wide / int(frame.rng.integers(2, 5)), frame.between(30, 50)
    for x in np.arange(left + pitch_x * 0.25, left + wide - pitch_x * 0.4, pitch_x):
        for y in np.arange(top + pitch_y * 0.4, frame.height, pitch_y):
            glass = hsv(frame.choose((0.6, 0.58, 0.12)), 0.3, frame.between(0.2, 0.7)) * 255
            cv2.rectangle(
                canvas, (int(x), int(y)), (int(x + pitch_x * 0.5), int(y + pitch_y * 0.55)), glass.tolist(), -1
            )
            cv2.rectangle(
                canvas, (int(x), int(y)), (int(x + pitch_x * 0.5), int(y + pitch_y * 0.55)), (230, 230, 225), 1
            )


def leaves(frame: Frame) -> Array:
    """Leaves, each with a midrib, one over the other."""
    canvas = to_bytes(flat(hsv(0.3, 0.5, 0.18), frame.shape))
    size = frame.between(45, 100)
    spots = scatter(frame.rng, frame.shape, size * 0.55, 1.0)
    hue = frame.choose((0.28, 0.3, 0.22, 0.09))
    for x, y in spots[frame.rng.permutation(len(spots))].tolist():
        _leaf(frame, canvas, (x, y), size * frame.between(0.7, 1.2), hue)
    return to_unit(canvas) * (1 + 0.15 * fractal(frame.rng, frame.shape, 5, 3))[..., None]


def _leaf(frame: Frame, canvas: Array, spot: tuple[float, float], size: float, hue: float) -> None:
    turn = frame.between(0, 2 * np.pi)
    t = np.linspace(0, np.pi, 12)
    along, across = -np.cos(t) * size / 2, np.sin(t) ** 1.3 * size * frame.between(0.17, 0.26)
    axis, side = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
    tone = hsv(hue + frame.between(-0.04, 0.04), frame.between(0.45, 0.75), frame.between(0.3, 0.75)) * 255
    for sign, strength in ((1, 1.0), (-1, 0.8)):
        rim = np.array(spot) + along[:, None] * axis + (sign * across)[:, None] * side
        cv2.fillPoly(canvas, [np.rint(rim * 16).astype(np.int32)], (tone * strength).tolist(), cv2.LINE_AA, 4)
    ends = [np.rint((np.array(spot) + s * axis * size / 2) * 16).astype(int).tolist() for s in (-1, 1)]
    cv2.line(canvas, ends[0], ends[1], (tone * 1.25).clip(0, 255).tolist(), 1, cv2.LINE_AA, 4)
