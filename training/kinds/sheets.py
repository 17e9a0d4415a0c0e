"""Sheets: one matter that is bent, from creases to waves."""

from __future__ import annotations

import numpy as np

from kinds.plane import Plane, Relief, kind, own_noise, ramp, stretched


@kind(1.5, 8)
def wrinkled(p: Plane) -> Relief:
    """Creases of skin, paper or cloth."""
    ridge = np.zeros_like(p.u)
    for octave in range(3):
        ridge += np.abs(own_noise(p, 1.0 * 1.8**octave, 1)) / 1.7**octave
    return Relief(-0.35 * p.rng.uniform(0.5, 1.5) * ridge, 0.5 + 0.1 * ridge)


@kind(2, 10)
def pleated(p: Plane) -> Relief:
    """Folds beside each other: curtains, skirts, ribs."""
    phase = p.u + p.rng.uniform(0, 0.5) * np.asarray(stretched(p, 0.8, 8))
    fold = np.abs(np.sin(np.pi * phase)) if p.rng.random() < 0.5 else np.sin(2 * np.pi * phase)
    return Relief(np.asarray(0.35 * fold, np.float32), ramp(0.5 + 0.15 * fold))


@kind(2, 8)
def frilly(p: Plane) -> Relief:
    """Ruffled edges row upon row: lettuce, frills, coral."""
    wave = p.v + 0.35 * np.sin(2 * np.pi * p.u * p.rng.uniform(1, 2) + 2 * own_noise(p, 0.6, 2))
    rise = wave % 1
    return Relief(np.asarray(0.6 * rise, np.float32), ramp(0.25 + 0.6 * rise))


@kind(2, 12)
def rippled(p: Plane) -> Relief:
    """Water or dunes: crossing waves near one length."""
    total = np.zeros_like(p.u)
    for _ in range(p.rng.integers(2, 7)):
        angle, length = p.rng.normal(0, 0.5), p.rng.uniform(0.7, 1.4)
        along = p.u * np.cos(angle) + p.v * np.sin(angle)
        total += np.sin(2 * np.pi * length * along + p.rng.uniform(0, 6.3)).astype(np.float32)
    return Relief(0.08 * total, ramp(0.5 + 0.1 * total))
