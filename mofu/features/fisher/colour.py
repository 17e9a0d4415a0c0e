"""Lab pixels → local colour: statistics of small cells, and SIFT of the two colour channels."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mofu.features.fisher.sift import DIMENSION, dense_sift, mirrored_order, root_normalised, sampled
from mofu.imaging.results import Pixels

Array = NDArray[np.float32]

GRID = 2
_CELL_PX = 4
STATISTICS_PX = GRID * _CELL_PX
STATISTICS_DIMENSION = GRID * GRID * 6
CHROMA_DIMENSION = 2 * DIMENSION
_CHROMA_FLOOR = 0.05  # below it colour edges are JPEG's: their blocks of 16 px leave steps of that size


def lab(pixels: Pixels) -> Array:
    """(h, w, 3) uint8 sRGB → (h, w, 3) float32 CIE Lab divided by 100."""
    scaled = pixels.astype(np.float32) / np.float32(255)
    converted: Array = cv2.cvtColor(scaled, cv2.COLOR_RGB2LAB) / np.float32(100)
    return converted


def local_statistics(image: Array, stride_px: int) -> Array:
    """Mean and standard deviation of each Lab channel in 2 × 2 cells of 4 px (Clinchant et al., ImageEval 2007).

    Args:
        image: (h, w, 3) float32 Lab, at least 8 × 8.
        stride_px: distance of neighbouring patches.

    Returns:
        (n, 24) float32 in the order (row, column, mean then deviation, channel).
    """
    mean = cv2.boxFilter(image, -1, (_CELL_PX, _CELL_PX))
    square = cv2.boxFilter(image * image, -1, (_CELL_PX, _CELL_PX))
    cells = np.concatenate([mean, np.sqrt(np.maximum(square - mean * mean, 0))], axis=2)
    rows, columns = ((side - GRID * _CELL_PX) // stride_px + 1 for side in image.shape[:2])
    grid = np.empty((rows, columns, GRID, GRID, 6), np.float32)
    for row in range(GRID):
        for column in range(GRID):
            top, left = (_CELL_PX // 2 + _CELL_PX * cell for cell in (row, column))
            grid[:, :, row, column] = sampled(cells, (top, left), (rows, columns), stride_px)
    return grid.reshape(-1, STATISTICS_DIMENSION)


def chroma_sift(image: Array, stride_px: int) -> Array:
    """RootSIFT of channel a beside that of channel b: (h, w, 3) float32 Lab → (n, 256) float32."""
    sides = [dense_sift(np.ascontiguousarray(image[..., channel]), stride_px) for channel in (1, 2)]
    return np.concatenate([root_normalised(side, _CHROMA_FLOOR) for side in sides], axis=1)


def mirrored_statistics_order() -> NDArray[np.intp]:
    """As `sift.mirrored_order`, of `local_statistics`."""
    return np.arange(STATISTICS_DIMENSION).reshape(GRID, GRID, 6)[:, ::-1].reshape(-1)


def mirrored_chroma_order() -> NDArray[np.intp]:
    """As `sift.mirrored_order`, of `chroma_sift`."""
    return np.concatenate([mirrored_order(), DIMENSION + mirrored_order()])
