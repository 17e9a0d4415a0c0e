"""しましま: a frame → stripes: cloth, awnings, painted objects, a zebra's or a tiger's coat."""

from __future__ import annotations

import cv2
import numpy as np

from mofu.demo.canvas import Array, Frame, hsv, mix, smoothstep
from mofu.demo.noise import fractal, smooth, strands, white
from mofu.demo.stage import Skin, show

_PAIRS = (
    ((0.6, 0.7, 0.4), (0.1, 0.05, 0.95)),  # navy and white
    ((0.0, 0.8, 0.75), (0.1, 0.04, 0.95)),  # red and white
    ((0.13, 0.75, 0.95), (0.6, 0.2, 0.2)),  # yellow and black
    ((0.45, 0.5, 0.55), (0.12, 0.2, 0.95)),  # green and cream
    ((0.93, 0.35, 0.9), (0.07, 0.4, 0.4)),  # pink and brown
    ((0.55, 0.4, 0.85), (0.1, 0.02, 0.97)),  # pale blue and white
    ((0.6, 0.05, 0.12), (0.1, 0.03, 0.93)),  # black and white
    ((0.05, 0.7, 0.85), (0.6, 0.6, 0.35)),  # orange and blue
)


def _phase(frame: Frame, count: float, wander: float) -> Array:
    """The running number of the stripe at every pixel, for `count` stripes along the shorter side."""
    x, y = frame.grid()
    turn = frame.choose((0.0, np.pi / 2, np.pi / 4, frame.between(0, np.pi)))
    along = x * np.float32(np.cos(turn)) + y * np.float32(np.sin(turn))
    return (along + wander * fractal(frame.rng, frame.shape, 1.6, 2)) * np.float32(count / 2)


def _weave(frame: Frame) -> Array:
    """The fine threads of cloth, (h, w), about ±1."""
    x = np.arange(frame.width, dtype=np.float32)
    y = np.arange(frame.height, dtype=np.float32)
    threads = np.sin(x * 2.1)[None, :] * np.sin(y * 2.1)[:, None]
    cloth: Array = threads + np.float32(0.6) * white(frame.rng, frame.shape)
    return cloth


def _cloth(frame: Frame) -> Skin:
    first, second = frame.choose(_PAIRS)
    phase = _phase(frame, frame.between(5, 16), 0.02)
    width = frame.between(-0.35, 0.35)
    wave = np.sin(phase * np.float32(2 * np.pi))
    edge = smoothstep(width - 0.08, width + 0.08, wave)
    ground = mix(hsv(*first), hsv(*second), edge)
    if frame.rng.random() < 0.35:
        third = hsv(frame.between(0, 1), 0.6, 0.7)
        ground = mix(ground, third, smoothstep(0.25, 0.35, np.sin(phase * np.float32(np.pi))) * edge)
    weave = _weave(frame)
    return Skin(ground * (1 + 0.05 * weave)[..., None], weave * np.float32(0.25), frame.between(0, 0.12))


def _painted(frame: Frame) -> Skin:
    first, second = frame.choose(_PAIRS)
    phase = _phase(frame, frame.between(5, 13), 0.01)
    wave = np.sin(phase * np.float32(2 * np.pi))
    height = fractal(frame.rng, frame.shape, 30, 2) * np.float32(0.4)
    return Skin(mix(hsv(*first), hsv(*second), smoothstep(-0.08, 0.08, wave)), height, 0.6)


def _coat(frame: Frame) -> Skin:
    """A zebra or a tiger: stripes that wander, fork and taper."""
    phase = _phase(frame, frame.between(5, 9), frame.between(0.2, 0.34))
    wave = np.sin(phase * np.float32(2 * np.pi)) + 0.35 * fractal(frame.rng, frame.shape, 4, 2)
    zebra = frame.rng.random() < 0.6
    light, dark = (hsv(0.1, 0.06, 0.93), hsv(0.07, 0.2, 0.1)) if zebra else (hsv(0.075, 0.7, 0.85), hsv(0.06, 0.5, 0.1))
    hair = strands(white(frame.rng, frame.shape), smooth(frame.rng, frame.shape, 2) + frame.between(0, 6), 3)
    edge = smoothstep(-0.12, 0.12, wave + 0.06 * hair - 0.1)
    return Skin(mix(dark, light, edge) * (1 + 0.06 * hair)[..., None], cv2.blur(hair, (3, 3)) * np.float32(0.6))


def draw(frame: Frame) -> Array:
    """Cloth in folds, a painted object, or a coat."""
    kind = frame.rng.random()
    if kind < 0.4:
        return show(frame, _cloth, objects=0.3, folds=frame.between(0.1, 0.4))
    if kind < 0.7:
        return show(frame, _painted, objects=0.75)
    return show(frame, _coat, objects=0.25, folds=0.2)
