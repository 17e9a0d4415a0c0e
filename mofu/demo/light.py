"""Heights and slopes → light on a surface: diffuse, specular, and a room mirrored in it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from mofu.demo.canvas import Array, Frame, hsv, mix, smoothstep


@dataclass(frozen=True, slots=True)
class Lamp:
    """A distant light: unit direction towards it (x right, y down, z to the viewer), colour, and the ambient share."""

    x: float
    y: float
    z: float
    colour: Array
    ambient: float


def new_lamp(frame: Frame, low: float = 0.35, high: float = 0.8) -> Lamp:
    """A lamp mostly from above, whose height over the surface (sine) is between `low` and `high`."""
    azimuth = frame.between(-1.3, 1.3) - np.pi / 2
    z = frame.between(low, high)
    flat = float(np.sqrt(1 - z * z))
    warm = frame.between(-0.08, 0.08)
    colour = np.array([1 + warm, 1, 1 - warm], np.float32)
    return Lamp(flat * float(np.cos(azimuth)), flat * float(np.sin(azimuth)), z, colour, frame.between(0.25, 0.45))


def slopes(height: Array, relief: float) -> tuple[Array, Array]:
    """The slopes of a height field along x and y, `relief` times as steep, (h, w) float32."""
    across = cv2.Sobel(height, cv2.CV_32F, 1, 0, scale=relief / 8)
    down = cv2.Sobel(height, cv2.CV_32F, 0, 1, scale=relief / 8)
    across[:, 0], across[:, -1] = across[:, 1], across[:, -2]
    down[0], down[-1] = down[1], down[-2]
    return across, down


def normals(slope_x: Array, slope_y: Array) -> tuple[Array, Array, Array]:
    """Unit normals of slopes, as x, y, z."""
    z = 1 / np.sqrt(1 + slope_x * slope_x + slope_y * slope_y)
    return -slope_x * z, -slope_y * z, z


def diffuse(normal: tuple[Array, Array, Array], lamp: Lamp) -> Array:
    """Light that a matt surface gives back, (h, w), 1 where it faces the lamp."""
    x, y, z = normal
    facing = np.maximum(x * np.float32(lamp.x) + y * np.float32(lamp.y) + z * np.float32(lamp.z), 0)
    light: Array = np.float32(lamp.ambient) * (0.6 + 0.4 * z) + np.float32(1.15 - lamp.ambient) * facing
    return light


def specular(normal: tuple[Array, Array, Array], lamp: Lamp, doublings: int) -> Array:
    """The lamp's highlight, (h, w) 0..1 (Blinn's half vector), with an exponent of 2**doublings."""
    x, y, z = normal
    half = np.array([lamp.x, lamp.y, lamp.z + 1], np.float32)
    half /= np.linalg.norm(half)
    shine: Array = np.maximum(x * half[0] + y * half[1] + z * half[2], 0)
    for _ in range(doublings):
        shine = shine * shine
    return shine


def mirrored_room(frame: Frame, normal: tuple[Array, Array, Array]) -> Array:
    """What a mirror of these normals shows, (h, w, 3): floor, walls, a bright ceiling, and one or two windows."""
    x, y, z = normal
    across, down = 2 * z * x, 2 * z * y
    tint = frame.between(0, 1)
    floor, wall, ceiling = (
        hsv(tint, 0.25, frame.between(0.1, 0.3)),
        hsv(tint + 0.1, 0.15, 0.35),
        hsv(tint + 0.5, 0.1, 0.8),
    )
    room = mix(floor, wall, smoothstep(0.3, 0.0, down))
    room = mix(room, ceiling, smoothstep(-0.3, -0.9, down))
    for side in (-1, 1) if frame.rng.random() < 0.5 else (frame.choose((-1, 1)),):
        left, top = side * frame.between(0.25, 0.65), frame.between(-0.75, -0.45)
        half_width, half_height = frame.between(0.12, 0.25), frame.between(0.15, 0.3)
        inside = smoothstep(0.06, 0, np.abs(across - left) - half_width) * smoothstep(
            0.06, 0, np.abs(down - top) - half_height
        )
        bar = smoothstep(0.015, 0.035, np.abs(across - left)) if frame.rng.random() < 0.5 else 1.0
        room = room + (inside * bar)[..., None] * np.array([2.0, 2.0, 2.1], np.float32)
    return room
