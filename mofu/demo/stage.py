"""A skin (colours and heights on the flat) → a scene that it fills, or with an object in it that it clothes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from mofu.demo.canvas import Array, Frame, hsv, mix, smoothstep
from mofu.demo.light import Lamp, diffuse, new_lamp, normals, slopes, specular
from mofu.demo.noise import fractal, smooth


@dataclass(frozen=True, slots=True)
class Skin:
    """A flat texture: colours (h, w, 3), heights (h, w) in px, and how much it shines (0 matt .. 1 wet)."""

    rgb: Array
    height: Array
    shine: float = 0.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a skin lies: the pixel of it that each pixel shows, the slopes of the ground, the skin's size."""

    map_x: Array
    map_y: Array
    slope_x: Array
    slope_y: Array
    skin_shape: tuple[int, int]


Painter = Callable[[Frame], Skin]


def close_up(frame: Frame, folds: float = 0.0) -> Place:
    """The skin fills the frame: seen at a slant, a little zoomed, and (folds > 0) lying in folds like cloth."""
    x, y = frame.grid()
    lean_x, lean_y = frame.between(-0.22, 0.22), frame.between(-0.3, 0.3)
    depth = 1 / (1 + abs(lean_x) * 1.5 + abs(lean_y) + lean_x * x + lean_y * y)
    half = frame.short / 2
    ground = cv2.blur(fractal(frame.rng, frame.shape, frame.between(1.5, 3.5), 2), (9, 9))
    fold_px = ground * np.float32(folds * half * 0.3)
    slope_x, slope_y = slopes(fold_px, 1.0)
    across, down = x * depth, y * depth
    reach = max(float(np.abs(across).max()) / frame.width, float(np.abs(down).max()) / frame.height)
    zoom = np.float32(frame.between(0.42, 0.48) / reach)
    map_x = across * zoom + np.float32(frame.width / 2) + slope_x * np.float32(half * 0.25)
    map_y = down * zoom + np.float32(frame.height / 2) + slope_y * np.float32(half * 0.25)
    return Place(map_x, map_y, slope_x, slope_y, frame.shape)


def solid(frame: Frame) -> tuple[Place, Array]:
    """The skin clothes a ball, an egg or a cushion; its cover is 1 on the body and 0 around it."""
    x, y = frame.grid()
    turn = frame.between(-0.5, 0.5)
    cx, cy = frame.between(-0.2, 0.2), frame.between(-0.1, 0.15)
    across = ((x - cx) * np.cos(turn) + (y - cy) * np.sin(turn)).astype(np.float32)
    down = ((y - cy) * np.cos(turn) - (x - cx) * np.sin(turn)).astype(np.float32)
    size = frame.between(0.66, 0.95)
    a, b = size * frame.between(0.85, 1.15), size * frame.between(0.8, 1.05)
    across, down = across / a, down / b
    power = frame.choose((2, 2, 2, 4))
    fill = np.abs(across) ** power + np.abs(down) ** power
    z = np.sqrt(np.clip(1 - fill, 0.02, 1))
    rise = -np.sign(across) * np.abs(across) ** (power - 1) / z
    fall = -np.sign(down) * np.abs(down) ** (power - 1) / z
    slope_x = (rise * np.cos(turn) - fall * np.sin(turn)).astype(np.float32)
    slope_y = (rise * np.sin(turn) + fall * np.cos(turn)).astype(np.float32)
    bulge = 1 + 0.35 * np.minimum(fill, 1) ** 2
    side = int(frame.short * size * 1.7)
    half = np.float32(side / 2.9)
    cover = smoothstep(1.0, 1 - 6 / (frame.short * size), fill ** (2 / power))
    map_x, map_y = across * bulge * half + np.float32(side / 2), down * bulge * half + np.float32(side / 2)
    return Place(map_x, map_y, slope_x, slope_y, (side, side)), cover


def backdrop(frame: Frame) -> Array:
    """Something out of focus to put an object before, (h, w, 3): a table and a wall, greenery, or a studio's paper."""
    return frame.choose((_table, _table, _garden, _paper))(frame)


def _table(frame: Frame) -> Array:
    x, y = frame.grid()
    hue = frame.choose((0.08, 0.1, 0.13, 0.3, 0.55, 0.6))
    wall = hsv(hue, frame.between(0.03, 0.22), frame.between(0.55, 0.9))
    edge = frame.between(0.0, 0.45)
    wood = hsv(frame.between(0.06, 0.1), frame.between(0.3, 0.55), frame.between(0.4, 0.75))
    grain = smooth(frame.rng, (24, frame.width), 4)
    planks = (
        cv2.resize(grain, (frame.width, frame.height), interpolation=cv2.INTER_CUBIC) * 0.12 * smoothstep(-0.2, 1, y)
    )
    lit = wall * (1 - 0.18 * smoothstep(0.2, 1.4, np.hypot(x - frame.between(-0.8, 0.8), y + 0.6)))[..., None]
    return mix(lit, wood * (1 + planks)[..., None], smoothstep(-0.012, 0.012, y - edge))


def _garden(frame: Frame) -> Array:
    """Greenery far out of focus: soft blots of light between leaves."""
    deep = hsv(frame.between(0.25, 0.4), 0.5, frame.between(0.15, 0.3))
    light = hsv(frame.between(0.16, 0.28), frame.between(0.3, 0.5), frame.between(0.55, 0.8))
    patches = fractal(frame.rng, frame.shape, 2.5, 3, 0.6)
    return mix(deep, light, smoothstep(-0.9, 1.0, patches))


def _paper(frame: Frame) -> Array:
    """A studio's paper, lit from one side."""
    x, y = frame.grid()
    hue, saturation = frame.between(0, 1), frame.between(0.02, 0.2)
    fall = smoothstep(-1.5, 1.5, y + frame.between(-0.6, 0.6) * x)
    return mix(hsv(hue, saturation, 0.92), hsv(hue + 0.03, saturation * 1.4, frame.between(0.4, 0.7)), fall)


def cast_shadow(frame: Frame, scene: Array, cover: Array, lamp: Lamp) -> Array:
    """The backdrop with a soft shadow of the object, thrown away from the lamp."""
    shift = np.array([[1, 0, -lamp.x * 30], [0, 1, abs(lamp.y) * 20 + 6]], np.float32)
    small = cv2.resize(cv2.warpAffine(cover, shift, (frame.width, frame.height)), None, fx=0.25, fy=0.25)
    shadow = cv2.resize(cv2.GaussianBlur(small, (0, 0), 5), (frame.width, frame.height))
    shaded: Array = scene * (1 - np.float32(0.55) * shadow)[..., None]
    return shaded


def light_skin(place: Place, skin: Skin, lamp: Lamp) -> Array:
    """The skin in its place, lit: (h, w, 3)."""
    map_x, map_y = place.map_x.astype(np.float32, copy=False), place.map_y.astype(np.float32, copy=False)
    rgb = cv2.remap(skin.rgb, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    height = cv2.remap(skin.height, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    slope_x, slope_y = slopes(height, 1.0)
    normal = normals(place.slope_x + slope_x, place.slope_y + slope_y)
    hollow = np.clip(1 + 0.05 * (height - cv2.blur(height, (15, 15))), 0.55, 1.15)
    light = diffuse(normal, lamp) * hollow
    planes = [plane * light * lamp.colour[c] for c, plane in enumerate(cv2.split(rgb))]
    if skin.shine:
        glint = np.float32(skin.shine) * specular(normal, lamp, 5)
        planes = [plane + glint for plane in planes]
    lit: Array = cv2.merge(planes)
    return lit


def show(frame: Frame, paint: Painter, objects: float = 0.4, folds: float = 0.0, low: float = 0.35) -> Array:
    """A scene with a skin in it, (h, w, 3) float32.

    Args:
        frame: what to draw in.
        paint: makes the skin, given a frame of the skin's size.
        objects: how often the skin clothes an object instead of filling the frame.
        folds: how deep a close-up's folds are, 0 flat .. 1 crumpled cloth.
        low: the lowest sine of the lamp's height; small for raking light.
    """
    lamp = new_lamp(frame, low, min(low + 0.4, 0.9))
    if frame.rng.random() >= objects:
        place = close_up(frame, folds)
        return light_skin(place, paint(Frame(frame.rng, *place.skin_shape)), lamp)
    place, cover = solid(frame)
    lit = light_skin(place, paint(Frame(frame.rng, *place.skin_shape)), lamp)
    return mix(cast_shadow(frame, backdrop(frame), cover, lamp), lit, cover)
