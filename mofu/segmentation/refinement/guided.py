"""Soft masks and pixels → the masks as a local linear function of the colours: soft edges, in milliseconds.

He, Sun & Tang, "Guided Image Filtering", PAMI 2013, with the colours as the guide. OpenCV's filter of that name takes
the covariances of a guide in [0, 1] for singular and only blurs (5.0; in [0, 255] it is right), and takes longer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

import cv2
import numpy as np
from numpy.typing import NDArray

from mofu.imaging.results import Pixels
from mofu.segmentation.refinement.registry import Probabilities, refinement

Plane = NDArray[np.float32]

_SCALE = 0.5
"""Of the pictures on which the linear functions are found; they are applied at full size (He & Sun, "Fast Guided
Filter", 2015). A fifth of the time for six labels of 320 × 240, and 0.0016 apart on average; at a quarter 0.0046."""
_LARGE_PX = 64
"""Shorter side from which on pictures are scaled."""
_LEAST = 1e-6
"""Of a label after filtering, so that the labels of a pixel never sum to 0."""
_PAIRS = tuple(combinations_with_replacement(range(3), 2))


@dataclass(frozen=True, slots=True)
class GuidedParameters:
    """How far and how closely the masks follow the picture.

    Attributes:
        radius_share: of the window, as a share of the longer side.
        flatness: variance of colours in [0, 1] below which a window counts as flat and the masks are averaged.
        scale: of the pictures on which the linear functions are found, where they are large enough.
    """

    radius_share: float = 0.025
    flatness: float = 1e-3
    scale: float = _SCALE


DEFAULT = GuidedParameters()


def guided(probabilities: Probabilities, pixels: Pixels, parameters: GuidedParameters = DEFAULT) -> Probabilities:
    """Filter every label with the same guide, and bring the labels of a pixel back to a sum of 1.

    Args:
        probabilities: (labels, h, w) float32 that sum to 1.
        pixels: (h, w, 3) uint8 RGB.

    Returns:
        (labels, h, w) float32 that sum to 1.
    """
    guide = _Guide(pixels, parameters)
    found = np.empty(probabilities.shape, np.float32)
    # linear, and of ones it makes ones: the last label is what the others leave
    found[-1] = 1
    for row, label in enumerate(probabilities[:-1]):
        found[row] = guide.filtered(label)
        found[-1] -= found[row]
    np.clip(found, _LEAST, 1, out=found)
    found /= found.sum(axis=0)
    return found


class _Guide:
    """What filtering needs of a picture, found once for all of its labels: planes, each small enough for a cache."""

    def __init__(self, pixels: Pixels, parameters: GuidedParameters) -> None:
        height, width = pixels.shape[:2]
        scale = parameters.scale if min(height, width) >= _LARGE_PX else 1.0
        self._full = (width, height)
        self._small = (max(1, round(scale * width)), max(1, round(scale * height)))
        side_px = 2 * max(1, round(parameters.radius_share * max(height, width) * scale)) + 1
        self._window = (side_px, side_px)
        self._colours = [pixels[:, :, band].astype(np.float32) / np.float32(255) for band in range(3)]
        self._reduced = [self._shrunk(colour) for colour in self._colours]
        self._means = [self._mean(colour) for colour in self._reduced]
        self._inverse = _inverse(self._covariances(), np.float32(parameters.flatness))

    def filtered(self, label: Plane) -> Plane:
        """(h, w) → (h, w): the mean of the linear functions of all windows around a pixel, of its colour."""
        reduced = self._shrunk(label)
        mean = self._mean(reduced)
        with_colours = [self._mean(reduced * self._reduced[band]) - mean * self._means[band] for band in range(3)]
        slopes = [_dot(row, with_colours) for row in self._inverse]
        offset = mean - _dot(slopes, self._means)
        found = self._enlarged(self._mean(offset))
        for slope, colour in zip(slopes, self._colours, strict=True):
            part = self._enlarged(self._mean(slope))
            part *= colour
            found += part
        return found

    def _covariances(self) -> dict[tuple[int, int], Plane]:
        """Of each pair of colours in each window."""
        return {
            (one, other): self._mean(self._reduced[one] * self._reduced[other]) - self._means[one] * self._means[other]
            for one, other in _PAIRS
        }

    def _mean(self, plane: Plane) -> Plane:
        return np.asarray(cv2.blur(plane, self._window, borderType=cv2.BORDER_REFLECT), np.float32)

    def _shrunk(self, plane: Plane) -> Plane:
        return np.asarray(cv2.resize(plane, self._small, interpolation=cv2.INTER_LINEAR), np.float32)

    def _enlarged(self, plane: Plane) -> Plane:
        return np.asarray(cv2.resize(plane, self._full, interpolation=cv2.INTER_LINEAR), np.float32)


def _inverse(covariances: dict[tuple[int, int], Plane], flatness: np.float32) -> list[list[Plane]]:
    """(Σ + flatness · 1)⁻¹ of every pixel, 3 × 3 planes, by cofactors: a symmetric matrix that is never singular."""
    covariances = {pair: plane + flatness if pair[0] == pair[1] else plane for pair, plane in covariances.items()}
    matrix = [[covariances[min(row, column), max(row, column)] for column in range(3)] for row in range(3)]
    cofactors: dict[tuple[int, int], Plane] = {}
    for row, column in _PAIRS:
        # the two that follow, around the end: their order makes the sign
        (up, down), (left, right) = (((each + 1) % 3, (each + 2) % 3) for each in (row, column))
        cofactors[row, column] = matrix[up][left] * matrix[down][right] - matrix[up][right] * matrix[down][left]
    determinant = _dot(matrix[0], [cofactors[0, column] for column in range(3)])
    inverse = {pair: cofactor / determinant for pair, cofactor in cofactors.items()}
    return [[inverse[min(row, column), max(row, column)] for column in range(3)] for row in range(3)]


def _dot(some: Sequence[Plane], others: Sequence[Plane]) -> Plane:
    """Σ of the products of three planes and three."""
    found = some[0] * others[0]
    for one, other in zip(some[1:], others[1:], strict=True):
        found += one * other
    return found


@refinement("guided")
def _guided(probabilities: Probabilities, pixels: Pixels) -> Probabilities:
    return guided(probabilities, pixels)
