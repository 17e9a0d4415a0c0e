"""A region of a picture → how much of each pixel is stylised; two pictures and that → one."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from mofu.errors import InvalidInputError
from mofu.imaging.results import Pixels

Plane = NDArray[np.float32]

_BAND = 1 << 20  # pixels that are blended at once


def feathered(region: Plane, feather_px: float) -> Plane:
    """A region whose border fades inwards: nothing outside of it is ever touched.

    Across the border the share of the stylised picture rises in proportion to the distance from the nearest pixel
    outside. Where a piece of the region is thinner than twice the feather, its feather is narrower, so that its
    middle is stylised in full: a region of one pixel is that pixel. The edge of the picture is no border.

    Args:
        region: (h, w) float32 in [0, 1]; soft values remain, times the feather.
        feather_px: width of the border in pixels; 0: none.

    Returns:
        (h, w) float32 in [0, 1], 0 exactly where the region is 0.
    """
    inside = region > 0
    if feather_px == 0 or inside.all() or not inside.any():
        return region.astype(np.float32)
    distance = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    count, pieces = cv2.connectedComponents(inside.astype(np.uint8), connectivity=8)
    deepest = np.asarray(ndimage.maximum(distance, pieces, np.arange(count)), np.float32)
    width = np.minimum(np.float32(feather_px), np.maximum(deepest - 1, 0))[pieces]
    return np.asarray(region * np.clip(distance / (width + 1), 0, 1), np.float32)


def blended(content: Pixels, stylised: Pixels, share: Plane) -> Pixels:
    """Mix as share · stylised + (1 − share) · content; where the share is 0 or 1, bit for bit the one or the other.

    Args:
        content, stylised: (h, w, 3) uint8.
        share: (h, w) float32 in [0, 1].
    """
    found = content.copy()
    step = max(1, _BAND // content.shape[1])
    for row in range(0, len(content), step):
        rows = slice(row, row + step)
        weight = share[rows, :, None]
        mixed = content[rows] + weight * (stylised[rows].astype(np.float32) - content[rows])
        found[rows] = np.rint(mixed)
    return found


def check_region(region: Plane, pixels: Pixels) -> None:
    """Raise InvalidInputError where a region is not (h, w) of numbers in [0, 1], as large as the picture."""
    if region.shape != pixels.shape[:2]:
        raise InvalidInputError(f"region {region.shape}: expected the picture's (height, width) {pixels.shape[:2]}")
    if not (region.min() >= 0 and region.max() <= 1):
        raise InvalidInputError(f"region from {region.min():g} to {region.max():g}: expected numbers in [0, 1]")
