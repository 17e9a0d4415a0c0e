"""まだらまだら: a frame → blotches: cow hide, leopard, giraffe, lichen on stone, camouflage, a speckled egg."""

from __future__ import annotations

import cv2
import numpy as np

from mofu.demo.canvas import Array, Frame, flat, hsv, mix, smoothstep
from mofu.demo.noise import fractal, scatter, smooth, strands, voronoi, white
from mofu.demo.stage import Skin, show

_GROUNDS = (
    ((0.1, 0.05, 0.94), (0.07, 0.3, 0.12)),  # cow, dalmatian
    ((0.1, 0.08, 0.93), (0.06, 0.6, 0.45)),  # brown cow
    ((0.6, 0.06, 0.6), (0.15, 0.42, 0.75)),  # lichen on stone
    ((0.25, 0.35, 0.5), (0.1, 0.45, 0.25)),  # camouflage
    ((0.1, 0.1, 0.95), (0.02, 0.75, 0.8)),  # koi
    ((0.5, 0.2, 0.8), (0.07, 0.5, 0.35)),  # speckled egg
)


def _hide(frame: Frame, share: float) -> Array:
    """Short hair, (h, w) of deviation 1, for a coat; nothing for a stone."""
    hair = strands(white(frame.rng, frame.shape), smooth(frame.rng, frame.shape, 2) + frame.between(0, 6), 3)
    return hair * np.float32(share)


def _patches(frame: Frame) -> Skin:
    first, second = frame.choose(_GROUNDS)
    field = fractal(frame.rng, frame.shape, frame.between(5, 10), 4, 0.45)
    hair = _hide(frame, frame.choose((0.3, 1.0, 1.0)))
    level = frame.between(-0.15, 0.25)
    cover = smoothstep(level - 0.05, level + 0.05, field + 0.03 * hair)
    rgb = mix(hsv(*first), hsv(*second), cover)
    if frame.rng.random() < 0.4:
        third = smoothstep(0.28, 0.36, fractal(frame.rng, frame.shape, frame.between(4, 8), 4, 0.45))
        rgb = mix(rgb, hsv(frame.between(0, 0.15), 0.55, frame.between(0.3, 0.7)), third)
    return Skin(rgb * (1 + 0.07 * hair)[..., None], cv2.blur(hair, (3, 3)) * np.float32(0.8), frame.between(0, 0.2))


def _rosettes(frame: Frame) -> Skin:
    """A leopard's or jaguar's broken rings on tawny ground."""
    pitch = frame.between(38, 66)
    _, inside = voronoi(frame.shape, scatter(frame.rng, frame.shape, pitch, 0.7))
    wobble = fractal(frame.rng, frame.shape, 9, 3) * np.float32(pitch * 0.16)
    depth = cv2.GaussianBlur(inside, (0, 0), pitch * 0.09) + wobble
    ring = smoothstep(pitch * 0.1, pitch * 0.14, depth) * smoothstep(pitch * 0.3, pitch * 0.25, depth)
    gaps = smoothstep(-0.35, -0.15, smooth(frame.rng, frame.shape, frame.short / pitch * 1.5))
    hair = _hide(frame, 1.0)
    tawny, centre, black = (
        hsv(frame.between(0.08, 0.12), frame.between(0.3, 0.6), 0.9),
        hsv(0.075, 0.65, 0.7),
        hsv(0.06, 0.5, 0.1),
    )
    rgb = mix(mix(tawny, centre, smoothstep(pitch * 0.25, pitch * 0.3, depth)), black, ring * gaps)
    return Skin(rgb * (1 + 0.08 * hair)[..., None], cv2.blur(hair, (3, 3)) * np.float32(0.8))


def _giraffe(frame: Frame) -> Skin:
    pitch = frame.between(48, 90)
    labels, inside = voronoi(frame.shape, scatter(frame.rng, frame.shape, pitch, 0.85))
    depth = inside + fractal(frame.rng, frame.shape, 10, 3) * np.float32(pitch * 0.05)
    tones = frame.rng.uniform(0.8, 1.15, int(labels.max()) + 1).astype(np.float32)[labels]
    hair = _hide(frame, 1.0)
    rgb = mix(
        hsv(0.11, 0.25, 0.93), hsv(frame.between(0.05, 0.08), 0.6, 0.5), smoothstep(pitch * 0.06, pitch * 0.1, depth)
    )
    return Skin(rgb * (tones * (1 + 0.07 * hair))[..., None], cv2.blur(hair, (3, 3)) * np.float32(0.8))


def _speckles(frame: Frame) -> Skin:
    """Spots of very different sizes, as on an egg, an orchid or a pebble."""
    first, second = frame.choose(_GROUNDS)
    rgb = flat(hsv(*first), frame.shape)
    for cells, level in ((9, 0.5), (18, 0.55), (34, 0.6)):
        field = fractal(frame.rng, frame.shape, cells * frame.between(0.8, 1.2), 2)
        rgb = mix(rgb, hsv(*second) * frame.between(0.8, 1.3), smoothstep(level - 0.06, level + 0.04, field))
    return Skin(rgb.astype(np.float32), fractal(frame.rng, frame.shape, 25, 2), frame.choose((0.0, 0.3)))


def draw(frame: Frame) -> Array:
    """One of the four."""
    return show(frame, frame.choose((_patches, _patches, _rosettes, _giraffe, _speckles)), objects=0.4, folds=0.2)
