"""とげとげ: a frame → spikes: an urchin or burr, a cactus, a bed of thorns, quills, a thorny branch."""

from __future__ import annotations

import cv2
import numpy as np

from mofu.demo.canvas import Array, Frame, flat, hsv, mix, smoothstep, to_bytes, to_unit
from mofu.demo.light import Lamp, diffuse, new_lamp, normals
from mofu.demo.noise import fractal, scatter
from mofu.demo.stage import backdrop, cast_shadow

_HUES = ((0.08, 0.55, 0.55), (0.75, 0.35, 0.4), (0.27, 0.5, 0.5), (0.02, 0.6, 0.6), (0.6, 0.1, 0.5), (0.12, 0.5, 0.85))


def _spikes(canvas: Array, base: Array, tip: Array, width: Array, tones: tuple[Array, Array], lamp: Lamp) -> None:
    """Paint cones on a uint8 canvas, in order: a lit and a shaded side each, from root colour to tip colour."""
    along = tip - base
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-3)
    side = np.stack([-along[:, 1], along[:, 0]], axis=1) * width[:, None]
    facing = side @ np.array([lamp.x, lamp.y]) / np.maximum(width, 1e-3)
    middle = base + (tip - base) * 0.45
    corners, strengths = [], []
    for sign in (1, -1):
        corners.append(np.stack([base + sign * side, base, tip], axis=1))
        corners.append(np.stack([middle + sign * side * 0.5, middle, tip], axis=1))
        strengths += [np.where(sign * facing > 0, 1 + 0.25 * np.abs(facing), 0.55)] * 2
    points = np.rint(np.stack(corners, axis=1) * 16).astype(np.int32).reshape(-1, 3, 2)
    paints = np.stack(strengths, axis=1)[..., None] * np.stack([tones[0], tones[1]] * 2)
    for triangle, paint in zip(points, np.clip(paints * 255, 0, 255).reshape(-1, 3).tolist(), strict=True):
        cv2.fillConvexPoly(canvas, triangle, paint, cv2.LINE_AA, 4)


def _tones(frame: Frame) -> tuple[Array, Array]:
    hue, saturation, value = frame.choose(_HUES)
    hue += frame.between(-0.04, 0.04)
    return hsv(hue, saturation, value * 0.6), hsv(hue + 0.03, saturation * 0.6, min(value * 1.6, 1))


def _sphere_points(frame: Frame, count: int) -> Array:
    """Points evenly on the nearer part of a unit sphere (a shaken Fibonacci lattice), farthest first: (n, 3)."""
    turn = np.arange(count) * np.pi * (3 - np.sqrt(5)) + frame.between(0, 6)
    axis = 1 - 2 * (np.arange(count) + 0.5) / count
    ring = np.sqrt(1 - axis * axis)
    points = np.stack([ring * np.cos(turn), axis, ring * np.sin(turn)], axis=1)
    points += frame.rng.normal(0, 0.6 / np.sqrt(count), points.shape)
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    points = points[points[:, 2] > -0.35]
    return points[np.argsort(points[:, 2])]


def _urchin(frame: Frame) -> Array:
    lamp = new_lamp(frame)
    half = frame.short / 2
    body = half * frame.between(0.3, 0.55)
    centre = np.array([frame.width / 2, frame.height / 2]) + frame.rng.uniform(-0.15, 0.15, 2) * half
    points = _sphere_points(frame, int(frame.between(260, 480)))
    length = body * frame.between(0.45, 1.0) * frame.rng.uniform(0.8, 1.15, len(points))
    base = centre + points[:, :2] * body * 0.92
    tip = centre + points[:, :2] * (body + length)[:, None] + frame.rng.normal(0, body * 0.03, base.shape)
    root, end = _tones(frame)
    x, y = frame.grid()
    cover = smoothstep(
        1.15,
        0.85,
        np.hypot((x * half + frame.width / 2 - centre[0]), (y * half + frame.height / 2 - centre[1]))
        / (body + length.mean() * 0.6),
    )
    canvas = to_bytes(cast_shadow(frame, backdrop(frame), cover, lamp))
    cv2.circle(canvas, tuple(np.rint(centre).astype(int).tolist()), int(body), (root * 120).tolist(), -1, cv2.LINE_AA)
    width = np.full(len(points), body * frame.between(0.045, 0.09))
    cut = len(points) * 2 // 3
    _spikes(canvas, base[:cut], tip[:cut], width[:cut], (root * 0.8, end * 0.75), lamp)
    _spikes(canvas, base[cut:], tip[cut:], width[cut:], (root, end), lamp)
    return to_unit(canvas)


def _bed(frame: Frame) -> Array:
    """Spikes that stand on a surface and fill the frame, seen from above with perspective."""
    lamp = new_lamp(frame)
    pitch = frame.between(24, 52)
    points = scatter(frame.rng, frame.shape, pitch, 0.5).astype(np.float64)
    vanishing = np.array([frame.width, frame.height]) * frame.rng.uniform(0.2, 0.8, 2)
    lean = frame.rng.uniform(-1, 1, 2) * pitch
    tip = (
        points + (points - vanishing) * frame.between(0.1, 0.3) + lean + frame.rng.normal(0, pitch * 0.15, points.shape)
    )
    order = np.argsort(-np.linalg.norm(points - vanishing, axis=1))
    root, end = _tones(frame)
    ground = mix(root * 0.6, root * 1.2, 0.5 + 0.5 * fractal(frame.rng, frame.shape, 6, 3))
    canvas = to_bytes(ground)
    width = np.full(len(points), pitch * frame.between(0.2, 0.42))
    for x, y in points.tolist():
        shade = round(x - lamp.x * pitch * 0.3), round(y - lamp.y * pitch * 0.3)
        cv2.circle(canvas, shade, int(width[0] * 1.6), (root * 60).tolist(), -1, cv2.LINE_AA)
    canvas = cv2.GaussianBlur(canvas, (0, 0), pitch * 0.12)
    _spikes(canvas, points[order], tip[order], width, (root, end), lamp)
    return to_unit(canvas)


def _quills(frame: Frame) -> Array:
    """A hedgehog's coat: rows of thin quills that overlap and lean one way."""
    lamp = new_lamp(frame)
    pitch = frame.between(16, 25)
    base = scatter(frame.rng, frame.shape, pitch, 0.9).astype(np.float64)
    lean = frame.between(0, 2 * np.pi) + 0.8 * fractal(frame.rng, frame.shape, 2, 2)
    column = np.clip(base[:, 0], 0, frame.width - 1).astype(int)
    row = np.clip(base[:, 1], 0, frame.height - 1).astype(int)
    angle = lean[row, column] + frame.rng.normal(0, 0.22, len(base))
    length = pitch * frame.between(2.6, 4.2) * frame.rng.uniform(0.8, 1.2, len(base))
    tip = base + np.stack([np.cos(angle), np.sin(angle)], axis=1) * length[:, None]
    order = np.argsort(-(tip @ np.array([np.cos(float(lean.mean())), np.sin(float(lean.mean()))])))
    root, end = _tones(frame)
    canvas = to_bytes(flat(root * 0.35, frame.shape))
    width = np.full(len(base), pitch * frame.between(0.13, 0.2))
    _spikes(canvas, base[order], tip[order], width, (root * 0.9, end), lamp)
    return to_unit(canvas)


def _cactus(frame: Frame) -> Array:
    lamp = new_lamp(frame)
    x, y = frame.grid()
    a, b = frame.between(0.4, 0.62), frame.between(0.6, 0.95)
    cy = frame.between(0.05, 0.35)
    reach = (x / a) ** 2 + ((y - cy) / b) ** 2
    z = np.sqrt(np.clip(1 - reach, 0.02, 1))
    ribs = int(frame.between(9, 15))
    ring = np.sqrt(np.clip(1 - ((y - cy) / b) ** 2, 0.01, 1))
    longitude = np.arcsin(np.clip(x / a / ring, -1, 1))
    wave = np.sin(longitude * ribs)
    normal = normals(-x / a / z - 0.9 * wave, -(y - cy) / b / z)
    green = mix(
        hsv(frame.between(0.25, 0.4), 0.5, 0.3),
        hsv(frame.between(0.22, 0.36), 0.45, 0.62),
        np.cos(longitude * ribs) * 0.5 + 0.5,
    )
    cover = smoothstep(1.0, 0.96, reach)
    scene = cast_shadow(frame, backdrop(frame), cover, lamp)
    canvas = to_bytes(mix(scene, green * diffuse(normal, lamp)[..., None] * 1.2, cover))
    _needles(frame, canvas, (a, b, cy), ribs)
    return to_unit(canvas)


def _needles(frame: Frame, canvas: Array, body: tuple[float, float, float], ribs: int) -> None:
    """Clusters of needles on the crests of a cactus's ribs."""
    a, b, cy = body
    half = frame.short / 2
    crests = np.arange(-ribs // 2, ribs // 2 + 1) * (2 * np.pi / ribs)
    colour = hsv(frame.choose((0.12, 0.08, 0.02)), frame.between(0.05, 0.5), 0.97) * 255
    for latitude in np.arange(-1.35, 1.4, frame.between(0.16, 0.24)):
        for crest in crests[np.abs(crests) < 1.5]:
            out = np.array([np.cos(latitude) * np.sin(crest), np.sin(latitude)])
            spot = np.array([frame.width / 2 + out[0] * a * half, frame.height / 2 + (cy + out[1] * b) * half])
            rays = frame.rng.normal(0, 1, (7, 2)) * 0.55 + out * 0.9
            ends = spot + rays * half * frame.between(0.09, 0.13)
            lines = np.rint(np.stack([np.broadcast_to(spot, ends.shape), ends], axis=1) * 16).astype(np.int32)
            cv2.polylines(canvas, list(lines), False, colour.tolist(), 1, cv2.LINE_AA, 4)


def _branch(frame: Frame) -> Array:
    """A few thorny stems across the frame."""
    lamp = new_lamp(frame)
    canvas = to_bytes(backdrop(frame) * 0.8)
    root = hsv(frame.between(0.05, 0.35), 0.45, 0.35)
    end = hsv(frame.choose((0.0, 0.1, 0.3)), 0.5, 0.85)
    for _ in range(int(frame.rng.integers(3, 6))):
        t = np.linspace(-0.1, 1.1, 60)
        turn, bend, off = frame.between(0, np.pi), frame.between(-0.5, 0.5), frame.between(-0.35, 0.35)
        long, wide = (t - 0.5) * 2.6, off + bend * np.sin(t * np.pi) + 0.05 * np.sin(t * 9)
        path = np.stack([long * np.cos(turn) - wide * np.sin(turn), long * np.sin(turn) + wide * np.cos(turn)], axis=1)
        path = path * frame.short / 1.6 + np.array([frame.width, frame.height]) / 2
        thick = frame.short * frame.between(0.02, 0.04)
        _stem(frame, canvas, path, thick, (root, end), lamp)
    return to_unit(canvas)


def _stem(frame: Frame, canvas: Array, path: Array, thick: float, tones: tuple[Array, Array], lamp: Lamp) -> None:
    picks = path[np.repeat(np.arange(1, len(path) - 1), 1)]
    along = np.gradient(path, axis=0)[1:-1]
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    across = np.stack([-along[:, 1], along[:, 0]], axis=1) * frame.rng.choice([-1, 1], len(along))[:, None]
    length = thick * frame.rng.uniform(2.2, 4.2, len(along))[:, None]
    tip = picks + across * length + along * length * frame.rng.uniform(-0.3, 0.6, (len(along), 1))
    _spikes(canvas, picks, tip, np.full(len(picks), thick * 0.7), tones, lamp)
    line = np.rint(path * 16).astype(np.int32)
    for share, tone in ((2.0, 0.6), (1.2, 1.0), (0.4, 1.5)):
        shift = np.rint(np.array([lamp.x, lamp.y]) * thick * (2 - share) * 5).astype(np.int32)
        cv2.polylines(
            canvas,
            [line + shift],
            False,
            (tones[0] * 255 * tone).clip(0, 255).tolist(),
            max(1, round(thick * share)),
            cv2.LINE_AA,
            4,
        )


def draw(frame: Frame) -> Array:
    """One of the five."""
    return frame.choose((_urchin, _urchin, _urchin, _bed, _quills, _cactus, _cactus, _branch))(frame)
