"""Photographs of surfaces and of things → pictures of known pixels: surfaces in regions of other photographs.

Two sets that share no photograph: one to learn from, of which a method may see only which words a picture shows, and
one that is scored. A region is a smooth blob or the outline of the thing in a further photograph.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Generic, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE_PX = 256
CLASSES = ("banded", "blotchy", "braided", "bubbly", "bumpy")
BACKGROUND = len(CLASSES)
"""Label of the pixels that show no word."""
NAMES = ("learned", "scored")
SHARES = (0.75, 0.25)
"""Of the photographs, to learn from and to score on."""
WORDS_A_PICTURE = (0.15, 0.6, 0.25)
"""How often a picture shows none, one or two of the words."""
AREAS = ((0.2, 0.5), (0.12, 0.3))
"""Shares of a picture that a region has, where it is alone and where there are two."""
OUTLINES = 0.5
"""Share of the regions that have the outline of a thing."""

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Composite:
    """A picture and what each of its pixels shows.

    Attributes:
        pixels: (256, 256, 3) uint8 RGB.
        labels: (256, 256) uint8, the class of each pixel by its place in `CLASSES`, or `BACKGROUND`.
        shown: (classes,) bool, which of them the picture shows: all that training may know.
        sources: the photographs it was made of.
    """

    pixels: Pixels
    labels: Pixels
    shown: Mask
    sources: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Photographs:
    """What one set may be made of.

    Attributes:
        surfaces: a list of files for each of `CLASSES`.
        others: files, for scenes and for outlines.
    """

    surfaces: tuple[tuple[Path, ...], ...]
    others: tuple[Path, ...]


def split(folder: Path, seed: int = 0) -> dict[str, Photographs]:
    """The photographs of each set by its name; no photograph is in two of them.

    Args:
        folder: has a folder of photographs for each class, and `other`.
    """
    surfaces = [_parted(sorted((folder / name).glob("*.jpg")), seed) for name in CLASSES]
    others = _parted(sorted((folder / "other").glob("*.jpg")), seed)
    return {name: Photographs(tuple(each[n] for each in surfaces), others[n]) for n, name in enumerate(NAMES)}


def dealt(photographs: Photographs, folds: int) -> list[Photographs]:
    """The photographs of a set in so many parts, for cross-validation; none is in two of them."""
    return [
        Photographs(tuple(files[fold::folds] for files in photographs.surfaces), photographs.others[fold::folds])
        for fold in range(folds)
    ]


def compose(photographs: Photographs, count: int, seed: int) -> list[Composite]:
    """`count` pictures; each photograph of a surface is used before any is used again.

    Args:
        seed: of regions, places and pairs; give each set its own.
    """
    chance = np.random.default_rng(seed)
    surfaces = [_Cycle(files, chance) for files in photographs.surfaces]
    others = _Cycle(photographs.others, chance)
    words = _Cycle(range(len(CLASSES)), chance)
    made = []
    for _ in range(count):
        scene = others.take()
        shown = [words.take() for _ in range(int(chance.choice(3, p=WORDS_A_PICTURE)))]
        chosen = [(word, surfaces[word].take()) for word in dict.fromkeys(shown)]
        made.append(_composite(scene, chosen, others, chance))
    return made


def plain(photographs: Photographs, count: int, seed: int) -> list[Pixels]:
    """Squares of photographs that show no word, (256, 256, 3) each; fewer than asked for where there are fewer."""
    chance = np.random.default_rng(seed)
    return [np.ascontiguousarray(_square(file, chance)) for file in photographs.others[:count]]


class _Cycle(Generic[T]):
    """Every one of some things in random order, then again in another order."""

    def __init__(self, things: Sequence[T], chance: np.random.Generator) -> None:
        self._things, self._chance = things, chance
        self._left: list[int] = []

    def take(self) -> T:
        self._left = self._left or self._chance.permutation(len(self._things)).tolist()
        return self._things[self._left.pop()]


def _parted(files: Sequence[Path], seed: int) -> list[tuple[Path, ...]]:
    order = np.random.default_rng(seed).permutation(len(files))
    ends = np.round(np.cumsum(SHARES) * len(files)).astype(int)
    return [tuple(files[i] for i in order[first:last]) for first, last in zip([0, *ends], ends, strict=False)]


def _composite(
    scene: Path, chosen: Sequence[tuple[int, Path]], others: _Cycle[Path], chance: np.random.Generator
) -> Composite:
    pixels = _square(scene, chance).astype(np.float32)
    labels = np.full((SIDE_PX, SIDE_PX), BACKGROUND, np.uint8)
    sources = [scene]
    for word, file in chosen:
        area = chance.uniform(*AREAS[len(chosen) - 1])
        region, outline = _region(area, labels == BACKGROUND, others, chance)
        surface = _behind(region, _square(file, chance))
        # the edge of a region in a photograph is never sharper than its lens: a hard seam would give itself away
        share = cv2.GaussianBlur(region.astype(np.float32), (0, 0), 1.0)[..., None]
        pixels += share * (surface - pixels)
        labels[region] = word
        sources += [file, *outline]
    shown = np.isin(np.arange(len(CLASSES)), labels)
    return Composite(np.round(pixels).astype(np.uint8), labels, shown, tuple(sources))


def _square(file: Path, chance: np.random.Generator) -> Pixels:
    """A square of the photograph at about its own scale, anywhere in it and mirrored or not."""
    pixels = _decoded(file)
    height, width = pixels.shape[:2]
    scale = SIDE_PX / min(height, width)
    size = (max(SIDE_PX, round(width * scale)), max(SIDE_PX, round(height * scale)))
    pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR), np.uint8)
    top, left = (int(chance.integers(0, side - SIDE_PX + 1)) for side in pixels.shape[:2])
    cut = pixels[top : top + SIDE_PX, left : left + SIDE_PX]
    return cut[:, ::-1] if chance.random() < 0.5 else cut


def _behind(region: Mask, surface: Pixels) -> NDArray[np.float32]:
    """The surface as large as the region and in its place: what is seen of it is most of what was photographed."""
    left, top, width, height = cv2.boundingRect(region.astype(np.uint8))
    side = max(width, height)
    left, top = min(left, SIDE_PX - side), min(top, SIDE_PX - side)
    shown = cv2.resize(surface, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32)
    right, bottom = SIDE_PX - side - left, SIDE_PX - side - top
    return np.asarray(cv2.copyMakeBorder(shown, top, bottom, left, right, cv2.BORDER_REFLECT_101))


@cache
def _decoded(file: Path) -> Pixels:
    with Image.open(file) as image:
        return np.asarray(image.convert("RGB"))


def _region(
    area: float, free: Mask, others: _Cycle[Path], chance: np.random.Generator
) -> tuple[Mask, tuple[Path, ...]]:
    """A region of about that share of the picture within what is free, and the photograph that gave its outline."""
    if chance.random() < OUTLINES:
        for _ in range(4):
            file = others.take()
            outline = _outline(file)
            if outline is not None:
                placed = _placed(outline, area, free, chance)
                if placed is not None:
                    return placed, (file,)
    return _blob(area, free, chance), ()


def _blob(area: float, free: Mask, chance: np.random.Generator) -> Mask:
    """Where smooth noise is highest, in one piece."""
    noise = cv2.GaussianBlur(chance.standard_normal((SIDE_PX, SIDE_PX)), (0, 0), chance.uniform(24, 40))
    noise[~free] = -np.inf
    for share in np.linspace(area, 0.9, 10):
        whole = noise > np.quantile(noise, 1 - min(share, 0.95 * free.mean()))
        piece = _largest(whole & free)
        if piece.mean() > 0.8 * min(area, 0.9 * free.mean()):
            return piece
    return piece


def _placed(outline: Mask, area: float, free: Mask, chance: np.random.Generator) -> Mask | None:
    """The outline scaled to an area and put where most of it is free; None where too little of it would be left."""
    scale = np.sqrt(area / outline.mean())
    turn = cv2.getRotationMatrix2D((SIDE_PX / 2, SIDE_PX / 2), chance.uniform(-30, 30), scale)
    best: Mask | None = None
    for _ in range(12):
        moved = turn + np.array([[0, 0, chance.uniform(-80, 80)], [0, 0, chance.uniform(-80, 80)]])
        tried = cv2.warpAffine(outline.astype(np.uint8), moved, (SIDE_PX, SIDE_PX), flags=cv2.INTER_NEAREST) > 0
        tried = _largest(tried & free)
        if best is None or tried.sum() > best.sum():
            best = tried
    return best if best is not None and best.mean() > 0.7 * area else None


@cache
def _outline(file: Path) -> Mask | None:
    """The outline of the thing in a photograph's middle, by GrabCut; None where none stands out."""
    pixels = cv2.resize(_decoded(file), (SIDE_PX // 2, SIDE_PX // 2), interpolation=cv2.INTER_AREA)
    side = SIDE_PX // 2
    found = np.zeros((side, side), np.uint8)
    margin = side // 8
    frame = (margin, margin, side - 2 * margin, side - 2 * margin)
    cv2.setRNGSeed(0)  # its mixtures start from random clusters
    cv2.grabCut(pixels[..., ::-1].copy(), found, frame, np.zeros((1, 65)), np.zeros((1, 65)), 3, cv2.GC_INIT_WITH_RECT)
    thing = ((found == cv2.GC_FGD) | (found == cv2.GC_PR_FGD)).astype(np.uint8)
    smooth = cv2.resize(cv2.GaussianBlur(thing * np.float32(1), (0, 0), 2.0), (SIDE_PX, SIDE_PX)) > 0.5
    piece = _largest(smooth)
    return piece if 0.08 < piece.mean() < 0.5 else None


def _largest(mask: Mask) -> Mask:
    """Its largest connected piece, holes filled that are no part of anything else's."""
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count < 2:
        return mask
    return np.asarray(pieces == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA])))
