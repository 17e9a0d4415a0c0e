"""Pictures and where they count → the statistics of a backbone's maps, each picture's own.

Pictures of one shape go through the network together. One that cannot be measured costs itself alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from mofu.errors import InvalidInputError
from mofu.features.backbone import Backbone
from mofu.imaging.results import Pixels
from mofu.imaging.scaling import scaled
from mofu.style.layers import PIXELS
from mofu.style.reading import Device, Reader
from mofu.style.statistics import Array, LayerStatistics, Statistics, measured

SIDE_PX = 256
"""Longer side of a picture as it is measured, unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """Why a picture has no statistics.

    Attributes:
        reason: one line.
        by_mask: its mask is the reason: without one, it may have them.
    """

    reason: str
    by_mask: bool = False


def measure(
    backbone: Backbone,
    pixels: Sequence[Pixels],
    layers: Sequence[str],
    masks: Sequence[Array | None] | None = None,
    *,
    side_px: int = SIDE_PX,
    device: Device = "auto",
) -> list[Statistics | Unmeasured]:
    """Statistics of pictures, the same whatever the pictures they come with, but for the rounding of float32.

    Args:
        backbone: any with maps.
        pixels: (h, w, 3) uint8 RGB each, scaled down to `side_px`, never up; squashed to a square where the network
            takes nothing else.
        layers: that have maps, from the pixels up; `pixels` is the picture itself.
        masks: (h, w) float32 in [0, 1] each, how much each position counts, of any size: it is brought to that of
            each map by area; None: the whole picture.
        side_px: longer side, at most.
        device: where the network runs; without room there, with fewer pictures at once, then on the CPU.

    Returns:
        Of each picture its statistics, in the order of `layers`, or why it has none.

    Raises:
        UnknownNameError: a layer that has no maps; lists those that have.
        InvalidInputError: the backbone has no network, or there are more or fewer masks than pictures.
        InvalidSettingError: a GPU is asked for and there is none.
    """
    wanted = [None] * len(pixels) if masks is None else list(masks)
    if len(wanted) != len(pixels):
        raise InvalidInputError(f"{len(wanted)} masks of {len(pixels)} pictures: expected one, or None, of each")
    reader = Reader(backbone, [name for name in layers if name != PIXELS], device)
    found: dict[int, Statistics | Unmeasured] = {}
    groups: dict[tuple[int, ...], dict[int, Pixels]] = defaultdict(dict)
    for number, given in enumerate(pixels):
        problem = _problem(given, wanted[number])
        if problem is None:
            shown = reader.shown(scaled(given, side_px, "longer"))
            groups[shown.shape][number] = shown
        else:
            found[number] = problem
    for group in groups.values():
        for number, maps in zip(group, reader.maps(list(group.values())), strict=True):
            if isinstance(maps, str):
                found[number] = Unmeasured(maps)
                continue
            maps[PIXELS] = np.asarray(group[number].transpose(2, 0, 1) / 255, np.float32)
            found[number] = _statistics(maps, layers, wanted[number])
    return [found[number] for number in range(len(pixels))]


def _problem(pixels: Pixels, mask: Array | None) -> Unmeasured | None:
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8 or not pixels.size:
        return Unmeasured(f"pixels {pixels.shape} {pixels.dtype}: expected (height, width, 3) uint8 RGB")
    if mask is None:
        return None
    if mask.ndim != 2 or not mask.size or not (mask.min() >= 0 and mask.max() <= 1):
        return Unmeasured(f"mask {mask.shape}: expected (height, width) of numbers in [0, 1]", by_mask=True)
    return None


def _statistics(maps: Mapping[str, Array], layers: Sequence[str], mask: Array | None) -> Statistics | Unmeasured:
    found: dict[str, LayerStatistics] = {}
    for name in layers:
        try:
            found[name] = measured(maps[name], _resized(mask, maps[name].shape[1:]))
        except InvalidInputError as error:
            return Unmeasured(f"{name}: {error}", by_mask=mask is not None)
    return found


def _resized(mask: Array | None, shape: tuple[int, ...]) -> Array | None:
    if mask is None:
        return None
    height, width = shape
    resized = cv2.resize(mask.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA)
    return np.clip(resized, 0, 1)
