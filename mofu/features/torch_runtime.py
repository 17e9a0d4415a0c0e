"""uint8 pictures of one size → activations by torch, on the CPU or a GPU.

On a GPU the pictures travel as uint8 from page-locked memory while those before them are computed. Nothing is compiled:
that takes tens of seconds, in which a GPU has computed a hundred thousand pictures without.
"""

from __future__ import annotations

import copy
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from itertools import islice
from typing import Protocol

import numpy as np
import torch
from threadpoolctl import ThreadpoolController

from mofu.features.backbone import Vectors
from mofu.features.preprocessing import Preprocessing
from mofu.imaging.decoders import cores
from mofu.imaging.results import Pixels

_CHUNK = 4
"""Pictures that a thread computes at once: more are no faster, and VGG16's first activations take 13 MB each."""
_STREAMS = 16

LOST = (torch.OutOfMemoryError, getattr(torch, "AcceleratorError", RuntimeError))
"""What a device raises that has no room for one picture, or is there no more (RuntimeError before torch 2.8)."""


class Engine(Protocol):
    """What computes."""

    def __call__(self, images: Iterable[Pixels]) -> Vectors:
        """(n, d) float32 of n pictures, at least one, (h, w, 3) uint8 and all of one size."""


class Normalised(torch.nn.Module):
    """A network behind its normalisation: (n, h, w, 3) uint8 → (n, d) float32."""

    mean: torch.Tensor
    std: torch.Tensor

    def __init__(self, network: torch.nn.Module, preprocessing: Preprocessing) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("mean", 255 * torch.tensor(preprocessing.mean)[:, None, None], persistent=False)
        self.register_buffer("std", 255 * torch.tensor(preprocessing.std)[:, None, None], persistent=False)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return activations; pictures in this order of axes are channels_last without a copy."""
        shown = images.permute(0, 3, 1, 2).float()
        rows: torch.Tensor = self.network((shown - self.mean) / self.std)
        return rows.float()


class CpuEngine:
    """A network on the CPU: one picture after the other on each core.

    Threads that share a picture wait for each other at every layer, ten times as long where a neighbour holds one of
    them up, as decoding does (ResNet-50 on two cores, bfloat16: 25 ms an image together, 19 apart).
    """

    def __init__(self, network: Normalised, *, reduced: bool) -> None:
        """Take the network over.

        Args:
            reduced: in bfloat16 where torch deems it safe. Its kernels round by the size of the batch, so that one
                which is not full is filled up: a picture's activations depend on nothing but itself.
        """
        self._network = network.to(memory_format=torch.channels_last)
        self._reduced = reduced
        streams = min(cores(), _STREAMS)
        self._threads = ThreadPoolExecutor(streams, "torch", own_threads, (max(1, cores() // streams),))

    def __call__(self, images: Iterable[Pixels]) -> Vectors:
        """As `Engine` has it."""
        return np.concatenate(list(self._threads.map(self._rows, _chunks(iter(images), _CHUNK))))

    def _rows(self, images: Sequence[Pixels]) -> Vectors:
        count = _CHUNK if self._reduced else len(images)
        with torch.inference_mode(), _precision("cpu", self._reduced):
            rows: Vectors = self._network(_staged(images, count, pin=False))[: len(images)].numpy()
        return rows


class DeviceEngine:
    """A copy of a network on a GPU.

    Attributes:
        at_once: pictures computed at once; halved whenever the device has no room for them.
    """

    def __init__(self, network: Normalised, device: torch.device, at_once: int, *, reduced: bool) -> None:
        """Place a copy on the device; `reduced` is that of `CpuEngine`; raises what `LOST` names."""
        self._network = copy.deepcopy(network).to(device).to(memory_format=torch.channels_last)
        self._device, self._reduced, self.at_once = device, reduced, at_once

    def __call__(self, images: Iterable[Pixels]) -> Vectors:
        """As `Engine` has it; raises what `LOST` names."""
        coming, waiting = iter(images), list[Pixels]()
        rows: list[torch.Tensor] = []
        while waiting := waiting or list(islice(coming, self.at_once)):
            at_once = self.at_once  # another thread may halve it at any time
            taken = waiting[:at_once]
            try:
                rows.append(self._rows(taken, at_once))
            except torch.OutOfMemoryError:
                if len(taken) == 1:
                    raise
                self._shrink(len(taken))
            else:
                waiting = waiting[len(taken) :]
        vectors: Vectors = torch.cat(rows).cpu().numpy()
        return vectors

    def _shrink(self, tried: int) -> None:
        self.at_once = tried // 2
        if self._device.type == "cuda":
            torch.cuda.empty_cache()

    def _rows(self, images: Sequence[Pixels], at_once: int) -> torch.Tensor:
        """(len(images), d) float32 on the device, maybe not computed yet."""
        pin = self._device.type == "cuda"
        with torch.inference_mode(), _precision(self._device.type, self._reduced):
            staged = _staged(images, at_once if self._reduced else len(images), pin=pin)
            rows: torch.Tensor = self._network(staged.to(self._device, non_blocking=pin))
        return rows[: len(images)]


class FallingBack:
    """An engine on a device that may be lost; from then on, another one, with one warning."""

    def __init__(self, engine: Engine, instead: Callable[[], Engine], name: str) -> None:
        """Start with `engine`; `instead` makes the other one; `name` is the backbone's, for the warning."""
        self._engine, self._instead, self._name = engine, instead, name
        self._lock = threading.Lock()

    def __call__(self, images: Iterable[Pixels]) -> Vectors:
        """As `Engine` has it; the pictures are gone through again where the device is lost."""
        engine = self._engine
        try:
            return engine(images)
        except LOST as error:
            reason = str(error)
        with self._lock:
            if self._engine is engine:
                lost(self._name, reason)
                self._engine = self._instead()
        return self._engine(images)


def lost(name: str, reason: str) -> None:
    """Warn, in the first line of what a driver says, that the GPU is out of use."""
    told = reason.strip().partition("\n")[0]
    warnings.warn(f"{name}: the GPU cannot be used ({told}): going on with the CPU", RuntimeWarning, stacklevel=3)


def own_threads(count: int) -> None:
    """Give the calling thread so many threads for its layers; torch would do the same to every other thread."""
    torch.get_num_threads()  # sets up the thread's own, which would undo the next line if it came after it
    ThreadpoolController().select(user_api="openmp").limit(limits=count)


def _precision(device: str, reduced: bool) -> AbstractContextManager[object]:
    return torch.autocast(device, torch.bfloat16) if reduced else nullcontext()


def _chunks(images: Iterator[Pixels], size: int) -> Iterator[list[Pixels]]:
    while chunk := list(islice(images, size)):
        yield chunk


def _staged(images: Sequence[Pixels], count: int, *, pin: bool) -> torch.Tensor:
    """(count, h, w, 3) uint8, black after the last picture; page-locked memory stays torch's until it was copied."""
    staged = torch.zeros((count, *images[0].shape), dtype=torch.uint8, pin_memory=pin)
    np.stack(images, out=staged.numpy()[: len(images)])
    return staged
