"""A frame → scenes of rooms and tables: books, plates, letters, tiles, rooms, fruit, defocused lamps, brush strokes."""

from __future__ import annotations

import cv2
import numpy as np

from mofu.demo.canvas import Array, Frame, flat, hsv, mix, smoothstep, tinted, to_bytes, to_unit
from mofu.demo.light import diffuse, new_lamp, normals
from mofu.demo.noise import discs, fractal, strands, white
from mofu.demo.stage import backdrop, cast_shadow


def _wood(frame: Frame) -> Array:
    """A table's top, (h, w, 3)."""
    grain = strands(white(frame.rng, frame.shape), 0.05 * fractal(frame.rng, frame.shape, 2, 2), 5)
    rings = np.sin(fractal(frame.rng, frame.shape, 1.2, 2) * 9)
    tone = 1 + 0.06 * grain + 0.08 * rings
    return tinted(hsv(frame.between(0.06, 0.1), frame.between(0.25, 0.55), frame.between(0.4, 0.8)), tone)


def books(frame: Frame) -> Array:
    """Shelves of books of many colours and heights."""
    canvas = to_bytes(_wood(frame) * 0.45)
    rows = int(frame.rng.integers(1, 4))
    for row in range(rows):
        floor, room = int(frame.height * (row + 1) / rows) - 10, frame.height / rows - 16
        left = frame.between(-20, 5)
        while left < frame.width:
            wide, tall = frame.between(0.08, 0.26) * room, room * frame.between(0.6, 0.97)
            _book(frame, canvas, (int(left), int(floor - tall), int(left + wide) - 1, floor))
            left += wide + (frame.between(10, 50) if frame.rng.random() < 0.07 else 0)
    light = 1 + 0.12 * fractal(frame.rng, frame.shape, 2, 2)
    return to_unit(canvas) * light[..., None]


def _book(frame: Frame, canvas: Array, box: tuple[int, int, int, int]) -> None:
    left, top, right, floor = box
    tone = (
        hsv(
            frame.choose((0.0, 0.04, 0.08, 0.11, 0.4, 0.6, 0.62, 0.9)), frame.between(0.1, 0.6), frame.between(0.2, 0.8)
        )
        * 255
    )
    cv2.rectangle(canvas, (left, top), (right, floor), tone.tolist(), -1)
    third = max((right - left) // 4, 1)
    cv2.rectangle(canvas, (left, top), (left + third, floor), (tone * 0.8).tolist(), -1)
    cv2.rectangle(canvas, (right - third, top), (right, floor), (tone * 0.6).tolist(), -1)
    label = int(top + (floor - top) * frame.between(0.15, 0.4))
    ink = hsv(0.12, 0.3, frame.choose((0.15, 0.95))) * 255
    cv2.rectangle(
        canvas,
        (left + third, label),
        (right - third, label + int((floor - top) * frame.between(0.05, 0.3))),
        ink.tolist(),
        -1,
    )


def plates(frame: Frame) -> Array:
    """One to three plates on a table, seen from above."""
    scene, lamp = _wood(frame), new_lamp(frame)
    x, y = frame.grid()
    rough = fractal(frame.rng, frame.shape, 5, 3)
    for _ in range(int(frame.rng.integers(1, 4))):
        cx, cy, size = frame.between(-0.7, 0.7), frame.between(-0.5, 0.5), frame.between(0.4, 0.8)
        radius = np.hypot(x - cx, (y - cy) * frame.between(1.0, 1.25)) / size
        cover = smoothstep(1.0, 0.985, radius)
        slope = smoothstep(0.6, 0.68, radius) * smoothstep(0.78, 0.7, radius) * 0.9 - smoothstep(0.96, 1, radius)
        normal = normals(slope * (x - cx) / (radius * size + 0.01), slope * (y - cy) / (radius * size + 0.01))
        paint = mix(
            hsv(0.1, 0.03, 0.95),
            hsv(frame.between(0, 1), 0.5, 0.6),
            smoothstep(0.9, 0.91, radius) * smoothstep(0.95, 0.94, radius),
        )
        food = smoothstep(0.5, 0.46, radius + 0.08 * rough) * frame.choose((0.0, 1.0))
        sauce = tinted(hsv(frame.between(0, 0.3), 0.6, 0.6), 1 + 0.2 * rough)
        scene = mix(
            cast_shadow(frame, scene, cover, lamp), mix(paint, sauce, food) * diffuse(normal, lamp)[..., None], cover
        )
    return scene


def letter(frame: Frame) -> Array:
    """A page of writing that lies on a table."""
    canvas = to_bytes(flat(hsv(0.11, frame.between(0.03, 0.15), 0.95), frame.shape))
    pitch, margin = frame.between(13, 24), frame.between(30, 60)
    for top in np.arange(margin, frame.height - margin, pitch):
        left, end = margin, frame.width - margin * frame.between(0.8, 2.5)
        while left < end and frame.rng.random() > 0.02:
            wide = frame.between(0.6, 3.5) * pitch
            _scribble(frame, canvas, (left, top), wide, pitch * 0.3)
            left += wide + pitch * 0.5
    matrix = cv2.getRotationMatrix2D(
        (frame.width / 2, frame.height / 2), frame.between(-25, 25), frame.between(0.75, 1.3)
    )
    cover = cv2.warpAffine(np.ones(frame.shape, np.float32), matrix, (frame.width, frame.height))
    page = cv2.warpAffine(to_unit(canvas), matrix, (frame.width, frame.height))
    shade = 1 + 0.08 * fractal(frame.rng, frame.shape, 2, 3)
    return mix(cast_shadow(frame, _wood(frame), cover, new_lamp(frame)), page * shade[..., None], cover)


def _scribble(frame: Frame, canvas: Array, spot: tuple[float, float], wide: float, tall: float) -> None:
    steps = max(int(wide / 3), 3)
    x = spot[0] + np.linspace(0, wide, steps)
    y = spot[1] + frame.rng.uniform(-1, 1, steps) * tall
    points = np.rint(np.stack([x, y], axis=1) * 16).astype(np.int32)
    cv2.polylines(canvas, [points], False, (45, 40, 55), 1, cv2.LINE_AA, 4)


def tiles(frame: Frame) -> Array:
    """A wall or floor of plain square tiles."""
    x, y = frame.grid()
    pitch = np.float32(frame.between(0.3, 0.55))
    lean = 1 / (1.4 + frame.between(-0.35, 0.35) * x + frame.between(-0.35, 0.35) * y)
    u, v = x * lean / pitch + 40, y * lean / pitch + 40
    column, row = np.floor(u).astype(int), np.floor(v).astype(int)
    joint = np.minimum(np.minimum(u - column, column + 1 - u), np.minimum(v - row, row + 1 - v))
    tones = frame.rng.uniform(0.85, 1.05, (97, 1))
    paint = hsv(frame.between(0, 1), frame.between(0.03, 0.35), frame.between(0.6, 0.9)) * tones
    rgb = paint[(column * 31 + row * 17) % 97] * (1 + 0.05 * fractal(frame.rng, frame.shape, 6, 4))[..., None]
    glow = 1 + 0.25 * smoothstep(1.2, 0, np.hypot(x - frame.between(-0.8, 0.8), y + 0.7))
    return mix(hsv(0.1, 0.05, 0.55), (rgb * glow[..., None]).astype(np.float32), smoothstep(0.015, 0.03, joint))


def room(frame: Frame) -> Array:
    """A bare room with a window, a door or a picture."""
    x, y = frame.grid()
    cx, cy, deep = frame.between(-0.3, 0.3), frame.between(-0.2, 0.2), frame.between(0.35, 0.6)
    u, v = (x - cx) / 1.3, y - cy
    wall = hsv(frame.between(0, 1), frame.between(0.05, 0.3), frame.between(0.6, 0.9))
    floor = hsv(0.08, 0.4, frame.between(0.35, 0.6))
    scene = mix(wall * 0.75, wall, smoothstep(-0.02, 0.02, np.abs(v) - np.abs(u)))
    scene = mix(
        scene, mix(wall * 1.1, floor, (v > 0).astype(np.float32)), smoothstep(-0.005, 0.005, np.abs(v) - np.abs(u))
    )
    inside = smoothstep(0.006, -0.006, np.maximum(np.abs(u), np.abs(v)) - deep)
    scene = mix(scene, wall * 0.9, inside)
    left, top, wide, tall = (
        cx + frame.between(-0.4, 0.1),
        cy + frame.between(-0.4, -0.1),
        frame.between(0.2, 0.4),
        frame.between(0.25, 0.5),
    )
    pane = smoothstep(0.01, 0, np.maximum(np.abs(x - left) - wide / 2, np.abs(y - top) - tall / 2))
    scene = mix(scene, hsv(frame.choose((0.55, 0.1, 0.3)), 0.2, frame.choose((0.98, 0.4))), pane)
    glow = 1 + 0.3 * np.exp(-((x - left) ** 2 + (y - top) ** 2) * 2) + 0.05 * fractal(frame.rng, frame.shape, 2, 3)
    return scene * glow[..., None]


def fruit(frame: Frame) -> Array:
    """Matt fruit on a table."""
    scene, lamp = backdrop(frame) * 0.4 + _wood(frame) * 0.6, new_lamp(frame)
    count = int(frame.rng.integers(1, 6))
    radii = frame.rng.uniform(0.16, 0.36, count) * frame.short
    centres = frame.rng.uniform(0.22, 0.78, (count, 2)) * np.array([frame.width, frame.height])
    labels, across, down = discs(frame.shape, centres, radii)
    z = np.sqrt(np.clip(1 - across * across - down * down, 0.03, 1))
    skins = np.stack(
        [
            hsv(frame.choose((0.0, 0.08, 0.12, 0.25, 0.95)), frame.between(0.5, 0.8), frame.between(0.5, 0.9))
            for _ in radii
        ]
    )
    light = diffuse(normals(-across / z, -down / z), lamp) * (1 + 0.08 * fractal(frame.rng, frame.shape, 4, 4))
    cover = cv2.GaussianBlur((labels >= 0).astype(np.float32), (3, 3), 0)
    scene = mix(cast_shadow(frame, scene, cover, lamp), skins[labels] * light[..., None], cover)
    canvas = to_bytes(scene)
    for (x, y), radius in zip(centres.tolist(), radii.tolist(), strict=True):
        top = int(x + frame.between(-5, 5)), int(y - radius * 0.75)
        cv2.line(canvas, (int(x), int(y - radius * 0.55)), top, (70, 50, 30), 4, cv2.LINE_AA)
    return to_unit(canvas)


def lamps(frame: Frame) -> Array:
    """Lamps far out of focus: large pale discs before an evening street."""
    _, y = frame.grid()
    hue = frame.between(0, 1)
    scene = mix(hsv(hue, 0.4, 0.3), hsv(hue + 0.1, 0.5, 0.12), smoothstep(-1, 1, y))
    scene = scene * (1 + 0.4 * fractal(frame.rng, frame.shape, 2, 2))[..., None]
    layer: Array = np.zeros((*frame.shape, 3), np.uint8)
    for _ in range(int(frame.rng.integers(14, 34))):
        disc = np.zeros((*frame.shape, 3), np.uint8)
        spot = int(frame.between(0, frame.width)), int(frame.between(0, frame.height))
        tone = hsv(frame.choose((0.1, 0.12, 0.02, 0.55, hue)), 0.5, frame.between(0.25, 0.55)) * 255
        cv2.circle(disc, spot, int(frame.between(0.05, 0.13) * frame.short), tone.tolist(), -1, cv2.LINE_AA)
        layer = cv2.add(layer, disc)
    return scene + to_unit(cv2.GaussianBlur(layer, (0, 0), 2.0))


def strokes(frame: Frame) -> Array:
    """An abstract painting of a few broad crossing strokes."""
    canvas = to_bytes(flat(hsv(frame.between(0, 1), 0.1, 0.9), frame.shape))
    for _ in range(int(frame.rng.integers(6, 16))):
        ends = frame.rng.uniform(-0.1, 1.1, (2, 2)) * np.array([frame.width, frame.height])
        tone = hsv(frame.between(0, 1), frame.between(0.3, 0.8), frame.between(0.2, 0.95)) * 255
        across = np.array([-(ends[1] - ends[0])[1], (ends[1] - ends[0])[0]]) / max(
            float(np.linalg.norm(ends[1] - ends[0])), 1
        )
        for bristle in np.arange(-12, 13, 2.5) * frame.between(0.6, 1.6):
            line = np.rint((ends + across * bristle) * 16).astype(int).tolist()
            shade = (tone * frame.between(0.8, 1.15)).clip(0, 255)
            cv2.line(canvas, line[0], line[1], shade.tolist(), 4, cv2.LINE_AA, 4)
    weave = white(frame.rng, frame.shape)
    return to_unit(canvas) * (1 + 0.03 * weave)[..., None]
