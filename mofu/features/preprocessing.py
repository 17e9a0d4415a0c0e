"""Decoded pixels → what a published network was shown: resized, cropped uint8, and the numbers that normalise it.

Pixels stay uint8 until they are where the network runs: a quarter of the bytes to copy, and rounded as torchvision's
own transforms round them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image

from mofu.imaging.results import Fit, Pixels

Mode = Literal["crop", "squash"]
Interpolation = Literal["bilinear", "bicubic"]

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)

_LONG = 64
"""Times the cut square's side: of a picture that would be longer no more than the square is made. All of one of
64 × 1,500,000 px, which few bytes can hold, would take five gigabytes."""

_FILTERS = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """How pixels become a network's input; part of a backbone's identity.

    Attributes:
        side_px: what a side is resized to, also upwards.
        fit: which side that is, the other one following in proportion; without meaning where `mode` is `squash`.
        crop_px: side of the square cut from the middle; None: all of the picture, whatever its shape.
        mode: `crop` keeps the proportions; `squash` makes `side_px` × `side_px` of any picture, then crops.
        mean, std: of R, G, B in [0, 1]: the network is given (pixels / 255 − mean) / std.
        interpolation: antialiased, as Pillow does it.
    """

    side_px: int
    fit: Fit = "shorter"
    crop_px: int | None = None
    mode: Mode = "crop"
    mean: tuple[float, float, float] = IMAGENET_MEAN
    std: tuple[float, float, float] = IMAGENET_STD
    interpolation: Interpolation = "bilinear"

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Width and height before cropping; the other side is cut to whole pixels, as torchvision cuts it."""
        if self.mode == "squash":
            return self.side_px, self.side_px
        side = min(width, height) if self.fit == "shorter" else max(width, height)
        return max(1, int(self.side_px * width / side)), max(1, int(self.side_px * height / side))


def resized(pixels: Pixels, preprocessing: Preprocessing) -> Pixels:
    """Resize as `preprocessing` says, without cropping.

    Args:
        pixels: (h, w, 3) uint8 RGB of any size.

    Returns:
        (h', w', 3) uint8; `pixels` themselves where they have the size already.
    """
    height, width = pixels.shape[:2]
    size = preprocessing.size(width, height)
    if size == (width, height):
        return pixels
    return np.asarray(Image.fromarray(pixels).resize(size, _FILTERS[preprocessing.interpolation]))


def prepared(pixels: Pixels, preprocessing: Preprocessing) -> Pixels:
    """Resize, and cut the square out of the middle; what is smaller than the square gets black around it.

    Returns:
        (crop_px, crop_px, 3) uint8, or (h', w', 3) where `crop_px` is None; not normalised, maybe a view.
    """
    height, width = pixels.shape[:2]
    if preprocessing.crop_px and max(preprocessing.size(width, height)) > _LONG * preprocessing.crop_px:
        return _middle_resized(pixels, preprocessing, preprocessing.crop_px)
    shown = resized(pixels, preprocessing)
    return shown if preprocessing.crop_px is None else middle(shown, preprocessing.crop_px)


def middle(pixels: Pixels, side_px: int) -> Pixels:
    """The square of `side_px` in the middle of (h, w, 3) pixels, black where they do not reach."""
    height, width = pixels.shape[:2]
    missing = [max(0, side_px - side) for side in (height, width)]
    if any(missing):
        around = [(gap // 2, (gap + 1) // 2) for gap in missing]
        pixels = np.pad(pixels, (*around, (0, 0)))
        height, width = pixels.shape[:2]
    top, left = round((height - side_px) / 2), round((width - side_px) / 2)
    return pixels[top : top + side_px, left : left + side_px]


def _middle_resized(pixels: Pixels, preprocessing: Preprocessing, side_px: int) -> Pixels:
    """What `middle` cuts out of the resized picture, without the rest of it."""
    sides = pixels.shape[1], pixels.shape[0]
    sizes = preprocessing.size(*sides)
    shown = [min(size, side_px) for size in sizes]
    starts = [round((size - each) / 2) for size, each in zip(sizes, shown, strict=True)]
    ends = [start + each for start, each in zip(starts, shown, strict=True)]
    box = [
        place * side / size for places in (starts, ends) for place, side, size in zip(places, sides, sizes, strict=True)
    ]
    how = _FILTERS[preprocessing.interpolation]
    return middle(np.asarray(Image.fromarray(pixels).resize((shown[0], shown[1]), how, tuple(box))), side_px)


def stacked(images: Sequence[Pixels]) -> Pixels:
    """(n, h, w, 3) uint8 of n images of one size, in memory of its own."""
    return np.stack(images)
