"""A soft map and a threshold → a picture to lay over the image: what is inside outlined, the rest under a veil."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

INNER, OUTER = (255, 255, 255), (28, 28, 27)
"""A light line within a dark one: on any photograph one of them is seen."""
VEIL = OUTER
"""Over what is outside: a tint over the region would change the surface that is to be judged."""
OPACITY = 166
LONGER_PX = 640
LINES = 320
"""So many dark lines would fill the longer side: they are seen on a picture that is shown smaller, too."""

SoftMap = NDArray[np.float32]


def overlay(soft: SoftMap, threshold: float, size_px: tuple[int, int]) -> NDArray[np.uint8]:
    """Draw.

    Args:
        soft: (h, w) float32 in [0, 1].
        threshold: what of it counts as inside, 0 … 1.
        size_px: (width, height) of the picture that it is to lie on; the map is scaled between its pixels.

    Returns:
        (height, width, 4) uint8 RGBA.
    """
    inside = (cv2.resize(soft, size_px, interpolation=cv2.INTER_LINEAR) >= threshold).astype(np.uint8)
    drawn = np.zeros((*inside.shape, 4), np.uint8)
    drawn[inside == 0] = (*VEIL, OPACITY)
    line_px = max(1, round(max(size_px) / LINES))
    within = cv2.erode(inside, _disc(2 * line_px), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    around = cv2.dilate(inside, _disc(line_px))
    drawn[(inside == 1) & (within == 0)] = (*INNER, 255)
    drawn[(inside == 0) & (around == 1)] = (*OUTER, 255)
    return drawn


def overlay_png(soft: SoftMap, threshold: float) -> bytes:
    """The same as a PNG, larger than the map so that its outline is thin."""
    scale = max(1.0, LONGER_PX / max(soft.shape))
    size_px = (round(soft.shape[1] * scale), round(soft.shape[0] * scale))
    return bytes(cv2.imencode(".png", cv2.cvtColor(overlay(soft, threshold, size_px), cv2.COLOR_RGBA2BGRA))[1])


def _disc(radius: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1)), np.uint8)
