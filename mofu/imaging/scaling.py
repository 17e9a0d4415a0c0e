"""Pixels → fewer pixels of the same shape, one side being what was asked for."""

from __future__ import annotations

import numpy as np
from PIL import Image

from mofu.imaging.results import Fit, Pixels


def fitted_size(width: int, height: int, side_px: int, fit: Fit) -> tuple[int, int]:
    """Width and height whose longer (shorter) side is `side_px`, never more than what there is, never less than 1."""
    side = max(width, height) if fit == "longer" else min(width, height)
    if side <= side_px:
        return width, height
    return max(1, round(width * side_px / side)), max(1, round(height * side_px / side))


def scaled(pixels: Pixels, side_px: int, fit: Fit, original: tuple[int, int] | None = None) -> Pixels:
    """Scale down to `fitted_size` of the original; never up.

    Args:
        pixels: (h, w, 3) uint8.
        side_px: the side asked for.
        fit: which side that is.
        original: width and height before scaled decoding, whose proportions count; None: those of `pixels`.
    """
    height, width = pixels.shape[:2]
    from_width, from_height = original or (width, height)
    target = fitted_size(from_width, from_height, side_px, fit)
    if target == (width, height):
        return np.ascontiguousarray(pixels)
    # 500 → 256 px: Hamming takes 0.75 ms and is 39 dB from Lanczos, which takes 1.8; box takes 0.5 and is 33 dB from it
    image = Image.fromarray(np.ascontiguousarray(pixels)).resize(target, Image.Resampling.HAMMING, reducing_gap=2.0)
    return np.asarray(image)
