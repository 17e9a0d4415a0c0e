"""Pixels → few pixels → a small JPEG file."""

from __future__ import annotations

import numpy as np
import simplejpeg

from mofu.imaging.results import Pixels
from mofu.imaging.scaling import scaled

QUALITY = 82
LARGER = 1.2
"""A picture at most so much larger than a thumbnail is its own: scaling it would take as long as all else together."""


def reduced(pixels: Pixels, side_px: int, original: tuple[int, int] | None = None) -> Pixels:
    """A thumbnail's pixels: the longer side is `side_px`, or up to a fifth more where that spares the scaling.

    Args:
        pixels: (h, w, 3) uint8 RGB; smaller images keep their size.
        side_px: longer side.
        original: width and height before scaled decoding, whose proportions count; None: those of `pixels`.
    """
    if max(pixels.shape[:2]) <= side_px * LARGER:
        return np.ascontiguousarray(pixels)
    return scaled(pixels, side_px, "longer", original)


def encoded(pixels: Pixels) -> bytes:
    """The JPEG file (4:2:0, quality 82) of pixels, (h, w, 3) uint8 RGB and contiguous."""
    file: bytes = simplejpeg.encode_jpeg(pixels, quality=QUALITY, colorspace="RGB", colorsubsampling="420")
    return file
