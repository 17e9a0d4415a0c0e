"""Pixels → regions: superpixels, where each lies, and what colour and texture it has.

The regions stand in the place of JSEG's in Yanai and Barnard, "Image region entropy", ACM MM 2005. Superpixels
are those of Achanta et al., "SLIC superpixels compared to state-of-the-art superpixel methods", PAMI 2012.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mofu.imaging.results import Pixels
from mofu.imaging.scaling import scaled

Array = NDArray[np.float32]
Labels = NDArray[np.int32]
Means = NDArray[np.float64]

VERSION = 1
"""Raise with every change of the regions or of their descriptors."""
SIDE_PX = 200
"""Longer side of the image that is segmented."""
REGION_PX = 40
"""Distance of neighbouring regions: large enough to hold a texture, small enough to hold one only."""

_COMPACTNESS = 30.0  # with less, regions follow the lines of a texture instead of holding some of them
_STEPS = 3
_LEAST_PER_CENT = 25  # of a region's usual area, below which it joins its neighbour
_SCALES_PX = (1.0, 2.0, 4.0)
_FLOOR = 0.004  # of Lab / 100, about what 8 bits resolve: the noise of flat regions is not to be loud
_ZERO_AND_UNIT = ((0, 255), (128, 100), (128, 100))  # OpenCV's Lab of 8 bits → Lab / 100

DESCRIPTOR = (
    *(f"{channel} mean" for channel in "Lab"),
    *(f"{channel} deviation" for channel in "Lab"),
    *(f"edges at {scale:g} px" for scale in _SCALES_PX),
    *(f"direction at {scale:g} px" for scale in _SCALES_PX),
)
"""What each number of a descriptor is; deviations and edges are logarithms, direction is 1 for parallel lines."""
DIMENSION = len(DESCRIPTOR)


@dataclass(frozen=True, slots=True)
class Regions:
    """An image's regions.

    Attributes:
        labels: (h, w) int32, the region of each pixel, from 0; h and w are the scaled image's.
        descriptors: (r, 12) float32, as `DESCRIPTOR` names them, not standardised.
    """

    labels: Labels
    descriptors: Array


def find_regions(pixels: Pixels) -> Regions:
    """Segment an image and describe its regions; the same pixels give the same regions.

    Args:
        pixels: (h, w, 3) uint8 RGB of any size; scaled down to 200 px, never up.

    Returns:
        Some 20 regions of an image of 200 × 150 px; a single one where a side is under 40 px.
    """
    lab: Pixels = np.asarray(cv2.cvtColor(scaled(pixels, SIDE_PX, "longer"), cv2.COLOR_RGB2LAB), np.uint8)
    labels = _superpixels(lab)
    return Regions(labels, _described(lab, labels))


def _superpixels(lab: Pixels) -> Labels:
    if min(lab.shape[:2]) < REGION_PX:  # OpenCV's superpixels end the process where not one fits
        return np.zeros(lab.shape[:2], np.int32)
    smooth = cv2.GaussianBlur(lab, (0, 0), 1.0)
    slic = cv2.ximgproc.createSuperpixelSLIC(smooth, cv2.ximgproc.SLIC, REGION_PX, _COMPACTNESS)
    slic.iterate(_STEPS)
    slic.enforceLabelConnectivity(_LEAST_PER_CENT)
    labels = slic.getLabels()
    used = np.bincount(labels.ravel()) > 0
    numbers = np.cumsum(used, dtype=np.int32) - np.int32(1)
    return np.asarray(numbers[labels], np.int32)


class _Areas:
    """Means of fields, (h, w), over each region."""

    def __init__(self, labels: Labels) -> None:
        self._flat = labels.ravel()
        self._pixels = np.bincount(self._flat)

    def means(self, field: Array) -> Means:
        return np.bincount(self._flat, field.ravel()) / self._pixels


def _described(lab: Pixels, labels: Labels) -> Array:
    areas = _Areas(labels)
    channels = [
        (plane.astype(np.float32) - np.float32(zero)) / np.float32(unit)
        for plane, (zero, unit) in zip(cv2.split(lab), _ZERO_AND_UNIT, strict=True)
    ]
    mean = [areas.means(channel) for channel in channels]
    variance = [areas.means(channel * channel) - m * m for channel, m in zip(channels, mean, strict=True)]
    deviation = [0.5 * np.log(np.maximum(v, 0) + _FLOOR**2) for v in variance]
    edges, direction = zip(*(_texture(channels[0], scale, areas) for scale in _SCALES_PX), strict=True)
    return np.stack([*mean, *deviation, *edges, *direction], axis=1).astype(np.float32)


def _texture(lightness: Array, scale_px: float, areas: _Areas) -> tuple[Means, Means]:
    """How strong a region's edges are at a scale (logarithm), and how much they run one way: its structure tensor's."""
    smooth = cv2.GaussianBlur(lightness, (0, 0), scale_px)
    dx = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=1, scale=scale_px / 2)
    dy = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=1, scale=scale_px / 2)
    energy = areas.means(dx * dx + dy * dy) + _FLOOR**2
    one_way = np.hypot(areas.means(dx * dx - dy * dy), areas.means(2 * dx * dy))
    return 0.5 * np.log(energy), one_way / energy
