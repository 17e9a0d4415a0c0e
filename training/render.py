"""A relief → a picture of it: matter, light, shade, lens and sensor; and whole scenes.

    picture(seed, side_px) → pixels and the name of the kind, one of `NAMES`

A texture fills the picture, or covers a thing that stands before a plain ground, as textures do in photographs.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from kinds import KINDS
from kinds.plane import Field, Generator, Relief, noise, plane
from numpy.typing import NDArray

SCENE = "scene"
NAMES = (*KINDS, SCENE)
_SCENES = 0.25
_THINGS = 0.3  # textures that cover a thing only


@dataclass(frozen=True, slots=True)
class Picture:
    """Pixels, (side, side, 3) uint8 RGB, and what they show."""

    pixels: NDArray[np.uint8]
    name: str


def picture(seed: int, side_px: int) -> Picture:
    """Draw a picture; the same seed gives the same one."""
    rng = np.random.default_rng(seed)
    if rng.random() < _SCENES:
        return Picture(_photographed(rng, _scene(rng, side_px)), SCENE)
    name = list(KINDS)[rng.integers(len(KINDS))]
    colours = surface(rng, name, side_px)
    if rng.random() < _THINGS:
        colours = _thing(rng, colours, _ground(rng, side_px))
    return Picture(_photographed(rng, colours), name)


def surface(rng: Generator, name: str, side_px: int) -> Field:
    """(side, side, 3) linear colours of a surface of that kind."""
    pattern, (least, most) = KINDS[name]
    elements = float(np.exp(rng.uniform(np.log(least), np.log(most))))
    seen = plane(rng, side_px, elements)
    relief = pattern(seen)
    if rng.random() < 0.3:  # another, fainter texture on it, as cloth on a cushion or dirt on a wall
        other = list(KINDS.values())[rng.integers(len(KINDS))]
        over = other[0](plane(rng, side_px, elements * rng.uniform(2, 5)))
        share = np.float32(rng.uniform(0.05, 0.25))
        relief = Relief(relief.height + share * over.height / 4, relief.paint * (1 - share) + share * over.paint)
    return _lit(rng, relief, seen.per_px)


def _palette(rng: Generator) -> Field:
    """(k, 3) colours along the paint: often shades of one, sometimes far apart."""
    count = int(rng.integers(2, 5))
    hue = rng.uniform(0, 360) if rng.random() < 0.4 else rng.normal(rng.choice([30, 50, 100, 210]), 15)  # as in nature
    hues = (hue + rng.choice([5, 20, 90]) * rng.standard_normal(count)) % 360
    saturation = np.clip(rng.beta(1.2, 2.5) + 0.1 * rng.standard_normal(count), 0, 1)
    value = np.clip(rng.uniform(0.2, 1) + rng.choice([0.05, 0.3]) * rng.standard_normal(count), 0.05, 1)
    hsv = np.stack([hues, saturation, value], axis=1).astype(np.float32)
    colours = cv2.cvtColor(hsv[None], cv2.COLOR_HSV2RGB)[0]
    light = np.linspace(*rng.uniform(0.15, 1.3, 2), count)[:, None] if rng.random() < 0.7 else 1.0
    return np.asarray(np.clip(colours * light, 0.02, 1), np.float32)


def _painted(paint: Field, palette: Field) -> Field:
    steps = np.linspace(0, 1, len(palette))
    return np.stack([np.interp(paint, steps, palette[:, c]) for c in range(3)], axis=-1).astype(np.float32)


def _lit(rng: Generator, relief: Relief, per_px: float) -> Field:
    """Lambert's law, a gloss after Phong, and the shade that lies in hollows."""
    colours = _painted(relief.paint, _palette(rng))
    dy, dx = np.gradient(relief.height * np.float32(rng.uniform(0.4, 1.6) / per_px))
    dx, dy = np.clip(dx, -4, 4), np.clip(dy, -4, 4)
    turn, rise = rng.uniform(0, 2 * np.pi), rng.uniform(0.3, 1.3)
    light = np.array([np.cos(turn) * np.cos(rise), np.sin(turn) * np.cos(rise), np.sin(rise)], np.float32)
    facing = (light[2] - dx * light[0] - dy * light[1]) / np.sqrt(1 + dx**2 + dy**2)
    hollow = relief.height - cv2.GaussianBlur(relief.height, (0, 0), max(1.0, 0.35 / per_px))
    shade = np.float32(rng.uniform(0.1, 0.5)) + np.clip(facing, 0, None) * np.float32(rng.uniform(0.6, 1.1))
    shade = shade * np.clip(1 + hollow * np.float32(rng.uniform(0, 2)), 0.3, 1.5)
    gloss = rng.choice([0.0, 0.3, 1.0]) * np.clip(facing, 0, 1) ** rng.uniform(8, 60)
    uneven = np.exp(rng.uniform(0, 0.3) * noise(rng, len(shade), 1.5, 2))
    return np.asarray((colours * shade[..., None] + gloss[..., None]) * uneven[..., None], np.float32)


def _ground(rng: Generator, side_px: int) -> Field:
    """What is behind things: a gradient, or soft shapes out of focus."""
    palette = _palette(rng)
    if rng.random() < 0.5:
        y, x = np.mgrid[0:side_px, 0:side_px] / side_px
        turn = rng.uniform(0, 2 * np.pi)
        along = 0.5 + 0.7 * ((x - 0.5) * np.cos(turn) + (y - 0.5) * np.sin(turn))
        field = along + rng.uniform(0, 0.1) * noise(rng, side_px, 2, 3)
    else:
        field = 0.5 + 0.3 * noise(rng, side_px, rng.uniform(1, 5), 2)
    return _painted(np.clip(field, 0, 1).astype(np.float32), palette)


def _outline(rng: Generator, side_px: int, middle: tuple[float, float], radius: float) -> tuple[Field, Field]:
    """A thing's mask with soft edges, and its depth at each place for shading: a blob, box or polygon."""
    mask = np.zeros((side_px, side_px), np.float32)
    form = rng.integers(3)
    angles = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    if form == 0:
        reach = 1 + sum(rng.normal(0, 0.25 / k) * np.cos(k * angles + rng.uniform(0, 6.3)) for k in range(1, 5))
    elif form == 1:
        corner = rng.uniform(0.6, 1.6)
        reach = 1 / np.maximum(np.abs(np.cos(angles)), np.abs(np.sin(angles)) * corner)
    else:
        reach = np.repeat(rng.uniform(0.6, 1.2, 8), 6)
    turn, flat = rng.uniform(0, 2 * np.pi), rng.uniform(0.5, 1)
    x, y = radius * reach * np.cos(angles), radius * flat * reach * np.sin(angles)
    points = np.stack(
        [middle[0] + x * np.cos(turn) - y * np.sin(turn), middle[1] + x * np.sin(turn) + y * np.cos(turn)], axis=1
    )
    cv2.fillPoly(mask, [np.round(8 * points).astype(np.int32)], 1.0, cv2.LINE_AA, 3)
    depth = cv2.GaussianBlur(mask, (0, 0), max(1.0, radius * 0.4))
    return mask[..., None], depth


def _rounded(rng: Generator, colours: Field, depth: Field) -> Field:
    """Shade a thing as if it were solid."""
    dy, dx = np.gradient(depth)
    turn, strength = rng.uniform(0, 2 * np.pi), rng.uniform(5, 30)
    shade = np.clip(1 + strength * (dx * np.cos(turn) + dy * np.sin(turn)), 0.25, 1.6)
    return np.asarray(colours * shade[..., None], np.float32)


def _thing(rng: Generator, colours: Field, ground: Field) -> Field:
    """A textured thing before a ground."""
    side = len(colours)
    middle = tuple(rng.uniform(0.35, 0.65, 2) * side)
    mask, depth = _outline(rng, side, middle, side * rng.uniform(0.3, 0.5))
    return np.asarray(ground * (1 - mask) + _rounded(rng, colours, depth) * mask, np.float32)


def _matter(rng: Generator, side_px: int) -> Field:
    """What a thing in a scene is made of: mostly plain, sometimes a texture."""
    form = rng.random()
    if form < 0.4:
        return np.array(np.broadcast_to(_palette(rng)[0], (side_px, side_px, 3)), np.float32)
    if form < 0.65:
        return _ground(rng, side_px)
    return surface(rng, list(KINDS)[rng.integers(len(KINDS))], side_px)


def _scene(rng: Generator, side_px: int) -> Field:
    """Things of different matter before a ground, some thin as limbs and poles: no texture fills the picture."""
    canvas = _ground(rng, side_px)
    if rng.random() < 0.4:  # the ground begins at a horizon
        line = rng.uniform(0.3, 0.8) * side_px + rng.normal(0, 4) * noise(rng, side_px, 3, 3)[0]
        below = (np.arange(side_px)[:, None] > line[None, :])[..., None]
        canvas = np.where(below, _matter(rng, side_px), canvas)
    for _ in range(int(rng.integers(1, 14))):
        middle = tuple(rng.uniform(0, 1, 2) * side_px)
        mask, depth = _outline(rng, side_px, middle, side_px * rng.uniform(0.04, 0.4))
        canvas = canvas * (1 - mask) + _rounded(rng, _matter(rng, side_px), depth) * mask
    for _ in range(int(rng.integers(0, 10)) * int(rng.random() < 0.5)):
        ends = np.round(rng.uniform(0, side_px, (2, 2))).astype(int)
        colour = tuple(float(part) for part in _palette(rng)[0])
        canvas = cv2.line(
            np.ascontiguousarray(canvas, np.float32), ends[0].tolist(), ends[1].tolist(), colour,
            int(rng.integers(1, 9)), cv2.LINE_AA,
        )  # fmt: skip
    return np.asarray(canvas, np.float32)


def _photographed(rng: Generator, colours: Field) -> NDArray[np.uint8]:
    """Exposure, tone, a lens's blur, a sensor's noise, and often JPEG."""
    level = np.percentile(colours, rng.uniform(80, 99.5))
    seen = np.clip(colours / max(float(level), 0.05) * rng.uniform(0.6, 1.1), 0, 1) ** rng.uniform(0.6, 1.4)
    if rng.random() < 0.6:
        seen = cv2.GaussianBlur(seen, (0, 0), rng.uniform(0.3, 1.6))
    seen = seen + rng.normal(0, rng.uniform(0, 0.03), seen.shape).astype(np.float32)
    pixels = (np.clip(seen, 0, 1) * 255).astype(np.uint8)
    if rng.random() < 0.5:
        _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(50, 95))])
        pixels = cv2.imdecode(data, cv2.IMREAD_COLOR)
    return np.asarray(pixels, np.uint8)
