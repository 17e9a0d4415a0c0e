"""The embedded network's forward pass in numpy: one picture in, the maps of its stages out.

A convolution is one matrix product over the rows that fit the cache, which BLAS does at nearly its full speed: 9 ms a
picture of 160 × 160 on one core, as torch takes with its own kernels, and the default backbone needs no torch. A
picture's maps depend on nothing but itself, whatever batch it came in. `network.py` is the same for gradients.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from mofu.features.embedded.weights import MEAN, STAGES, STD
from mofu.imaging.results import Pixels

Array = NDArray[np.float32]
_CACHED = 1 << 18  # numbers that a core's second cache holds


@dataclass(frozen=True, slots=True)
class _Convolution:
    """3 × 3 or 1 × 1, zeros around the picture.

    Attributes:
        weight: (k·k·channels in, channels out), rows in the order (row, column, channel).
        bias: (channels out,).
    """

    weight: Array
    bias: Array

    @classmethod
    def of(cls, tensors: Mapping[str, Array], name: str) -> _Convolution:
        """From (out, in, k, k), as torch keeps it."""
        weight = tensors[f"{name}.weight"].transpose(2, 3, 1, 0)
        return cls(np.ascontiguousarray(weight.reshape(-1, weight.shape[3])), tensors[f"{name}.bias"])

    def __call__(self, maps: Array) -> Array:
        """(h, w, channels in) → (h, w, channels out)."""
        height, width, channels = maps.shape
        if len(self.weight) == channels:
            return np.asarray(maps @ self.weight + self.bias)
        padded = np.pad(maps, ((1, 1), (1, 1), (0, 0)))
        found = np.empty((height, width, len(self.bias)), np.float32)
        step = max(1, _CACHED // (width * 9 * channels))
        down, right, along = padded.strides
        for row in range(0, height, step):
            rows = min(step, height - row)
            patches = as_strided(padded[row:], (rows, width, 3, 3 * channels), (down, right, down, along))
            into = found[row : row + rows].reshape(rows * width, -1)
            np.matmul(patches.reshape(rows * width, -1), self.weight, out=into)
        found += self.bias
        return found


class Engine:
    """The network with its weights, ready to run; threads may share it."""

    def __init__(self, tensors: Mapping[str, Array]) -> None:
        """Arrange the tensors of the weights file."""
        self._stem = _Convolution.of(tensors, "stem")
        self._stages = [
            [_Convolution.of(tensors, f"{stage.name}.{part}") for part in ("first", "second", "skip")]
            for stage in STAGES
        ]

    def maps(self, pixels: Pixels) -> list[Array]:
        """Activations of every stage.

        Args:
            pixels: (h, w, 3) uint8 RGB, a side at least 2 to the number of stages.

        Returns:
            (h / stride, w / stride, channels) float32 for each of `STAGES`, rounded down.
        """
        shown = (pixels / np.float32(255) - np.array(MEAN, np.float32)) / np.array(STD, np.float32)
        maps = _rectified(self._stem(np.asarray(shown, np.float32)))
        found = []
        for first, second, skip in self._stages:
            maps = _halved(maps)
            inner = second(_rectified(first(maps)))
            inner += skip(maps)
            maps = _rectified(inner)
            found.append(maps)
        return found


def _rectified(maps: Array) -> Array:
    return np.maximum(maps, 0, out=maps)


def _halved(maps: Array) -> Array:
    """The mean of each 2 × 2: a stride alone would alias."""
    height, width = (side // 2 * 2 for side in maps.shape[:2])
    even = maps[:height:2, :width] + maps[1:height:2, :width]
    return np.asarray((even[:, ::2] + even[:, 1::2]) * np.float32(0.25))
