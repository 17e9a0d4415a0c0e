"""ぐるぐる: a frame → spirals: a lollipop, a rolled cake, a whirlpool, cream in coffee, a shell, eddies of paint."""

from __future__ import annotations

import cv2
import numpy as np

from mofu.demo.canvas import Array, Frame, hsv, mix, smoothstep
from mofu.demo.light import diffuse, new_lamp, normals, slopes, specular
from mofu.demo.noise import displace, fractal, strands, white
from mofu.demo.stage import backdrop, cast_shadow


def _pair(frame: Frame) -> tuple[Array, Array]:
    hue = frame.between(0, 1)
    first = hsv(hue, frame.between(0.4, 0.8), frame.between(0.5, 0.9))
    second = frame.choose((hsv(0.1, 0.08, 0.96), hsv(hue + frame.between(0.3, 0.6), 0.6, 0.85), hsv(0.07, 0.55, 0.35)))
    return first, second


def _polar(frame: Frame, spread: float) -> tuple[Array, Array, Array]:
    """Radius, angle, and the centred down coordinate of a slanted, off-centre disc."""
    x, y = frame.grid()
    cx, cy = frame.between(-spread, spread), frame.between(-spread, spread)
    squash = frame.between(1.0, 1.5)
    across, down = x - cx, (y - cy) * squash
    turn = frame.between(-0.6, 0.6)
    u, v = across * np.cos(turn) - down * np.sin(turn), across * np.sin(turn) + down * np.cos(turn)
    return np.hypot(u, v).astype(np.float32), np.arctan2(v, u).astype(np.float32), down


def _coil(frame: Frame) -> Array:
    """A lollipop, a rolled cake or a coiled rope: a disc of round turns before a backdrop."""
    lamp = new_lamp(frame)
    radius, angle, _ = _polar(frame, 0.12)
    size, turns = frame.choose((1.0, 1.0, 1.6)) * frame.between(0.72, 1.0), frame.between(3.5, 7)
    hand, arms = frame.choose((-1, 1)), int(frame.choose((1, 1, 2, 3)))
    phase = radius * np.float32(turns / size) + hand * angle * np.float32(arms / (2 * np.pi))
    wave = np.cos(phase * np.float32(2 * np.pi)) + frame.between(-0.75, 0.3)
    first, second = _pair(frame)
    rgb = mix(first, second, smoothstep(-0.12, 0.12, wave))
    rgb = rgb * (1 + 0.06 * fractal(frame.rng, frame.shape, 20, 3))[..., None]
    ridge = np.abs(np.sin(phase * np.float32(np.pi))) * np.float32(size / turns * frame.short * 0.22)
    dome = np.sqrt(np.clip(1 - (radius / size) ** 2, 0, 1)) * np.float32(frame.short * 0.12)
    slope_x, slope_y = slopes(cv2.GaussianBlur(ridge + dome, (0, 0), 1.2), 1.0)
    normal = normals(slope_x, slope_y)
    lit = (
        rgb * diffuse(normal, lamp)[..., None]
        + (np.float32(frame.between(0, 0.6)) * specular(normal, lamp, 5))[..., None]
    )
    cover = smoothstep(size, size - 0.02, radius)
    return mix(cast_shadow(frame, backdrop(frame), cover, lamp), lit, cover)


def _spiral(frame: Frame) -> tuple[Array, Array, Array]:
    """Arms wound up around a centre: their wave (-1..1), fine threads along them, and the radius."""
    radius, angle, _ = _polar(frame, 0.3)
    arms, wind = int(frame.rng.integers(1, 4)), frame.between(3.0, 5.0) * frame.choose((-1, 1))
    twist = angle * arms + np.float32(wind * arms**0.5) * np.log(radius + np.float32(0.06))
    wave = np.cos(twist + 0.7 * fractal(frame.rng, frame.shape, 3, 3))
    flow = angle + np.float32(np.pi / 2 - 0.8 * np.arctan(1 / wind))
    threads = strands(cv2.GaussianBlur(white(frame.rng, frame.shape), (0, 0), 2.5), flow, 6)
    return wave, threads, radius


def _whirl(frame: Frame) -> Array:
    """A whirlpool, cream in coffee: two wet colours stirred around a centre, which fills the frame."""
    lamp = new_lamp(frame)
    wave, threads, radius = _spiral(frame)
    first, second = _pair(frame)
    rgb = mix(first * 0.7, second, smoothstep(-0.8, 0.8, wave + 0.16 * threads))
    height = wave * smoothstep(0.0, 0.5, radius) * np.float32(6) + radius * np.float32(40) + threads * np.float32(0.3)
    normal = normals(*slopes(cv2.GaussianBlur(height, (0, 0), 2), 1.0))
    lit: Array = rgb * diffuse(normal, lamp)[..., None] + (0.7 * specular(normal, lamp, 5))[..., None]
    return lit


def _galaxy(frame: Frame) -> Array:
    """Arms of light and dust around a bright core."""
    wave, threads, radius = _spiral(frame)
    hue = frame.between(0.5, 0.95)
    core = np.exp(-radius * np.float32(frame.between(4, 7)))
    arms = smoothstep(-0.6, 1.0, wave + 0.35 * threads) * np.exp(-radius * np.float32(1.3))
    dust = mix(hsv(hue, 0.7, 0.08), hsv(hue + 0.1, 0.5, 0.95), arms)
    stars = cv2.GaussianBlur((white(frame.rng, frame.shape) > 3.1).astype(np.float32), (0, 0), 0.7) * 2
    return mix(dust, hsv(0.12, 0.25, 1.3), np.minimum(core * 1.5, 1)) + stars[..., None]


def _eddies(frame: Frame) -> Array:
    """Paint or marbled paper drawn into several eddies."""
    lamp = new_lamp(frame)
    x, y = frame.grid()
    dx, dy = np.zeros(frame.shape, np.float32), np.zeros(frame.shape, np.float32)
    for _ in range(int(frame.rng.integers(3, 7))):
        across, down = x - frame.between(-1.2, 1.2), y - frame.between(-0.9, 0.9)
        reach = frame.between(0.3, 0.6)
        turn = np.exp(-(across * across + down * down) / np.float32(reach * reach)) * np.float32(
            frame.choose((-1, 1)) * frame.between(6, 10)
        )
        c, s = np.cos(turn), np.sin(turn)
        dx += across * (c - 1) - down * s
        dy += across * s + down * (c - 1)
    lines = (x + dx) * np.float32(frame.between(6, 11)) + (y + dy) * np.float32(frame.between(-4, 4))
    wave = np.sin(lines + fractal(frame.rng, frame.shape, 3, 2))
    first, second = _pair(frame)
    rgb = mix(first, second, smoothstep(-0.5, 0.5, wave))
    rgb = mix(rgb, hsv(frame.between(0, 1), 0.5, 0.8), smoothstep(0.2, 0.6, np.sin(lines * np.float32(0.5) + 1)) * 0.6)
    slope_x, slope_y = slopes(cv2.GaussianBlur(wave, (0, 0), 1.5), frame.between(3, 7))
    normal = normals(slope_x, slope_y)
    grain = displace(white(frame.rng, frame.shape), dx, dy)
    return rgb * (diffuse(normal, lamp) * (1 + 0.04 * grain))[..., None] + (0.35 * specular(normal, lamp, 5))[..., None]


def draw(frame: Frame) -> Array:
    """One of the four."""
    return frame.choose((_coil, _coil, _coil, _whirl, _whirl, _galaxy, _eddies, _eddies))(frame)
