"""Pictures of one shape → the maps of a backbone's layers, on a GPU while there is one that has room for them."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Literal

import cv2
import numpy as np
import torch

from mofu.errors import InvalidSettingError
from mofu.features.backbone import Backbone
from mofu.features.network import takes_any_size
from mofu.features.torch_runtime import LOST, lost
from mofu.imaging.results import Pixels
from mofu.style.statistics import Array

Device = Literal["auto", "cpu", "cuda"]

_AT_ONCE = {"cpu": 4, "cuda": 32}
_REFUSALS = (AssertionError, RuntimeError, ValueError)
"""What a network raises that cannot be shown pictures of this shape."""


def device_of(wanted: Device) -> torch.device:
    """The device that a setting stands for; InvalidSettingError where a GPU is asked for and there is none."""
    there = torch.cuda.is_available()
    if wanted == "cuda" and not there:
        raise InvalidSettingError("features.device=cuda: torch finds no GPU on this machine: use auto or cpu")
    return torch.device("cuda" if there and wanted != "cpu" else "cpu")


class Reader:
    """A backbone cut at some of its layers, maybe none."""

    def __init__(self, backbone: Backbone, layers: Sequence[str], device: Device) -> None:
        """Cut the backbone; raises as `Backbone.module` and `device_of` do."""
        self._name, self._layers, self._how = backbone.name, tuple(layers), backbone.spec.preprocessing
        self._network = backbone.module(layers).eval() if layers else torch.nn.Identity()
        self._any_size = not layers or takes_any_size(self._network)
        self._place(device_of(device))

    def shown(self, pixels: Pixels) -> Pixels:
        """A picture as the network takes it: itself, or squashed to the network's square."""
        if self._any_size:
            return pixels
        side = self._how.crop_px or self._how.side_px
        return np.asarray(cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA))

    def maps(self, images: Sequence[Pixels]) -> Iterator[dict[str, Array] | str]:
        """Of each picture the (c, h, w) float32 of every layer, or why the network has none for it."""
        waiting = images
        while waiting:
            taken = waiting[: self._at_once]
            found = self._tried(taken)
            if found is not None:
                yield from found
                waiting = waiting[len(taken) :]

    def _place(self, device: torch.device) -> None:
        self._device, self._at_once = device, _AT_ONCE[device.type]
        self._running = self._network if device.type == "cpu" else copy.deepcopy(self._network).to(device)

    def _tried(self, images: Sequence[Pixels]) -> list[dict[str, Array] | str] | None:
        """None where the device had no room: it has been given less to do."""
        try:
            found = self._computed(images)
        except _REFUSALS as error:
            if isinstance(error, LOST) and self._device.type != "cpu":
                self._make_room(error, len(images))
                return None
            return [self._refused(images[0], error)] * len(images)
        return [{name: maps[row] for name, maps in found.items()} for row in range(len(images))]

    def _refused(self, image: Pixels, error: Exception) -> str:
        height, width = image.shape[:2]
        reason = str(error).strip().partition("\n")[0]
        return f"{self._name} cannot be shown a picture of {width} × {height} ({reason}): leave it out"

    def _make_room(self, error: Exception, tried: int) -> None:
        if isinstance(error, torch.OutOfMemoryError) and tried > 1:
            self._at_once = tried // 2
            torch.cuda.empty_cache()
            return
        lost(self._name, str(error).strip().partition("\n")[0])
        self._place(torch.device("cpu"))

    def _computed(self, images: Sequence[Pixels]) -> dict[str, Array]:
        if not self._layers:
            return {}
        mean, deviation = (255 * torch.tensor(part)[:, None, None] for part in (self._how.mean, self._how.std))
        shown = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).float()
        with torch.inference_mode():
            weight = next(self._running.parameters())
            found = self._running(((shown - mean) / deviation).to(weight.device, weight.dtype))
        return {name: maps.float().cpu().numpy() for name, maps in zip(self._layers, found, strict=True)}
