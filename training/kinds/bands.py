"""Bands and lines: what repeats along one direction, around a centre or along a flow."""

from __future__ import annotations

import cv2
import numpy as np

from kinds.plane import TABLE, Plane, Relief, edge, jitter, kind, own_noise, ramp, seeds, stretched


@kind(2, 25)
def striped(p: Plane) -> Relief:
    """Parallel bands, even or of several widths and paints."""
    rng = p.rng
    if rng.random() < 0.5:
        wave = np.sin(2 * np.pi * p.u) - rng.uniform(-0.6, 0.6)
        paint = edge(wave, rng.choice([0.15, 0.5, 2.0]))
    else:
        edges = np.cumsum(rng.uniform(0.15, 1.2, 12))
        paints = rng.random(12).astype(np.float32)
        paint = paints[np.searchsorted(edges, p.u % edges[-2])]
    return Relief(rng.uniform(0, 0.25) * np.asarray(np.sin(2 * np.pi * p.u), np.float32), paint)


@kind(4, 40)
def lined(p: Plane) -> Relief:
    """Thin lines on a plain ground."""
    distance = np.abs(p.u - np.round(p.u))
    line = 1 - edge(distance - p.rng.uniform(0.04, 0.15), 0.08)
    return Relief(p.rng.uniform(-0.2, 0.2) * line, line)


@kind(2, 12)
def stratified(p: Plane) -> Relief:
    """Uneven layers over each other, as in rock or cake."""
    level = p.v + 0.4 * own_noise(p, 0.5)
    table = p.rng.random(TABLE).astype(np.float32)
    steps = level * p.rng.uniform(1, 4)
    paint = cv2.GaussianBlur(table[np.floor(steps).astype(np.intp) % TABLE], (0, 0), p.rng.uniform(0.4, 1.5))
    return Relief(0.2 * paint + 0.05 * own_noise(p, 6), paint)


@kind(3, 16)
def zigzag(p: Plane) -> Relief:
    """Chevrons."""
    teeth = np.abs(p.u - np.round(p.u)) * p.rng.uniform(0.8, 3)
    return Relief(np.zeros_like(p.u), edge(np.sin(2 * np.pi * (p.v + teeth)) - p.rng.uniform(-0.4, 0.4), 0.2))


@kind(2, 8)
def ringed(p: Plane) -> Relief:
    """Rings around one or several centres."""
    if p.rng.random() < 0.5:
        radius = np.hypot(p.u - p.u.mean() - p.rng.normal(0, 0.3), p.v - p.v.mean() - p.rng.normal(0, 0.3))
        rings = radius * p.rng.uniform(1, 4)
    else:
        rings = seeds(p, jitter(p.rng)).first * p.rng.uniform(3, 8)
    wave = np.asarray(np.sin(2 * np.pi * rings), np.float32)
    return Relief(0.1 * wave, edge(wave, p.rng.choice([0.3, 1.5])))


@kind(1.5, 5)
def spiralled(p: Plane) -> Relief:
    """Arms that wind around a centre."""
    u, v = p.u - p.u.mean(), p.v - p.v.mean()
    arms, wind = p.rng.integers(1, 6), p.rng.uniform(1, 6)
    wave = np.sin(arms * np.arctan2(v, u) + wind * 2 * np.pi * np.hypot(u, v) ** p.rng.uniform(0.5, 1.2))
    return Relief(np.asarray(0.2 * wave, np.float32), edge(wave, p.rng.choice([0.3, 1.5])))


@kind(1, 4)
def radial(p: Plane) -> Relief:
    """Spokes, rays or petals from one centre."""
    u, v = p.u - p.u.mean(), p.v - p.v.mean()
    wave = np.sin(p.rng.integers(6, 40) * np.arctan2(v, u) + 0.3 * own_noise(p, 2))
    return Relief(np.asarray(0.15 * wave, np.float32), edge(wave, p.rng.choice([0.3, 2.0])))


@kind(2, 7)
def swirly(p: Plane) -> Relief:
    """A fluid's curls: lines carried round and round."""
    turn = p.rng.uniform(1, 3) * own_noise(p, 0.7, 2)
    wave = np.sin(2 * np.pi * (p.u * np.cos(turn) + p.v * np.sin(turn)) * p.rng.uniform(0.5, 1.2))
    return Relief(np.asarray(0.2 * wave, np.float32), ramp(0.5 + 0.5 * wave))


@kind(2, 8)
def marbled(p: Plane) -> Relief:
    """Veins in stone."""
    vein = np.abs(np.sin(np.pi * (p.u + p.rng.uniform(0.5, 1.5) * own_noise(p, 0.6, 5)))) ** p.rng.uniform(0.2, 0.7)
    return Relief(np.zeros_like(p.u), ramp(vein + 0.1 * own_noise(p, 1)))


@kind(1.5, 6)
def woody(p: Plane) -> Relief:
    """Grain along one direction with rings that it cuts."""
    rings = p.u + 0.5 * np.sin(0.5 * p.v) + 0.4 * own_noise(p, 0.4, 2)
    saw = (rings * p.rng.uniform(1, 3)) % 1
    grain = stretched(p, 12, 14)
    return Relief(0.02 * grain, ramp(saw**2 * 0.6 + 0.2 + 0.12 * grain))
