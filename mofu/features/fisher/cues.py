"""An image → the local descriptors of each cue, from fine to coarse: what the codebook is fitted on and applied to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mofu.features.fisher.colour import (
    STATISTICS_PX,
    chroma_sift,
    lab,
    local_statistics,
    mirrored_chroma_order,
    mirrored_statistics_order,
)
from mofu.features.fisher.sift import PATCH_PX, dense_sift, mirrored_order, root_normalised
from mofu.imaging.results import Pixels

Array = NDArray[np.float32]

VERSION = 1
"""Raise with every change of the descriptors: it is part of the backbone's id."""
SIDE_PX = 200
_LEAST_PX = 2 * PATCH_PX
_LUMA_FLOOR = 0.01


@dataclass(frozen=True, slots=True)
class Cue:
    """One kind of local descriptor.

    Attributes:
        name: in the codebook's file.
        describe: Lab image at one scale, stride in px → (n, d) descriptors.
        scales: how much the image is made smaller, with the stride at that scale.
        mirrored: order of the components in the mirror twin of a descriptor.
        dimension: D after PCA.
        gaussians: K.
        weight: of its unit-length Fisher vector beside those of the other cues.
        patch_px: side of what a descriptor covers.
        level: how unevenly its Gaussians lie in drawn pictures, see `layout.Layout.unevenness`.
    """

    name: str
    describe: Callable[[Array, int], Array]
    scales: tuple[tuple[float, int], ...]
    mirrored: NDArray[np.intp]
    dimension: int
    gaussians: int
    weight: float
    patch_px: int
    level: float


def _luma_sift(image: Array, stride_px: int) -> Array:
    return root_normalised(dense_sift(np.ascontiguousarray(image[..., 0]), stride_px), _LUMA_FLOOR)


_OCTAVES = ((1.0, 6), (0.5, 4), (0.25, 2))

CUES = (
    Cue(
        "luma_sift",
        _luma_sift,
        ((1.0, 5), (0.7071, 4), (0.5, 3), (0.3536, 2), (0.25, 2)),
        mirrored_order(),
        dimension=80,
        gaussians=32,
        weight=1.0,
        patch_px=PATCH_PX,
        level=0.10,
    ),
    Cue(
        "chroma_sift",
        chroma_sift,
        _OCTAVES,
        mirrored_chroma_order(),
        dimension=48,
        gaussians=16,
        weight=0.5,
        patch_px=PATCH_PX,
        level=0.12,
    ),
    Cue(
        "lab_statistics",
        local_statistics,
        _OCTAVES,
        mirrored_statistics_order(),
        dimension=20,
        gaussians=64,
        weight=0.5,
        patch_px=STATISTICS_PX,
        level=0.05,
    ),
)


def prepared(pixels: Pixels) -> Array:
    """(h, w, 3) uint8 RGB → float32 Lab / 100, of at least 32 px a side: less is continued by its reflection."""
    missing = [max(0, _LEAST_PX - side) for side in pixels.shape[:2]]
    if any(missing):
        pixels = np.pad(pixels, ((0, missing[0]), (0, missing[1]), (0, 0)), mode="symmetric")
    return lab(pixels)


def descriptors(image: Array, cue: Cue) -> Iterator[Array]:
    """A cue's descriptors, (n, d) float32 for each scale, fine to coarse; a scale that no patch fits is left out."""
    for size, stride_px in _sizes(image, cue):
        smaller = image if size == image.shape[1::-1] else cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        yield cue.describe(np.asarray(smaller, np.float32), stride_px)


def grids(image: Array, cue: Cue) -> Iterator[tuple[int, int]]:
    """Rows and columns of the descriptors of each scale that `descriptors` gives."""
    for (width, height), stride_px in _sizes(image, cue):
        rows, columns = ((side - cue.patch_px) // stride_px + 1 for side in (height, width))
        yield rows, columns


def centres(image: Array, cue: Cue) -> Iterator[tuple[Array, Array]]:
    """Where the patches of each scale that `descriptors` gives have their centres: shares of height, of width."""
    for (size, stride_px), shape in zip(_sizes(image, cue), grids(image, cue), strict=True):
        down, along = (
            np.asarray((np.arange(number) * stride_px + cue.patch_px / 2) / side, np.float32)
            for number, side in zip(shape, size[::-1], strict=True)
        )
        yield down, along


def _sizes(image: Array, cue: Cue) -> Iterator[tuple[tuple[int, int], int]]:
    """Width, height and stride at each scale that a patch fits."""
    for scale, stride_px in cue.scales:
        width, height = (max(1, round(side * scale)) for side in image.shape[1::-1])
        if min(width, height) >= PATCH_PX:
            yield (width, height), stride_px
