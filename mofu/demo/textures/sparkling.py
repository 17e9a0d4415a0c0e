"""きらきら: a frame → sparkle: glitter, sun on water, jewels, a night sky of lights."""

from __future__ import annotations

import cv2
import numpy as np

from mofu.demo.canvas import Array, Frame, hsv, mix, smoothstep
from mofu.demo.light import mirrored_room, new_lamp, normals, slopes, specular
from mofu.demo.noise import fractal, scatter, smooth, strands, voronoi, white
from mofu.demo.stage import backdrop, cast_shadow


def _stars(frame: Frame, points: Array, strength: Array, tint: Array) -> Array:
    """Light of points with a glow and crossed rays that fade outwards, (h, w, 3)."""
    column = np.clip(points[:, 0], 0, frame.width - 1).astype(int)
    row = np.clip(points[:, 1], 0, frame.height - 1).astype(int)
    spots = np.zeros(frame.shape, np.float32)
    spots[row, column] = strength
    reach = frame.short // 8
    fade = np.exp(-np.abs(np.arange(-reach, reach + 1, dtype=np.float32)) / (reach / 5)).astype(np.float32)
    thin = np.array([0.35, 1, 0.35], np.float32)
    rays = cv2.sepFilter2D(spots, -1, fade, thin) + cv2.sepFilter2D(spots, -1, thin, fade)
    small = cv2.resize(spots, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    halo = cv2.resize(cv2.GaussianBlur(small, (0, 0), 2.5), (frame.width, frame.height)) * 260
    core = cv2.GaussianBlur(spots, (0, 0), 1.6) * 30
    light: Array = halo[..., None] * tint * np.float32(0.35) + (rays * 0.8 + core)[..., None]
    return light


def _pick(frame: Frame, count: int) -> tuple[Array, Array]:
    points = frame.rng.uniform(0, 1, (count, 2)) * np.array([frame.width, frame.height])
    return points, 0.15 + frame.rng.random(count) ** 4 * 1.3


def _glitter(frame: Frame) -> Array:
    """Flakes that each mirror the light their own way."""
    lamp = new_lamp(frame)
    pitch = frame.between(3.5, 6.5)
    labels, _ = voronoi(frame.shape, scatter(frame.rng, frame.shape, pitch, 1.0))
    count = int(labels.max()) + 1
    slope = frame.rng.normal(0, 0.45, (2, count)).astype(np.float32)
    folds = fractal(frame.rng, frame.shape, 2, 2)
    wide = slopes(folds, frame.short * 0.1)
    normal = normals(slope[0][labels] + wide[0], slope[1][labels] + wide[1])
    shine = specular(normal, lamp, 4)
    hue = frame.between(0, 1)
    hues = hue + frame.rng.normal(0, frame.choose((0.02, 0.25)), 64)
    paints = np.stack([hsv(h, frame.between(0.3, 0.75), frame.between(0.3, 0.8)) for h in hues])
    rgb = paints[labels % 64] * (0.3 + 0.6 * normal[2] + 0.3 * folds)[..., None] + (shine * 1.3)[..., None]
    bright = np.argwhere(shine > 0.95)
    chosen = bright[frame.rng.permutation(len(bright))[:50]]
    strength = 0.2 + frame.rng.random(len(chosen)) ** 3 * 1.6
    flares = _stars(frame, chosen[:, ::-1], strength, hsv(hue, 0.2, 1))
    lit: Array = rgb + flares
    return lit


def _water(frame: Frame) -> Array:
    """The sun on waves."""
    x, y = frame.grid()
    hue = frame.choose((0.55, 0.58, 0.08, 0.62, 0.5))
    far = smoothstep(-1.2, 1.2, y)
    waves = strands(white(frame.rng, frame.shape), 0.15 * smooth(frame.rng, frame.shape, 20), 3)
    waves = cv2.GaussianBlur(waves, (0, 0), 1.1) * 1.6 + fractal(frame.rng, frame.shape, 7, 4) * 0.9
    path = np.exp(-(((x - frame.between(-0.4, 0.4)) / np.float32(frame.between(0.4, 0.8))) ** 2))
    glints = smoothstep(0.9, 1.8, waves + 0.9 * path) * (0.25 + 0.75 * path)
    rgb = mix(hsv(hue, 0.45, 0.65), hsv(hue + 0.02, 0.7, 0.22), far) * (1 + 0.22 * waves)[..., None] + glints[
        ..., None
    ] * hsv(0.12, 0.15, 1.0)
    bright = np.argwhere(glints > 0.8)
    chosen = bright[frame.rng.permutation(len(bright))[:60]]
    return rgb + _stars(frame, chosen[:, ::-1], 0.2 + frame.rng.random(len(chosen)) ** 3 * 0.9, hsv(0.12, 0.15, 1))


def _jewel(frame: Frame) -> Array:
    """A cut stone: flat facets around a table."""
    lamp = new_lamp(frame)
    x, y = frame.grid()
    size, spin = frame.between(0.6, 0.85), frame.between(0, 1)
    sides = int(frame.choose((6, 8, 8, 10)))
    angle, radius = np.arctan2(y, x) + spin, np.hypot(x, y) / size
    sector = np.float32(2 * np.pi / sides)
    wedge = np.floor(angle / sector)
    within = angle - (wedge + 0.5) * sector
    reach = radius * np.cos(within)
    ring = (reach > 0.45).astype(int) + (reach + 0.22 * np.abs(within / sector) > 0.75)
    facet = ((wedge % sides) * 6 + ring * 2 + (within > 0) * (ring > 0)).astype(int)
    lean = frame.rng.normal(0, 0.55, (2, sides * 6 + 8)).astype(np.float32)
    normal = normals(lean[0][facet] + x * 0.5, lean[1][facet] + y * 0.5)
    colour = hsv(frame.between(0, 1), frame.between(0.1, 0.8), frame.between(0.5, 0.9))
    tone = frame.rng.uniform(0.25, 1.3, sides * 6 + 8).astype(np.float32)[facet]
    gem = colour * tone[..., None] + mirrored_room(frame, normal) * 0.4 + (specular(normal, lamp, 4) * 0.8)[..., None]
    cover = smoothstep(0.93, 0.91, reach)
    scene = mix(cast_shadow(frame, backdrop(frame) * 0.6, cover, lamp), gem, cover)
    turn, out = frame.rng.uniform(0, 6.3, 16), frame.rng.uniform(0.2, 0.95, 16) * size * frame.short / 2
    points = np.stack([frame.width / 2 + np.cos(turn) * out, frame.height / 2 + np.sin(turn) * out], axis=1)
    return scene + _stars(frame, points, 0.3 + frame.rng.random(16) ** 2 * 1.3, colour * 0.5 + 0.5)


def _night(frame: Frame) -> Array:
    """Stars, or strings of lights, before the dark."""
    hue = frame.between(0.5, 0.85)
    cloud = fractal(frame.rng, frame.shape, 2, 4)
    sky = mix(hsv(hue, 0.7, 0.1), hsv(hue + 0.08, 0.55, 0.38), smoothstep(-0.4, 0.9, cloud))
    points, strength = _pick(frame, int(frame.between(120, 260)))
    return sky + _stars(frame, points, strength, hsv(frame.choose((0.12, 0.58, 0.1, 0.9)), 0.35, 1))


def draw(frame: Frame) -> Array:
    """One of the four."""
    return frame.choose((_glitter, _glitter, _water, _jewel, _night))(frame)
