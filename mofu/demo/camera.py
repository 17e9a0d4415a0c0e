"""Light in a scene → a photograph: lens, exposure, white balance, sensor noise, tone."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from mofu.demo.canvas import Array, Frame
from mofu.demo.noise import white

_BRIGHTEST = 400.0


@lru_cache(maxsize=1)
def _tone() -> Array:
    """Light of 0.._BRIGHTEST → bytes: a mild S curve whose shoulder rolls off softly, 256 entries."""
    light = np.linspace(0, _BRIGHTEST / 255, 256)
    rolled = np.where(light < 0.8, light, 1 - 0.2 * np.exp((0.8 - light) / 0.2))
    curve = 0.8 * rolled + 0.2 * rolled * rolled * (3 - 2 * rolled)
    table: Array = np.clip(curve * 255 + 0.5, 0, 255).astype(np.uint8)
    return table


def _falloff(frame: Frame) -> Array:
    x = np.linspace(-1, 1, frame.width, dtype=np.float32) ** 2
    y = np.linspace(-1, 1, frame.height, dtype=np.float32) ** 2
    fall: Array = 1 - np.float32(frame.between(0.03, 0.2)) * (x[None, :] + y[:, None])
    return fall


def develop(frame: Frame, rgb: Array) -> Array:
    """A scene (h, w, 3) float32, about 0..1, → a photograph of it, uint8 RGB."""
    lens = frame.between(0.45, 0.7)
    rgb = cv2.GaussianBlur(rgb, (5, 5), lens)
    exposure = 0.5 / max(float(rgb[::8, ::8].mean()), 0.05)
    exposure = float(np.clip(exposure, 0.75, 1.8)) * frame.between(0.85, 1.12)
    balance = np.array([frame.between(0.96, 1.04), 1, frame.between(0.96, 1.04)], np.float32) * np.float32(
        exposure * 255
    )
    light = _falloff(frame)
    speckle = white(frame.rng, frame.shape) * np.float32(frame.between(1.5, 4.0))
    planes = [plane * (light * balance[c]) + speckle for c, plane in enumerate(cv2.split(rgb))]
    return cv2.LUT(cv2.convertScaleAbs(np.clip(cv2.merge(planes), 0, _BRIGHTEST), alpha=255 / _BRIGHTEST), _tone())
