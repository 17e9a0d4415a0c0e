"""A random generator → a frame to draw in; numbers → colours and blends of them."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
T = TypeVar("T")

_ASPECTS = (1.0, 1.2, 4 / 3, 4 / 3, 3 / 2, 3 / 2, 3 / 4, 2 / 3)


@dataclass(frozen=True, slots=True)
class Frame:
    """What a picture is drawn in: its size in pixels and the randomness that everything in it comes from."""

    rng: np.random.Generator
    height: int
    width: int

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width)."""
        return self.height, self.width

    @property
    def short(self) -> int:
        """The shorter side."""
        return min(self.height, self.width)

    def grid(self) -> tuple[Array, Array]:
        """X and y of every pixel, (h, w) float32, zero at the centre, ±1 at the ends of the shorter side."""
        x = (np.arange(self.width, dtype=np.float32) - (self.width - 1) / 2) / (self.short / 2)
        y = (np.arange(self.height, dtype=np.float32) - (self.height - 1) / 2) / (self.short / 2)
        across, down = np.meshgrid(x, y)
        return across, down

    def between(self, low: float, high: float) -> float:
        """A number between two numbers."""
        return float(self.rng.uniform(low, high))

    def choose(self, options: Sequence[T]) -> T:
        """One of several."""
        return options[int(self.rng.integers(len(options)))]


def new_frame(rng: np.random.Generator) -> Frame:
    """A frame of 360 to 600 px a side, landscape more often than portrait."""
    aspect = _ASPECTS[int(rng.integers(len(_ASPECTS)))]
    short = int(rng.integers(360, 404))
    return Frame(rng, int(short / min(aspect, 1)), int(short * max(aspect, 1)))


def hsv(hue: float, saturation: float, value: float) -> Array:
    """The colour of a hue (turns), saturation and value (0..1): (3,) float32 RGB."""
    return np.array(colorsys.hsv_to_rgb(hue % 1, min(max(saturation, 0), 1), min(max(value, 0), 1)), np.float32)


def tinted(colour: Array, field: Array) -> Array:
    """A colour (3,) as strong as a field (h, w) says: (h, w, 3) float32."""
    field = field.astype(np.float32, copy=False)
    return cv2.merge([field * np.float32(part) for part in colour])


def mix(first: Array, second: Array, share: Array | float) -> Array:
    """The blend of two colours (3,) or pictures (h, w, 3); `share` (h, w) or a number is the part of the second.

    Colours are spread into planes first: numpy is many times slower where the last axis is as short as three.
    """
    if not isinstance(share, np.ndarray):
        return (first + (second - first) * np.float32(share)).astype(np.float32)
    t = share.astype(np.float32, copy=False)
    if first.ndim == second.ndim == 1:
        return cv2.merge([np.float32(a) + np.float32(b - a) * t for a, b in zip(first, second, strict=True)])
    under, over = (p if p.ndim > 1 else flat(p, t.shape) for p in (first, second))
    blend: Array = under + (over - under) * cv2.merge([t, t, t])
    return blend.astype(np.float32, copy=False)


def flat(colour: Array, shape: tuple[int, ...]) -> Array:
    """A picture of one colour (3,) alone: (h, w, 3) float32."""
    return cv2.merge([np.full(shape, part, np.float32) for part in colour])


def smoothstep(low: float, high: float, values: Array) -> Array:
    """0 below `low`, 1 above `high`, a smooth S between."""
    t = np.clip((values - np.float32(low)) * np.float32(1 / (high - low)), 0, 1)
    step: Array = t * t * (3 - 2 * t)
    return step


def to_bytes(rgb: Array) -> Array:
    """(h, w, 3) float 0..1 → uint8, without any photographic finish."""
    quantised: Array = np.clip(rgb * 255, 0, 255).astype(np.uint8)
    return quantised


def to_unit(rgb: Array) -> Array:
    """(h, w, 3) uint8 → float32 0..1."""
    unit: Array = rgb.astype(np.float32) * np.float32(1 / 255)
    return unit
