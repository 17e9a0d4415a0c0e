"""Cells and grains: what is scattered or packed, from pebbles to blotches."""

from __future__ import annotations

import numpy as np

from kinds.plane import Plane, Relief, edge, jitter, kind, own_noise, ramp, seeds


@kind(3, 20)
def faceted(p: Plane) -> Relief:
    """Flat polygons that lean each its own way: crystals, crumpled foil."""
    s = seeds(p, 1.0)
    lean = 2 * np.pi * s.number * 7
    height = p.rng.uniform(0.3, 1) * (s.to_u * np.cos(lean) + s.to_v * np.sin(lean))
    return Relief(np.asarray(height, np.float32), 0.3 + 0.4 * s.number)


@kind(3, 16)
def cracked(p: Plane) -> Relief:
    """Thin dark cracks between plates."""
    s = seeds(p, 1.0)
    gap = s.second - s.first + 0.05 * own_noise(p, 2)
    plate = edge(gap - p.rng.uniform(0.03, 0.1), 0.06)
    return Relief(0.2 * plate + 0.03 * own_noise(p, 3), plate * (0.6 + 0.3 * s.number))


@kind(4, 22)
def pebbly(p: Plane) -> Relief:
    """Rounded stones or grains of many paints, close together."""
    s = seeds(p, p.rng.uniform(0.5, 1))
    dome = np.sqrt(ramp((s.second - s.first) * p.rng.uniform(1, 2)))
    return Relief(0.5 * dome, ramp((0.2 + 0.8 * s.number) * (0.3 + 0.7 * dome)))


@kind(3, 18)
def bubbly(p: Plane) -> Relief:
    """Foam and drops: round, clear, bright at one side, dark at the rim, small among large."""
    paint, height = np.full_like(p.u, p.rng.uniform(0.2, 0.6)), np.zeros_like(p.u)
    for scale in (1.0, 1.9, 3.4)[: p.rng.integers(1, 4)]:
        scaled = Plane((p.u * scale).astype(np.float32), (p.v * scale).astype(np.float32), p.per_px * scale, p.rng)
        s = seeds(scaled, p.rng.uniform(0.2, 0.9))
        radius = np.minimum(0.28 + 0.24 * s.number, s.first + 0.5 * (s.second - s.first) + 0.1)
        t = s.first / radius
        inside = (t < 1) & ((height == 0) | (scale == 1.0))
        glint = np.exp(-((s.to_u / radius - 0.35) ** 2 + (s.to_v / radius - 0.4) ** 2) / 0.04)
        shade = paint * 0.9 + 0.25 * t**3 - 0.5 * np.exp(-((1 - t) ** 2) / 0.008) + 0.8 * glint
        paint = np.where(inside, shade, paint)
        height = np.where(inside, 0.4 * np.sqrt(ramp(1 - t**2)) / scale, height)
    return Relief(np.asarray(height * p.rng.uniform(0, 1), np.float32), ramp(paint))


@kind(3, 18)
def bumpy(p: Plane) -> Relief:
    """Smooth knobs and dents of one matter."""
    if p.rng.random() < 0.5:
        s = seeds(p, jitter(p.rng), hexagonal=p.rng.random() < 0.5)
        bump = np.exp(-((s.first / p.rng.uniform(0.2, 0.4)) ** 2))
    else:
        bump = own_noise(p, 1, 2)
    sign = 1 if p.rng.random() < 0.7 else -1
    return Relief(np.asarray(sign * p.rng.uniform(0.2, 0.7) * bump, np.float32), 0.5 + 0.05 * bump)


@kind(4, 24)
def pitted(p: Plane) -> Relief:
    """Holes and pores of several sizes: sponge, bread, pumice."""
    hole = np.zeros_like(p.u)
    for scale in (1.0, 2.2, 4.1)[: p.rng.integers(1, 4)]:
        s = seeds(Plane(p.u * np.float32(scale), p.v * np.float32(scale), p.per_px * scale, p.rng), 1.0)
        wide = 0.1 + 0.35 * s.number
        hole = np.maximum(hole, 1 - edge(s.first - wide + 0.05 * own_noise(p, 2, 2), 0.12))
    return Relief(-0.4 * hole, 0.7 - 0.6 * hole + 0.05 * own_noise(p, 3))


@kind(10, 60)
def grainy(p: Plane) -> Relief:
    """Sand, salt or sugar."""
    s = seeds(p, 1.0)
    return Relief(0.4 * (0.7 - s.first), ramp(0.5 + p.rng.uniform(0.2, 0.8) * (s.number - 0.5)))


@kind(6, 40)
def speckled(p: Plane) -> Relief:
    """Spots of uneven size, here dense, there thin, on a plain ground."""
    s = seeds(p, 1.0)
    dense = 0.25 + 0.2 * own_noise(p, 0.2, 2)
    spot = 1 - edge(s.first - dense * s.number, 0.1)
    return Relief(np.zeros_like(p.u), ramp(spot + 0.05 * own_noise(p, 0.5)))


@kind(2, 9)
def blotchy(p: Plane) -> Relief:
    """Patches without a form of their own: stains, camouflage, hides."""
    field = own_noise(p, 1, 4) + p.rng.uniform(0, 0.6) * own_noise(p, 4, 2)
    if p.rng.random() < 0.6:
        paint = edge(field - p.rng.uniform(-0.6, 0.9), p.rng.choice([0.1, 0.4, 1.2]))
    else:
        paint = np.asarray(np.floor(ramp(0.5 + 0.3 * field) * 3.99) / 3, np.float32)
    return Relief(0.03 * field, ramp(paint + 0.08 * own_noise(p, 2)))


@kind(1, 5)
def smeared(p: Plane) -> Relief:
    """Soft stains with darker rims, smudges and wear."""
    field = own_noise(p, 1, 3)
    rim = np.exp(-((field - 0.5) ** 2) / 0.01)
    return Relief(np.zeros_like(p.u), ramp(0.4 + 0.25 * edge(field - 0.5, 0.3) + 0.2 * rim + 0.15 * own_noise(p, 1)))


@kind(1, 4)
def cloudy(p: Plane) -> Relief:
    """Smoke, mist and clouds."""
    return Relief(np.zeros_like(p.u), ramp(0.5 + 0.3 * own_noise(p, 1, 6)))


@kind(4, 20)
def glittery(p: Plane) -> Relief:
    """Sparks on a dark or bright ground."""
    s = seeds(p, 1.0)
    cross = np.exp(-np.abs(s.to_u * s.to_v) / 0.003) * np.exp(-s.first / 0.15) * (p.rng.random() < 0.5)
    spark = (np.exp(-((s.first / 0.08) ** 2)) + cross) * (s.number > p.rng.uniform(0.2, 0.7))
    return Relief(np.zeros_like(p.u), ramp(0.25 + 0.1 * own_noise(p, 0.5) + spark))
