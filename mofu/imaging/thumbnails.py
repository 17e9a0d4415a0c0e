"""Pixels → a small JPEG."""

from __future__ import annotations

import simplejpeg

from mofu.imaging.results import Pixels
from mofu.imaging.scaling import scaled

QUALITY = 82


def thumbnail(pixels: Pixels, side_px: int) -> bytes:
    """The JPEG file (4:2:0, quality 82) of an image whose longer side is `side_px` at most.

    Args:
        pixels: (h, w, 3) uint8 RGB.
        side_px: longer side; smaller images keep their size.
    """
    small = scaled(pixels, side_px, "longer")
    encoded: bytes = simplejpeg.encode_jpeg(small, quality=QUALITY, colorspace="RGB", colorsubsampling="420")
    return encoded
