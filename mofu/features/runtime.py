"""A torch network → activations of pixels, on whatever this machine computes fastest and right.

A GPU where torch finds one; else OpenVINO where it is installed; else torch on the CPU; each in bfloat16 where the
processor has it, unless the settings forbid that. Whatever is not torch's float32 is held against it once, on pictures
of our own, and used only where both agree: a backbone's identity does not tell them apart.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import torch

from mofu.errors import InvalidSettingError, MissingPackageError
from mofu.features.backbone import Vectors
from mofu.features.openvino_runtime import OpenvinoEngine, is_installed
from mofu.features.preprocessing import Preprocessing, prepared
from mofu.features.processor import has_bf16
from mofu.features.torch_runtime import LOST, CpuEngine, DeviceEngine, Engine, FallingBack, Normalised, lost
from mofu.imaging.decoders import cores
from mofu.imaging.results import Pixels
from mofu.settings import FeaturesSettings

AGREEMENT = 0.999
"""Cosine to torch's float32 that every other way of computing must reach."""


class Runner:
    """A network with its preprocessing, ready to be called; threads may share it.

    Attributes:
        name: of the backbone, for messages.
        runtime: what computes, e.g. `openvino bfloat16`.
    """

    def __init__(
        self, module: torch.nn.Module, preprocessing: Preprocessing, settings: FeaturesSettings, name: str
    ) -> None:
        """Take a network over and find out what computes it best.

        Args:
            module: (n, 3, h, w) float32, normalised → (n, d) float32; a row must not depend on the other images.
            preprocessing: how pixels become its input.
            settings: device, runtime, precision, and the images that a GPU computes at once.
            name: of the backbone, for messages.

        Raises:
            InvalidSettingError: a device that is not there, or that the runtime does not know.
            MissingPackageError: the runtime asked for is not installed.
        """
        self.name, self._preprocessing = name, preprocessing
        self._network = Normalised(module, preprocessing).eval().requires_grad_(False)
        self._threads = ThreadPoolExecutor(cores(), "preprocessing")
        self._reduced = settings.precision == "auto"
        self.runtime, self._engine = self._chosen(settings)

    def __call__(self, pixels: Sequence[Pixels]) -> Vectors:
        """Activations of images, the same whatever the batch they come in.

        Args:
            pixels: (h, w, 3) uint8 RGB each, at least one.

        Returns:
            (len(pixels), d) float32.
        """
        groups: dict[tuple[int, int], list[int]] = {}
        for index, image in enumerate(pixels):
            groups.setdefault(self._shape(image), []).append(index)
        parts = [self._engine(self._prepared([pixels[index] for index in group])) for group in groups.values()]
        rows = np.empty((len(pixels), parts[0].shape[1]), np.float32)
        for group, part in zip(groups.values(), parts, strict=True):
            rows[group] = part
        return rows

    def _shape(self, image: Pixels) -> tuple[int, int]:
        """Height and width once it is prepared."""
        crop_px = self._preprocessing.crop_px
        if crop_px is not None:
            return crop_px, crop_px
        width, height = self._preprocessing.size(image.shape[1], image.shape[0])
        return height, width

    def _prepared(self, pixels: Sequence[Pixels]) -> Prepared:
        return Prepared(self._threads, self._preprocessing, pixels)

    def _chosen(self, settings: FeaturesSettings) -> tuple[str, Engine]:
        if _device(settings) == "cuda":
            return self._on_gpu(torch.device("cuda"), settings.batch)
        if settings.runtime == "openvino" and not is_installed():
            raise MissingPackageError("features.runtime=openvino needs OpenVINO: pip install 'mofu[openvino]'")
        if settings.runtime != "torch" and is_installed():
            return self._by_openvino() or self._on_cpu()
        return self._on_cpu()

    def _on_cpu(self) -> tuple[str, Engine]:
        exact = CpuEngine(self._network, reduced=False)
        if not (self._reduced and has_bf16()):
            return "torch float32", exact
        reduced = CpuEngine(self._network, reduced=True)
        return ("torch bfloat16", reduced) if self._agree(reduced, exact) else ("torch float32", exact)

    def _on_gpu(self, device: torch.device, at_once: int) -> tuple[str, Engine]:
        try:
            exact = DeviceEngine(self._network, device, at_once, reduced=False)
            reduced = self._reduced and torch.cuda.is_bf16_supported(including_emulation=False)
            engine = DeviceEngine(self._network, device, at_once, reduced=reduced)
            kept = engine if self._agree(engine, exact) else exact
        except LOST as error:
            lost(self.name, str(error))
            return self._on_cpu()
        return f"torch {device.type}", FallingBack(kept, lambda: self._on_cpu()[1], self.name)

    def _by_openvino(self) -> tuple[str, Engine] | None:
        """OpenVINO in the fewest bits that agree; None, with a warning, where none do."""
        exact = CpuEngine(self._network, reduced=False)
        crop_px = self._preprocessing.crop_px or -1
        try:
            for kind, reduced in (("bfloat16", True), ("float32", False))[not (self._reduced and has_bf16()) :]:
                engine = OpenvinoEngine(self._network, (crop_px, crop_px), reduced=reduced)
                if self._agree(engine, exact):
                    return f"openvino {kind}", engine
            reason = f"its activations differ from torch's (cosine below {AGREEMENT})"
        except Exception as error:  # noqa: BLE001 - a network that it does not know makes it raise whatever it meets
            reason = " ".join(str(error).split())
        warnings.warn(f"{self.name}: OpenVINO is not used, torch is: {reason}", RuntimeWarning, stacklevel=2)
        return None

    def _agree(self, engine: Engine, exact: Engine) -> bool:
        """Whether an engine gives what float32 gives, for each of our own pictures."""
        groups: dict[tuple[int, int], list[Pixels]] = {}
        for image in _probe(self._preprocessing.side_px):
            groups.setdefault(self._shape(image), []).append(image)
        prepared = [self._prepared(group) for group in groups.values()]
        return all(cosines(engine(group), exact(group)).min() >= AGREEMENT for group in prepared)


class Prepared(Iterable[Pixels]):
    """Pictures as a network is shown them, prepared in threads while those before them are computed."""

    def __init__(self, threads: ThreadPoolExecutor, preprocessing: Preprocessing, pixels: Sequence[Pixels]) -> None:
        self._threads, self._preprocessing, self._pixels = threads, preprocessing, pixels

    def __iter__(self) -> Iterator[Pixels]:
        return self._threads.map(partial(prepared, preprocessing=self._preprocessing), self._pixels)


def cosines(found: Vectors, expected: Vectors) -> Vectors:
    """Cosine of each row of (n, d) to its fellow, 0 where either is not finite, 1 where both are zero."""
    norms = np.linalg.norm(found, axis=1), np.linalg.norm(expected, axis=1)
    both_zero = (norms[0] == 0) & (norms[1] == 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        cosine = (found.astype(np.float64) * expected).sum(axis=1) / (norms[0] * norms[1])
    return np.nan_to_num(np.where(both_zero, 1.0, cosine), nan=0.0).astype(np.float32)


def _probe(side_px: int) -> list[Pixels]:
    """Four pictures, coarse patches under grain, one of them wider than high."""
    rng = np.random.default_rng(0)
    return [_picture(rng, side_px, width) for width in (side_px, side_px, side_px, side_px * 5 // 4)]


def _picture(rng: np.random.Generator, height: int, width: int) -> Pixels:
    patches = rng.integers(0, 224, (8, 8, 3), np.uint8)
    rows, columns = np.arange(height) * 8 // height, np.arange(width) * 8 // width
    grain = rng.integers(0, 32, (height, width, 3), np.uint8)
    return np.asarray(patches[rows[:, None], columns] + grain)


def _device(settings: FeaturesSettings) -> str:
    there = torch.cuda.is_available()
    if settings.device == "cuda" and not there:
        raise InvalidSettingError("features.device=cuda: torch finds no GPU on this machine: use auto or cpu")
    if settings.device == "cuda" and settings.runtime == "openvino":
        raise InvalidSettingError("features.runtime=openvino computes on the CPU: expected features.device=cpu or auto")
    on_gpu = settings.device != "cpu" and there and settings.runtime != "openvino"
    return "cuda" if on_gpu else "cpu"
