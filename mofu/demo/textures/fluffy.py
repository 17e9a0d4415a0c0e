"""もふもふ: a frame → fur, wool or down, as a round animal, a pompom, or a coat that fills the frame."""

from __future__ import annotations

import cv2
import numpy as np

from mofu.demo.canvas import Array, Frame, hsv, mix, smoothstep
from mofu.demo.light import Lamp, new_lamp
from mofu.demo.noise import fractal, smooth, strands, white
from mofu.demo.stage import backdrop, cast_shadow

_COATS = (
    (0.10, 0.12, 0.97),  # cream
    (0.08, 0.04, 0.98),  # white
    (0.07, 0.45, 0.80),  # ginger
    (0.06, 0.50, 0.50),  # brown
    (0.60, 0.06, 0.68),  # grey
    (0.13, 0.50, 0.97),  # chick yellow
    (0.95, 0.25, 0.92),  # pink
    (0.55, 0.25, 0.85),  # pale blue
    (0.07, 0.40, 0.38),  # dark brown
)


def _curl(frame: Frame) -> Array:
    """How far the hair turns from its way, in radians: straight fur mostly, a sheep's locks now and then."""
    if frame.rng.random() < 0.25:
        return smooth(frame.rng, frame.shape, frame.between(13, 20)) * np.float32(frame.between(1.6, 2.8))
    return smooth(frame.rng, frame.shape, 14) * np.float32(0.35)


def _hair(frame: Frame, angle: Array) -> tuple[Array, Array]:
    """Fine strands and the tufts they gather in, both (h, w) of deviation about 1."""
    tuft_noise = cv2.GaussianBlur(white(frame.rng, frame.shape), (0, 0), frame.between(2.0, 3.2))
    tufts = strands(tuft_noise, angle, 5)
    fine = strands(white(frame.rng, frame.shape), angle + tufts * np.float32(0.12), 4)
    return fine, tufts


def _coat(frame: Frame, fine: Array, tufts: Array, light: Array) -> Array:
    """Colour of the hair under a light (h, w)."""
    hue, saturation, value = frame.choose(_COATS)
    tip = hsv(hue + frame.between(-0.02, 0.02), saturation * 0.8, min(value * 1.1, 1))
    root = hsv(hue - 0.02, min(saturation * 1.3 + 0.08, 1), value * 0.74)
    patches = smooth(frame.rng, frame.shape, 2.5) * np.float32(frame.between(0, 0.5))
    lift = smoothstep(-2.6, 1.8, 0.75 * tufts + 0.75 * fine + patches)
    shade = light * (0.95 + 0.11 * np.clip(fine, -2, 2) + 0.06 * np.clip(tufts, -2, 2))
    return mix(root, tip, lift) * shade[..., None]


def _blanket(frame: Frame) -> Array:
    x, y = frame.grid()
    swirl = fractal(frame.rng, frame.shape, frame.between(1.2, 2.4), 2)
    comb = frame.between(0, 2 * np.pi)
    angle = comb + swirl * np.float32(frame.between(0.6, 1.6)) + _curl(frame)
    fine, tufts = _hair(frame, angle)
    hills = fractal(frame.rng, frame.shape, 2.5, 2)
    lean = np.cos(angle - frame.between(0, 2 * np.pi))
    light = 0.85 + 0.22 * hills + 0.1 * lean + 0.1 * (x * frame.between(-1, 1) - y)
    return _coat(frame, fine, tufts, light)


def _bodies(frame: Frame) -> list[tuple[float, float, float, float]]:
    """Ellipses (x, y, half width, half height) that make up an animal or a ball; the first is the face."""
    size = frame.between(0.5, 0.72)
    cx, cy = frame.between(-0.15, 0.15), frame.between(0.05, 0.2)
    kind = frame.rng.random()
    if kind < 0.3:
        return [(cx, cy, size, size * frame.between(0.85, 1.0))]
    ear = size * frame.between(0.22, 0.36)
    ears = [(cx - size * 0.62, cy - size * 0.78, ear, ear), (cx + size * 0.62, cy - size * 0.78, ear, ear)]
    if kind < 0.5:
        tall = size * 0.55
        ears = [
            (cx - size * 0.4, cy - size * 1.05, ear * 0.7, tall),
            (cx + size * 0.4, cy - size * 1.05, ear * 0.7, tall),
        ]
    if kind < 0.8:
        return [(cx, cy, size, size * 0.88), *ears]
    side = frame.choose((-1, 1))
    return [
        (cx - side * 0.25, cy - size * 0.45, size * 0.5, size * 0.46),
        (cx + side * 0.1, cy + size * 0.2, size * 0.95, size * 0.7),
    ]


def _animal(frame: Frame) -> Array:
    x, y = frame.grid()
    lamp = new_lamp(frame)
    parts = _bodies(frame)
    reach = np.stack([np.sqrt(((x - cx) / a) ** 2 + ((y - cy) / b) ** 2) for cx, cy, a, b in parts])
    nearest = reach.argmin(0)
    depth = reach.min(0)
    centre = np.array([part[:2] for part in parts], np.float32)
    radius = np.array([part[2:] for part in parts], np.float32)
    across = (x - centre[nearest, 0]) / radius[nearest, 0]
    down = (y - centre[nearest, 1]) / radius[nearest, 1]
    outward = np.minimum(depth, 1.2) ** 3
    angle = np.arctan2(down * outward + 0.3, across * outward) + 0.6 * smooth(frame.rng, frame.shape, 6) + _curl(frame)
    fine, tufts = _hair(frame, angle)
    z = np.sqrt(np.clip(1 - depth * depth, 0, 1))
    light = lamp.ambient + 0.35 + 0.55 * np.clip(across * lamp.x + down * lamp.y + z * lamp.z, -0.2, 1)
    ragged = depth - 0.02 * np.clip(tufts, -2, 2) - 0.045 * np.clip(fine, -2, 2)
    cover = smoothstep(1.1, 0.93, ragged)
    rim = smoothstep(0.75, 1.05, depth) * np.float32(0.22)
    scene = cast_shadow(frame, backdrop(frame), cover, lamp)
    scene = mix(scene, _coat(frame, fine, tufts, light + rim), cover * np.float32(0.96))
    if frame.rng.random() < 0.8:
        _face(frame, scene, parts[0], lamp)
    return scene


def _face(frame: Frame, scene: Array, head: tuple[float, float, float, float], lamp: Lamp) -> None:
    """Two eyes and a nose, painted into the scene."""
    cx, cy, a, b = head
    half = frame.short / 2
    turn = frame.between(-0.25, 0.25)
    eye = a * frame.between(0.075, 0.12)
    spots = [(turn - 0.36, -0.1, eye), (turn + 0.36, -0.1, eye), (turn * 1.2, 0.16, eye * 0.75)]
    layer = np.zeros(frame.shape, np.uint8)
    shine = np.zeros(frame.shape, np.uint8)
    for dx, dy, radius in spots:
        where = (cx + dx * a) * half + frame.width / 2, (cy + dy * b) * half + frame.height / 2
        spot = round(where[0] * 16), round(where[1] * 16)
        cv2.circle(layer, spot, round(radius * half * 16), 255, -1, cv2.LINE_AA, 4)
        glint = (
            round((where[0] + lamp.x * radius * half * 0.5) * 16),
            round((where[1] + lamp.y * radius * half * 0.5) * 16),
        )
        cv2.circle(shine, glint, round(radius * half * 0.25 * 16), 255, -1, cv2.LINE_AA, 4)
    scene[:] = mix(scene, hsv(0.07, 0.4, 0.07), layer * np.float32(0.96 / 255))
    scene += shine[..., None] * np.float32(0.8 / 255)


def draw(frame: Frame) -> Array:
    """An animal or a pompom more often than a coat alone."""
    return _animal(frame) if frame.rng.random() < 0.62 else _blanket(frame)
