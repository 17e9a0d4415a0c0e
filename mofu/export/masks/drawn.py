"""An image's regions → their masks at the size of the exported picture; which of them an export takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mofu.export.base import VerdictFilter
from mofu.export.dataset import DatasetImage, DatasetRegion
from mofu.export.masks.run_lengths import Mask


class UnreadableMapError(Exception):
    """The map of a region that cannot be read; its text is the reason."""


@dataclass(frozen=True, slots=True)
class DrawnRegion:
    """A region and its mask, (h, w) of the picture that it lies on, somewhere True."""

    region: DatasetRegion
    mask: Mask


def wanted(image: DatasetImage, verdicts: VerdictFilter) -> Iterator[DatasetRegion]:
    """The regions of an image that an export takes: none that were rejected, or those alone that were accepted."""
    for region in image.regions:
        if region.verdict == "accept" or (region.verdict != "reject" and verdicts != "accepted"):
            yield region


def draw(region: DatasetRegion, width: int, height: int) -> DrawnRegion | None:
    """A region on a picture of a size: where its map, scaled between its pixels, reaches the threshold.

    None where it reaches it nowhere.

    Raises:
        UnreadableMapError: its map is missing or no map.
    """
    scaled = cv2.resize(soft_map(region), (width, height), interpolation=cv2.INTER_LINEAR)
    mask: Mask = scaled >= region.threshold
    return DrawnRegion(region, mask) if mask.any() else None


def soft_map(region: DatasetRegion) -> NDArray[np.float32]:
    """The map of a region, (h, w) float32 in [0, 1].

    Raises:
        UnreadableMapError: it is missing or no map.
    """
    try:
        with Image.open(region.map) as file:
            return np.asarray(file.convert("L"), np.float32) / np.float32(255)
    except FileNotFoundError:
        raise UnreadableMapError("the map of its region is missing") from None
    except OSError as error:
        raise UnreadableMapError(f"the map of its region cannot be read: {error.strerror or error}") from error
