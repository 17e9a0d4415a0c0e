"""A picture and its maps → superpixels, what borders on what, and the sums that any union of them is described by.

Superpixels are those of Achanta et al., "SLIC superpixels compared to state-of-the-art superpixel methods", PAMI 2012.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from mofu.imaging.results import Pixels

Array = NDArray[np.float32]

_COMPACTNESS = 20.0
_STEPS = 5
_LEAST_PER_CENT = 25  # of a superpixel's usual area, below which it joins its neighbour
_SMOOTH_PX = 1.5  # or superpixels follow the lines of a texture
_FLOOR = 1e-4  # of a variance: activations that are the same everywhere are not to be loud


@dataclass(frozen=True, slots=True, eq=False)
class Superpixels:
    """A picture cut into pieces.

    Attributes:
        labels: (h, w) int32, the superpixel of each pixel, from 0.
        areas: (s,) shares of the picture, which sum to 1.
        borders: (s, s) sparse, 1 where two touch.
        moments: (s, 2, c) means, and means of squares, of every channel of the maps.
        compared: (s, 2, c') the same of the maps by which it is joined to others.
        colours: (s, 2, 3) the same of L, a and b in OpenCV's 8 bits.
    """

    labels: NDArray[np.int32]
    areas: Array
    borders: csr_array
    moments: Array
    compared: Array
    colours: Array


def superpixels(pixels: Pixels, maps: Sequence[Array], compared: int, size_px: int) -> Superpixels:
    """Cut a picture.

    Args:
        pixels: (h, w, 3) uint8 RGB, sides of 32 px or more.
        maps: (c, h', w') of each layer.
        compared: how many of them, from the first on, are what superpixels are joined by.
        size_px: distance of neighbouring superpixels; 24 gives a picture of 256 px some hundred of them.
    """
    lab = np.asarray(cv2.GaussianBlur(cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB), (0, 0), _SMOOTH_PX), np.uint8)
    labels = _labels(lab, size_px)
    counts = np.bincount(labels.ravel())
    moments = [_moments(labels, each) for each in maps]
    colour = np.asarray(lab.transpose(2, 0, 1), np.float32)
    return Superpixels(
        labels=labels,
        areas=np.asarray(counts / labels.size, np.float32),
        borders=_borders(labels, len(counts)),
        moments=np.concatenate(moments, 2),
        compared=np.concatenate(moments[:compared], 2),
        colours=_moments(labels, colour),
    )


def spread(moments: Array) -> Array:
    """(n, 2, c) means of values and of squares → (n, 2c) means, then deviations, each to its signed square root.

    Roots, so that a few loud channels do not drown the rest.
    """
    mean, square = moments[:, 0], moments[:, 1]
    deviation = np.sqrt(np.maximum(square - mean * mean, 0) + np.float32(_FLOOR))
    return np.asarray(np.concatenate([np.sign(mean) * np.sqrt(np.abs(mean)), np.sqrt(deviation)], 1), np.float32)


def _labels(lab: Pixels, size_px: int) -> NDArray[np.int32]:
    slic = cv2.ximgproc.createSuperpixelSLIC(lab, cv2.ximgproc.SLIC, size_px, _COMPACTNESS)
    slic.iterate(_STEPS)
    slic.enforceLabelConnectivity(_LEAST_PER_CENT)
    labels = slic.getLabels()
    _, numbers = np.unique(labels, return_inverse=True)
    return np.asarray(numbers.reshape(labels.shape), np.int32)


def _borders(labels: NDArray[np.int32], count: int) -> csr_array:
    first = np.concatenate([labels[:, 1:].ravel(), labels[1:].ravel()])
    second = np.concatenate([labels[:, :-1].ravel(), labels[:-1].ravel()])
    pairs = np.unique(np.stack([first, second])[:, first != second], axis=1)
    rows, columns = np.concatenate([pairs, pairs[::-1]], 1)
    touching = coo_array((np.ones(len(rows)), (rows, columns)), shape=(count, count)).tocsr()
    touching.data[:] = 1
    return touching


def _moments(labels: NDArray[np.int32], maps: Array) -> Array:
    """(c, h', w') → (superpixels, 2, c): positions count by how many of their pixels lie in the superpixel."""
    channels, height, width = maps.shape
    rows, columns = (np.arange(side) * cells // side for side, cells in zip(labels.shape, (height, width), strict=True))
    places = (rows[:, None] * width + columns).ravel()
    ones, size = np.ones(labels.size, np.float32), (int(labels.max()) + 1, height * width)
    weights = coo_array((ones, (labels.ravel(), places)), shape=size).tocsr()
    values = np.ascontiguousarray(maps.reshape(channels, -1).T)
    sums = np.stack([weights @ values, weights @ (values * values)], 1)
    return np.asarray(sums / np.bincount(labels.ravel())[:, None, None], np.float32)
