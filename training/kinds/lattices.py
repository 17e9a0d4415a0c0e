"""Lattices: what repeats along two directions, from chequers to lace."""

from __future__ import annotations

import numpy as np

from kinds.plane import Plane, Relief, cells, edge, kind, own_noise, ramp, seeds


@kind(3, 20)
def chequered(p: Plane) -> Relief:
    """Squares of two paints by turns, or a tartan of crossing bands."""
    if p.rng.random() < 0.5:
        wave = np.sin(np.pi * p.u) * np.sin(np.pi * p.v)
        return Relief(np.zeros_like(p.u), edge(wave, 0.1))
    table = p.rng.random((2, 6)).astype(np.float32)
    bands = [table[i][np.floor(axis * 2).astype(np.intp) % 6] for i, axis in enumerate((p.u, p.v))]
    return Relief(np.zeros_like(p.u), 0.5 * (bands[0] + bands[1]))


@kind(4, 24)
def gridded(p: Plane) -> Relief:
    """A net, fence or window of crossing lines."""
    width = p.rng.uniform(0.06, 0.2)
    nearest = np.minimum(np.abs(p.u - np.round(p.u)), np.abs(p.v - np.round(p.v)))
    line = 1 - edge(nearest - width, 0.06)
    return Relief(line * p.rng.uniform(-0.3, 0.4), line)


@kind(3, 14)
def bricked(p: Plane) -> Relief:
    """Courses of blocks with joints."""
    shifted = Plane(
        (p.u / p.rng.uniform(1.5, 2.5) + 0.5 * (np.floor(p.v) % 2)).astype(np.float32), p.v, p.per_px, p.rng
    )
    u, v, number, _ = cells(shifted)
    inside = edge(np.minimum(0.5 - np.abs(u) - 0.02, 0.5 - np.abs(v) - 0.05), 0.06)
    return Relief(0.15 * inside + 0.02 * own_noise(p, 4), inside * (0.4 + 0.5 * number))


@kind(4, 18)
def honeycombed(p: Plane) -> Relief:
    """Hexagons with walls."""
    s = seeds(p, p.rng.uniform(0, 0.15), hexagonal=True)
    wall = 1 - edge(s.second - s.first - p.rng.uniform(0.06, 0.3), 0.08)
    return Relief(0.5 * wall, wall * 0.8 + 0.2 * s.number)


@kind(4, 20)
def dotted(p: Plane) -> Relief:
    """Round dots in rows or scattered, all alike."""
    s = seeds(p, float(p.rng.choice([0, 0.1, 0.5])), hexagonal=p.rng.random() < 0.5)
    dot = 1 - edge(s.first - p.rng.uniform(0.15, 0.38), 0.06)
    return Relief(p.rng.uniform(-0.1, 0.1) * dot, dot * (1 if p.rng.random() < 0.6 else s.number))


@kind(4, 14)
def scaly(p: Plane) -> Relief:
    """Rounded scales or shingles that cover each other row by row."""
    height, paint = np.zeros_like(p.u), np.zeros_like(p.u)
    pointed = p.rng.uniform(0.6, 1.6)
    for row in (2, 1, 0):
        r = np.floor(p.v * 2) + row
        shift = 0.5 * (r % 2)
        u = p.u - np.floor(p.u + shift) + shift - 0.5
        v = p.v - r / 2 + 0.55
        inside = np.hypot(u, np.sign(v) * np.abs(v) ** pointed) < 0.56
        rise = 0.5 - 0.35 * np.hypot(u, v) + 0.4 * v
        height, paint = np.where(inside, rise, height), np.where(inside, ramp(0.9 - 0.9 * np.hypot(u, v - 0.2)), paint)
    return Relief(np.asarray(height, np.float32), np.asarray(paint, np.float32))


@kind(4, 16)
def studded(p: Plane) -> Relief:
    """Cones, pyramids or spikes in rows."""
    s = seeds(p, float(p.rng.choice([0, 0.15])), hexagonal=p.rng.random() < 0.5)
    radius = s.first if p.rng.random() < 0.5 else np.maximum(np.abs(s.to_u), np.abs(s.to_v))
    spike = ramp(1 - radius / p.rng.uniform(0.3, 0.6)) ** p.rng.uniform(0.7, 2)
    return Relief(p.rng.uniform(0.4, 1.2) * spike, 0.4 + 0.4 * spike)


@kind(4, 16)
def woven(p: Plane) -> Relief:
    """Basket or cloth: strands over and under each other."""
    u, v, number, row = cells(p)
    over = ((np.floor(p.u).astype(np.intp) + row) % 2) > 0
    width = p.rng.uniform(0.35, 0.5)
    strand = [np.sqrt(ramp(1 - (across / width) ** 2)) for across in (u, v)]
    arched = [s * (0.5 + 0.5 * np.cos(np.pi * along)) for s, along in zip(strand, (v, u), strict=True)]
    height = np.where(over, np.maximum(arched[0], 0.3 * strand[1]), np.maximum(arched[1], 0.3 * strand[0]))
    fibre = 0.1 * np.sin(2 * np.pi * 6 * np.where(over, u, v))
    tone = np.where(over, 0.3, 0.7) if p.rng.random() < 0.4 else 0.5 + 0.2 * number
    return Relief(np.asarray(0.5 * height + 0.1 * fibre, np.float32), ramp(tone * (0.4 + 0.6 * height) + fibre))


@kind(2, 9)
def plaited(p: Plane) -> Relief:
    """Braids: strands that cross each other slantwise, one beside another."""
    side = p.u - np.round(p.u)
    turns, tilt = p.rng.uniform(0.8, 2), p.rng.uniform(0.6, 1.6)
    arm = (p.v * turns + tilt * np.abs(side)) if p.rng.random() < 0.6 else (p.v * turns + tilt * side)
    across = arm - np.round(arm)
    strand = np.sqrt(ramp(1 - (across / 0.5) ** 2)) * np.sqrt(ramp(1.1 - (2 * np.abs(side)) ** 2))
    fibre = np.sin(2 * np.pi * p.rng.uniform(4, 9) * (across + 0.5 * side)) * p.rng.uniform(0, 0.15)
    return Relief(np.asarray(0.5 * strand + 0.1 * fibre, np.float32), ramp(0.15 + 0.7 * strand + fibre))


@kind(5, 18)
def knitted(p: Plane) -> Relief:
    """Columns of V-shaped stitches."""
    side = p.u - np.round(p.u)
    arm = p.v * 1.6 + 1.1 * np.abs(side)
    across = arm - np.round(arm)
    stitch = np.sqrt(ramp(1 - (across / 0.55) ** 2)) * np.sqrt(ramp(np.sin(np.pi * ramp(np.abs(side) * 2))))
    fuzz = 0.08 * own_noise(p, 6, 2)
    return Relief(np.asarray(0.4 * stitch + 0.03 * fuzz, np.float32), ramp(0.3 + 0.5 * stitch + fuzz))


@kind(2, 6)
def webbed(p: Plane) -> Relief:
    """A spider's web: threads from a centre and those between them."""
    u, v = p.u - p.u.mean(), p.v - p.v.mean()
    spokes = p.rng.integers(8, 24)
    angle = np.arctan2(v, u) * spokes / (2 * np.pi)
    off = np.abs(angle - np.round(angle))
    ring = np.hypot(u, v) * p.rng.uniform(3, 7) * (1 - 0.4 * (0.5 - off) ** 2)
    near = np.minimum(off * np.hypot(u, v) * 2 * np.pi / spokes * 4, np.abs(ring - np.round(ring)) * 0.6)
    thread = 1 - edge(near - 0.06, 0.06)
    return Relief(0.1 * thread, thread)


@kind(2, 7)
def laced(p: Plane) -> Relief:
    """Ornaments of rotational symmetry in rows: lace, flowers, rosettes."""
    s = seeds(p, float(p.rng.choice([0, 0.4])), hexagonal=True)
    petals, angle = p.rng.integers(3, 9), np.arctan2(s.to_v, s.to_u) + 6.3 * s.number * p.rng.integers(2)
    outline = p.rng.uniform(0.25, 0.4) * (1 + p.rng.uniform(0.1, 0.5) * np.cos(petals * angle))
    rings = np.sin(2 * np.pi * p.rng.uniform(1, 3) * s.first / np.maximum(outline, 0.05))
    inside = edge(outline - s.first, 0.05)
    return Relief(np.asarray(0.1 * inside, np.float32), ramp(inside * (0.6 + 0.4 * rings)))
