"""あみあみ: a frame → things woven and knotted: baskets, knitted wool, wire mesh, fishing nets."""

from __future__ import annotations

import numpy as np

from mofu.demo.canvas import Array, Frame, hsv, mix, smoothstep, tinted
from mofu.demo.light import new_lamp
from mofu.demo.noise import fractal, strands, white
from mofu.demo.stage import Skin, backdrop, show

_FIBRES = (
    (0.09, 0.5, 0.7),
    (0.07, 0.55, 0.45),
    (0.12, 0.3, 0.85),
    (0.1, 0.08, 0.9),
    (0.0, 0.6, 0.7),
    (0.6, 0.5, 0.55),
    (0.4, 0.35, 0.5),
    (0.93, 0.3, 0.85),
)


def _turned(frame: Frame, pitch: float, options: tuple[float, ...]) -> tuple[Array, Array]:
    """Running numbers of the strands across and down, for strands `pitch` px apart."""
    x, y = frame.grid()
    turn = frame.choose(options)
    scale = np.float32(frame.short / 2 / pitch)
    u = (x * np.float32(np.cos(turn)) + y * np.float32(np.sin(turn))) * scale
    v = (y * np.float32(np.cos(turn)) - x * np.float32(np.sin(turn))) * scale
    shake = fractal(frame.rng, frame.shape, 3, 2) * np.float32(0.12)
    return u + shake, v - shake


def _basket(frame: Frame) -> Skin:
    """Flat strands, over one and under one."""
    pitch = frame.between(22, 48)
    u, v = _turned(frame, pitch, (0.0, np.pi / 4, frame.between(-0.3, 0.3)))
    column, row = np.floor(u), np.floor(v)
    over = ((column + row) % 2) == 0
    across, along = np.where(over, u - column, v - row) - 0.5, np.where(over, v - row, u - column) - 0.5
    arch = np.cos(along * np.float32(np.pi))
    profile = np.sqrt(np.clip(1 - (across / 0.47) ** 2, 0, 1))
    height = (profile * (0.35 + 0.65 * arch)) * np.float32(pitch * 0.4)
    fibre = np.sin(across * np.float32(frame.between(20, 40)) + white(frame.rng, frame.shape) * 0.5)
    strand = np.where(over, column * 7.13, row * 3.71)
    tone = 0.9 + 0.12 * np.sin(strand * 12.9898) + 0.06 * fibre
    first = hsv(*frame.choose(_FIBRES))
    second = first if frame.rng.random() < 0.6 else hsv(*frame.choose(_FIBRES))
    rgb = mix(first, second, over.astype(np.float32)) * (tone * (0.25 + 0.75 * smoothstep(0, 0.5, profile)))[..., None]
    return Skin(rgb.astype(np.float32), height.astype(np.float32), frame.between(0, 0.2))


def _knit(frame: Frame) -> Skin:
    """Stocking stitch: columns of V-shaped loops."""
    pitch = frame.between(20, 40)
    u, v = _turned(frame, pitch, (0.0, frame.between(-0.3, 0.3), np.pi / 2))
    side = u - np.floor(u) - 0.5
    slant = v * 1.25 + np.abs(side) * 1.5
    loop = slant - np.floor(slant) - 0.5
    lane = np.abs(side) * 2 - 0.5
    profile = np.sqrt(np.clip(1 - (loop / 0.5) ** 2 * 0.85 - (lane / 0.52) ** 2 * 0.8, 0, 1))
    yarn = np.sin((loop * 14 + np.sign(side) * lane * 16).astype(np.float32))
    fuzz = white(frame.rng, frame.shape)
    colour = mix(
        hsv(*frame.choose(_FIBRES)),
        hsv(*frame.choose(_FIBRES)),
        (np.sin(np.floor(slant) * frame.choose((0.0, 0.6, 1.6))) > 0.5).astype(np.float32),
    )
    rgb = colour * (0.3 + 0.7 * smoothstep(0, 0.7, profile) + 0.05 * yarn + 0.05 * fuzz)[..., None]
    return Skin(rgb.astype(np.float32), (profile * pitch * 0.35 + yarn * 0.5 + fuzz * 0.2).astype(np.float32))


def _mesh(frame: Frame) -> Array:
    """Wire or cord knotted into open meshes before something out of focus."""
    lamp = new_lamp(frame)
    pitch = frame.between(34, 80)
    u, v = _turned(frame, pitch, (np.pi / 4, np.pi / 4, frame.between(0.6, 1.0)))
    bow = fractal(frame.rng, frame.shape, 2, 2) * np.float32(frame.between(0, 0.5))
    u, v = u + bow, v + bow * np.float32(0.7)
    thick = frame.between(0.07, 0.13)
    twist = 0.06 * np.sin(np.stack([v, u]) * np.float32(2 * np.pi)) * frame.choose((0, 1))
    lanes = [coordinate - np.floor(coordinate) - 0.5 + bend for coordinate, bend in zip((u, v), twist, strict=True)]
    profiles = [np.sqrt(np.clip(1 - (lane / thick) ** 2, 0, 1)) for lane in lanes]
    knot = smoothstep(thick * 3.2, thick * 1.5, np.hypot(*lanes)) * frame.choose((0, 0.8))
    shape = np.maximum(np.maximum(*profiles), knot)
    tilt = np.where(profiles[0] > profiles[1], lanes[0], lanes[1]) / thick
    ply = np.sin((u - v) * np.float32(18)) * 0.12 * frame.choose((0, 1))
    light = 0.45 + 0.5 * shape - 0.35 * tilt * lamp.x + ply + 0.05 * white(frame.rng, frame.shape)
    scene = backdrop(frame)
    cord = hsv(*frame.choose(_FIBRES)) if frame.rng.random() < 0.6 else hsv(0.6, 0.05, 0.75)
    shade = np.roll(shape, (9, 7), (0, 1))
    scene = scene * (1 - 0.35 * shade)[..., None] * frame.between(0.5, 1.0)
    return mix(scene, cord * light[..., None], smoothstep(0.0, 0.35, shape))


def _wicker(frame: Frame) -> Skin:
    """Thin rods woven around upright stakes."""
    pitch = frame.between(26, 50)
    u, v = _turned(frame, pitch, (0.0, frame.between(-0.2, 0.2)))
    rows = v * 2.6
    row = np.floor(rows)
    sway = np.cos((u + row % 2) * np.float32(np.pi))
    lane = rows - row - 0.5
    rod = np.sqrt(np.clip(1 - (lane / 0.5) ** 2, 0, 1))
    grain = strands(white(frame.rng, frame.shape), 0.1 * white(frame.rng, frame.shape), 3)
    tone = (0.85 + 0.15 * np.sin(row * 5.3)) * (0.3 + 0.7 * smoothstep(-1.0, 0.6, sway)) * (
        0.3 + 0.7 * rod
    ) + 0.04 * grain
    return Skin(
        tinted(hsv(*frame.choose(_FIBRES)), tone),
        (rod * 4 + sway * pitch * 0.22).astype(np.float32),
        0.1,
    )


def draw(frame: Frame) -> Array:
    """One of the four."""
    kind = frame.choose((_basket, _basket, _knit, _knit, _wicker, None))
    return _mesh(frame) if kind is None else show(frame, kind, objects=0.35, folds=0.08)
