"""A seed → a picture of a random texture: noise, waves, cells, bumps, fibres, leaves, and what their mixture gives.

The demo draws what its words mean; a codebook needs more kinds of surface than twelve words have. After "Learning to
see by looking at noise" (Baradad et al., NeurIPS 2021): statistics like those of photographs, from formulae alone.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float64]
Height = Callable[[np.random.Generator, int], Field]


def texture(seed: int, side_px: int) -> NDArray[np.uint8]:
    """Draw a texture: (side, side, 3) uint8 RGB; the same seed gives the same pixels."""
    rng = np.random.default_rng(seed)
    height = _drawn(rng, side_px)
    if rng.random() < 0.4:
        height = height + rng.uniform(0.1, 0.6) * _drawn(rng, side_px)
    if rng.random() < 0.6:
        height = _warped(rng, height, rng.uniform(1, 12))
    finish = rng.random()
    if finish < 0.25:
        height = np.tanh(rng.uniform(1, 6) * _standard(height))
    elif finish < 0.5:
        height = _lit(rng, _standard(height))
    return _photographed(rng, _coloured(rng, _standard(height)))


def spectral(rng: np.random.Generator, side_px: int) -> Field:
    """Noise with the spectrum 1/f^β of clouds and of photographs, stretched along one direction."""
    return _noise(rng, side_px, rng.uniform(0.6, 2.4), rng.uniform(1, 4), rng.uniform(0, np.pi))


def waves(rng: np.random.Generator, side_px: int) -> Field:
    """Noise around one frequency, in all directions or about one."""
    x, y = _frequencies(side_px)
    frequency, width = rng.uniform(4, 40) / side_px, rng.uniform(0.1, 0.5)
    gain = np.exp(-(np.log((np.hypot(x, y) + 1e-9) / frequency) ** 2) / (2 * width**2))
    if rng.random() < 0.6:
        turn = np.cos(2 * (np.arctan2(y, x) - rng.uniform(0, np.pi))) - 1
        gain *= np.exp(turn / (2 * rng.uniform(0.08, 0.5) ** 2))
    return _filtered(rng, gain)


def lattice(rng: np.random.Generator, side_px: int) -> Field:
    """Stripes, or the product or maximum of two across each other."""
    y, x = np.mgrid[0:side_px, 0:side_px]
    angle, period = rng.uniform(0, np.pi), rng.uniform(5, 60)
    along = np.sin(2 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / period)
    across = np.sin(2 * np.pi * (y * np.cos(angle) - x * np.sin(angle)) / (period * rng.uniform(0.5, 2)))
    kinds = [along, along * across, np.maximum(along, across)]
    return np.asarray(kinds[rng.integers(len(kinds))])


def cells(rng: np.random.Generator, side_px: int) -> Field:
    """Voronoi cells: each of one height, or with borders between them."""
    nearest, second, owner = _seeds(rng, side_px)
    if rng.random() < 0.5:
        return np.asarray(rng.uniform(0, 2, owner.max() + 1)[owner])
    return np.asarray(np.clip((second - nearest) / (np.mean(nearest) * rng.uniform(0.3, 1.5)), 0, 1))


def bumps(rng: np.random.Generator, side_px: int) -> Field:
    """Balls of different sizes beside each other, or the dents that they would leave."""
    nearest, _, owner = _seeds(rng, side_px)
    radius = np.mean(nearest) * rng.uniform(0.8, 1.8) * rng.uniform(0.6, 1, owner.max() + 1)[owner]
    return np.asarray(np.sqrt(np.clip(1 - (nearest / radius) ** 2, 0, 1)) * (1 if rng.random() < 0.7 else -1))


def fibres(rng: np.random.Generator, side_px: int) -> Field:
    """Bent lines, more or less along one direction."""
    canvas = np.zeros((side_px, side_px))
    spread, steps = rng.uniform(0.1, 1.5), np.linspace(-1, 1, 8)
    for _ in range(rng.integers(40, 600)):
        angle, length = rng.normal(0, spread), rng.uniform(10, side_px / 2)
        bend = rng.normal(0, length / 6) * steps**2
        line = steps * length
        x = line * np.cos(angle) - bend * np.sin(angle) + rng.uniform(0, side_px)
        y = line * np.sin(angle) + bend * np.cos(angle) + rng.uniform(0, side_px)
        points = np.round(8 * np.stack([x, y], axis=1)).astype(np.int32)
        cv2.polylines(canvas, [points], False, rng.uniform(0.2, 2), int(rng.integers(1, 5)), cv2.LINE_AA, 3)
    return canvas


def leaves(rng: np.random.Generator, side_px: int) -> Field:
    """Ellipses over each other with sizes of a power law: the dead leaves of Lee, Mumford and Huang (IJCV 2001)."""
    canvas = np.zeros((side_px, side_px))
    for _ in range(rng.integers(100, 500)):
        centre = rng.integers(0, side_px, 2).tolist()
        long = int(min(3 + 4 * rng.pareto(2), side_px / 3))
        axes = (long, 1 + int(long * rng.uniform(0.3, 1)))
        cv2.ellipse(canvas, centre, axes, rng.uniform(0, 180), 0, 360, rng.uniform(0, 2), -1, cv2.LINE_AA)
    return canvas


_KINDS: tuple[Height, ...] = (spectral, waves, lattice, cells, bumps, fibres, leaves)


def _drawn(rng: np.random.Generator, side_px: int) -> Field:
    return _standard(_KINDS[rng.integers(len(_KINDS))](rng, side_px))


def _standard(field: Field) -> Field:
    return np.asarray((field - field.mean()) / (field.std() + 1e-6))


def _frequencies(side_px: int) -> tuple[Field, Field]:
    frequencies = np.fft.fftfreq(side_px)
    x, y = np.meshgrid(frequencies, frequencies)
    return x, y


def _filtered(rng: np.random.Generator, gain: Field) -> Field:
    return _standard(np.fft.ifft2(np.fft.fft2(rng.standard_normal(gain.shape)) * gain).real)


def _noise(rng: np.random.Generator, side_px: int, slope: float, stretch: float = 1.0, angle: float = 0.0) -> Field:
    x, y = _frequencies(side_px)
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    radius = np.sqrt(along**2 * stretch + across**2 / stretch)
    radius[0, 0] = 1
    return _filtered(rng, radius**-slope)


def _seeds(rng: np.random.Generator, side_px: int) -> tuple[Field, Field, NDArray[np.intp]]:
    """For random or jittered points: distances to the nearest and the second, in px, and which point is nearest."""
    a_side = int(rng.integers(4, 20))
    grid = np.stack(np.meshgrid(np.arange(a_side), np.arange(a_side)), axis=-1).reshape(-1, 2) + 0.5
    regular = grid + rng.normal(0, rng.uniform(0, 0.3), grid.shape)
    points = (regular if rng.random() < 0.5 else rng.uniform(0, a_side, grid.shape)) * side_px / a_side
    y, x = np.mgrid[0:side_px, 0:side_px]
    distances = np.hypot(x[..., None] - points[:, 0], y[..., None] - points[:, 1])
    two = np.partition(distances, 1, axis=-1)
    return two[..., 0], two[..., 1], distances.argmin(axis=-1)


def _warped(rng: np.random.Generator, field: Field, amount_px: float) -> Field:
    side_px = len(field)
    y, x = np.mgrid[0:side_px, 0:side_px]
    to_x, to_y = ((base + amount_px * _noise(rng, side_px, 2)).astype(np.float32) for base in (x, y))
    return np.asarray(cv2.remap(field, to_x, to_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT))


def _lit(rng: np.random.Generator, height: Field) -> Field:
    """Lambert's law on the surface, and some of its own shade."""
    dy, dx = np.gradient(height * rng.uniform(2, 8))
    angle = rng.uniform(0, 2 * np.pi)
    light = (dx * np.cos(angle) + dy * np.sin(angle) + 1) / np.sqrt(1 + dx**2 + dy**2)
    return np.asarray(light + 0.3 * rng.random() * height)


def _coloured(rng: np.random.Generator, height: Field) -> Field:
    """(h, w) of deviation 1 → (h, w, 3) between two colours, which often are shades of one, under uneven light."""
    dark, bright = rng.uniform(0, 1, (2, 3))
    if rng.random() < 0.4:
        bright = np.clip(dark * rng.uniform(0.3, 1.6) + rng.normal(0, 0.08, 3), 0, 1)
    share = np.clip(height * rng.uniform(0.15, 0.35) + 0.5, 0, 1)[..., None]
    light = np.exp(_noise(rng, len(height), 2) * rng.uniform(0, 0.25))[..., None] * rng.uniform(0.6, 1.2)
    stain = _noise(rng, len(height), 2)[..., None] * rng.normal(0, 0.05, 3) * (rng.random() < 0.5)
    return np.asarray((dark * (1 - share) + bright * share) * light + stain)


def _photographed(rng: np.random.Generator, colours: Field) -> NDArray[np.uint8]:
    """A lens's blur and a sensor's noise."""
    seen = cv2.GaussianBlur(colours, (0, 0), rng.uniform(0.3, 1.5)) + rng.normal(0, rng.uniform(0, 0.02), colours.shape)
    return np.asarray(np.clip(seen, 0, 1) * 255).astype(np.uint8)
