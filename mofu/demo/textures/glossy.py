"""つやつや: a frame → gloss: lacquer, fruit, glass beads, poured chocolate, satin, all mirroring a room."""

from __future__ import annotations

import cv2
import numpy as np

from mofu.demo.canvas import Array, Frame, flat, hsv, mix, smoothstep
from mofu.demo.light import diffuse, mirrored_room, new_lamp, normals, slopes, specular
from mofu.demo.noise import discs, fractal, scatter
from mofu.demo.stage import backdrop, cast_shadow, solid

_HUES = (
    (0.0, 0.85, 0.65),
    (0.07, 0.75, 0.3),
    (0.33, 0.7, 0.5),
    (0.6, 0.75, 0.5),
    (0.0, 0.0, 0.08),
    (0.12, 0.8, 0.9),
    (0.8, 0.6, 0.4),
    (0.95, 0.45, 0.85),
    (0.1, 0.1, 0.85),
)


def _gloss(frame: Frame, slope_x: Array, slope_y: Array, rgb: Array) -> Array:
    """A coloured body under clear lacquer: (h, w, 3)."""
    lamp = new_lamp(frame)
    normal = normals(slope_x, slope_y)
    fresnel = 0.1 + 0.75 * (1 - normal[2]) ** 3
    body = rgb * (0.25 + 0.75 * diffuse(normal, lamp))[..., None]
    room = mirrored_room(frame, normal)
    return (
        mix(body, room, fresnel)
        + room * 0.1
        + (0.9 * specular(normal, lamp, 7) + 0.15 * specular(normal, lamp, 4))[..., None]
    )


def _poured(frame: Frame) -> Array:
    """A smooth surface in waves: chocolate, paint, lacquer."""
    margin = 16  # the blur mirrors the surface at its edge, which would show as a bright frame
    wide = Frame(frame.rng, frame.height + 2 * margin, frame.width + 2 * margin)
    x, y = wide.grid()
    waves = np.sin(x * np.float32(frame.between(1, 4)) + y * np.float32(frame.between(1, 4)))
    swell = fractal(frame.rng, wide.shape, frame.between(1.6, 3.2), 2, 0.35) + 0.3 * waves
    steep = slopes(cv2.GaussianBlur(swell, (0, 0), 5), frame.short * frame.between(0.10, 0.2))
    slope_x, slope_y = (slope[margin:-margin, margin:-margin] for slope in steep)
    return _gloss(frame, slope_x, slope_y, flat(hsv(*frame.choose(_HUES)), frame.shape))


def _object(frame: Frame) -> Array:
    place, cover = solid(frame)
    hue, saturation, value = frame.choose(_HUES)
    blush = hsv(hue + frame.between(-0.12, 0.12), saturation, min(value * 1.25 + 0.05, 1))
    rgb = mix(hsv(hue, saturation, value), blush, smoothstep(-0.5, 0.8, fractal(frame.rng, frame.shape, 1.5, 2)))
    lit = _gloss(frame, place.slope_x, place.slope_y, rgb)
    return mix(cast_shadow(frame, backdrop(frame), cover, new_lamp(frame)), lit, cover)


def _beads(frame: Frame) -> Array:
    """A heap of shiny balls: cherries, beads, roe, chocolates."""
    pitch = frame.between(55, 120)
    centres = scatter(frame.rng, frame.shape, pitch, 0.5)
    centres = centres[frame.rng.permutation(len(centres))]
    radii = frame.rng.uniform(0.5, 0.64, len(centres)) * pitch
    labels, across, down = discs(frame.shape, centres, radii)
    z = np.sqrt(np.clip(1 - across * across - down * down, 0.03, 1))
    hue, saturation, value = frame.choose(_HUES)
    spread = frame.choose((0.01, 0.03, 0.4))
    paints = np.stack(
        [hsv(hue + frame.between(-spread, spread), saturation, value * frame.between(0.85, 1.15)) for _ in centres]
    )
    lit = _gloss(frame, -across / z, -down / z, paints[labels])
    contact = smoothstep(0.03, 0.35, z)
    return mix(hsv(hue, 0.3, 0.08), lit * (0.35 + 0.65 * contact)[..., None], (labels >= 0).astype(np.float32))


def draw(frame: Frame) -> Array:
    """One of the three."""
    return frame.choose((_poured, _object, _object, _beads))(frame)
