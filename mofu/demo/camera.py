"""Light in a scene → a photograph: lens, exposure, white balance, sensor noise, tone."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from mofu.demo.canvas import Array, Frame
from mofu.demo.noise import white


@lru_cache(maxsize=1)
def _tone() -> Array:
    """A mild S curve with a soft shoulder, 256 entries."""
    t = np.linspace(0, 1, 256)
    return np.clip((0.78 * t + 0.22 * (t * t * (3 - 2 * t))) * 255 + 0.5, 0, 255).astype(np.uint8)


def _falloff(frame: Frame) -> Array:
    x = np.linspace(-1, 1, frame.width, dtype=np.float32) ** 2
    y = np.linspace(-1, 1, frame.height, dtype=np.float32) ** 2
    fall: Array = 1 - np.float32(frame.between(0.03, 0.2)) * (x[None, :] + y[:, None])
    return fall


def develop(frame: Frame, rgb: Array) -> Array:
    """A scene (h, w, 3) float32, about 0..1, → a photograph of it, uint8 RGB."""
    lens = frame.between(0.45, 0.7)
    rgb = cv2.GaussianBlur(rgb, (5, 5), lens)
    exposure = 0.46 / max(float(rgb[::8, ::8].mean()), 0.05)
    exposure = float(np.clip(exposure, 0.75, 1.35)) * frame.between(0.85, 1.12)
    balance = np.array([frame.between(0.96, 1.04), 1, frame.between(0.96, 1.04)], np.float32) * np.float32(
        exposure * 255
    )
    light = _falloff(frame)
    speckle = white(frame.rng, frame.shape) * np.float32(frame.between(1.5, 4.0))
    rgb = rgb * (light[..., None] * balance) + speckle[..., None]
    over = rgb > 215
    rgb[over] = 255 - 40 * np.exp((215 - rgb[over]) * np.float32(1 / 40))
    photograph: Array = cv2.LUT(np.clip(rgb, 0, 255).astype(np.uint8), _tone())
    return photograph
