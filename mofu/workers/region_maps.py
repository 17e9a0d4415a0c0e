"""Soft maps of regions ↔ greyscale PNG files under the SHA-256 of their bytes: `regions/ab/cdef….png`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mofu.errors import InvalidInputError
from mofu.workers.content_files import ContentFiles

FOLDER = "regions"
_LEVELS = 255
_FAST = 3
"""zlib's level: a map of 320 px takes 2 ms and hardly more room than at the best one."""

SoftMap = NDArray[np.float32]
"""(h, w) float32 in [0, 1]."""


def as_stored(soft_map: SoftMap) -> SoftMap:
    """(h, w) float32 in [0, 1] in the steps in which it is stored: what `read` gives back."""
    return _soft(_grey(soft_map))


class RegionMaps:
    """The maps of a library; each is written once and never changed."""

    def __init__(self, root: Path) -> None:
        remedy = "run `mofu check --repair`, then `mofu segment` again"
        self._files = ContentFiles(root / FOLDER, ".png", remedy)

    def put(self, soft_map: SoftMap) -> str:
        """Store a map, in steps of 1/255; it is durable when this returns.

        Args:
            soft_map: (h, w) float32 in [0, 1].

        Returns:
            The SHA-256 of the file's bytes, which is its name.

        Raises:
            InvalidInputError: not such an array.
            DiskFullError: no room; nothing half-written stays.
        """
        if soft_map.ndim != 2 or not soft_map.size or not (soft_map.min() >= 0 and soft_map.max() <= 1):
            raise InvalidInputError(f"map of shape {soft_map.shape}: expected (h, w) of numbers in [0, 1], not empty")
        content = cv2.imencode(".png", _grey(soft_map), [cv2.IMWRITE_PNG_COMPRESSION, _FAST])[1].tobytes()
        return self._files.put(content)

    def read(self, sha256: str) -> SoftMap:
        """A stored map, (h, w) float32 in [0, 1].

        Raises:
            DamagedError: it is missing, or not what its name says.
        """
        content = self._files.read(sha256)
        grey = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE)
        return _soft(grey)

    def path(self, sha256: str) -> Path:
        """Where a map's file is, or would be."""
        return self._files.path(sha256)

    def listing(self) -> Iterator[Path]:
        """Every file of the maps' folder, half-written ones included, in the order of their names."""
        return self._files.listing()


def _grey(soft_map: SoftMap) -> NDArray[np.uint8]:
    return np.rint(soft_map * _LEVELS).astype(np.uint8)


def _soft(grey: object) -> SoftMap:
    return np.asarray(np.asarray(grey, np.float32) / np.float32(_LEVELS), np.float32)
