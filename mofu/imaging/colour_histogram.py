"""A thumbnail of ours → its distribution of colours, without where they are: what colour alone can tell."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray

from mofu.imaging.results import Pixels

LIGHTNESS_EDGES = (20.0, 40.0, 60.0, 80.0)
OPPONENT_EDGES = (-30.0, -15.0, -5.0, 5.0, 15.0, 30.0)
"""Edges of the bins of L (0 … 100) and of a and b (0 is grey), finest where photographs are."""

BINS = (len(LIGHTNESS_EDGES) + 1) * (len(OPPONENT_EDGES) + 1) ** 2


def histogram(thumbnail: Path) -> NDArray[np.float32] | None:
    """The colours of a thumbnail; None where there is none that can be read. See `lab_histogram`."""
    try:
        pixels = simplejpeg.decode_jpeg(thumbnail.read_bytes(), fastdct=True)
    except (OSError, ValueError):
        return None
    return lab_histogram(pixels)


def lab_histogram(pixels: Pixels) -> NDArray[np.float32]:
    """Square roots of the shares of pixels in each bin of CIE Lab: (h, w, 3) uint8 RGB → (245,) float32 of length 1.

    The inner product of two is the Bhattacharyya coefficient of the two distributions, 0 … 1.
    """
    lab = cv2.cvtColor(pixels.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2LAB).reshape(-1, 3)
    lightness = np.digitize(lab[:, 0], LIGHTNESS_EDGES)
    green_red, blue_yellow = (np.digitize(lab[:, channel], OPPONENT_EDGES) for channel in (1, 2))
    side = len(OPPONENT_EDGES) + 1
    counts = np.bincount((lightness * side + green_red) * side + blue_yellow, minlength=BINS)
    return np.sqrt(counts / len(lab)).astype(np.float32)
