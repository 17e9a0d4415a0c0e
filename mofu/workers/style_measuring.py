"""A lesson of styles → the statistics of its images, kept batch by batch until the pack is whole."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mofu.db.durable import write_file
from mofu.features.backbone import Backbone
from mofu.imaging.results import Pixels
from mofu.settings import StyleSettings
from mofu.style.layers import PIXELS
from mofu.style.measuring import Unmeasured, measure
from mofu.style.statistics import Array, LayerStatistics, Statistics, descriptor
from mofu.workers.region_maps import RegionMaps
from mofu.workers.region_pictures import read_pictures
from mofu.workers.style_lessons import StyleLesson
from mofu.workers.style_store import MEASURING
from mofu.workers.workshop import Workshop

BATCH = 16


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """The images of a lesson that could be measured.

    Attributes:
        names: SHA-256, the best first; `statistics` is theirs.
        failed: why others could not, by name.
        masked: how many of them were measured in their regions alone.
    """

    names: tuple[str, ...]
    statistics: tuple[Statistics, ...]
    failed: dict[str, str]
    masked: int


@dataclass(frozen=True, slots=True, eq=False)
class _One:
    statistics: Statistics | None
    reason: str
    masked: bool


class Measurer:
    """Measures images by one backbone, a batch at a time."""

    def __init__(self, workshop: Workshop, backbone: Backbone, layers: Sequence[str], settings: StyleSettings) -> None:
        self._workshop, self._backbone, self._layers, self._settings = workshop, backbone, tuple(layers), settings
        self._maps = RegionMaps(workshop.root)

    def measure(self, lesson: StyleLesson, mark: str) -> Measured:
        """Measure a lesson's images; what was measured before under the same mark is read."""
        found: dict[str, _One] = {}
        folder = self._workshop.root / MEASURING / mark
        for start in range(0, len(lesson.images), BATCH):
            names = lesson.images[start : start + BATCH]
            path = folder / f"{start}.npz"
            batch = _read(path, names, self._layers)
            if batch is None:
                batch = self._measured(lesson, names)
                write_file(path, [_packed(batch)])
            found |= batch
            failed = sum(each.statistics is None for each in found.values())
            self._workshop.progress.advance(len(found), len(lesson.images), failed)
        whole = {name: each for name, each in found.items() if each.statistics is not None}
        return Measured(
            tuple(whole),
            tuple(each.statistics for each in whole.values() if each.statistics is not None),
            {name: each.reason for name, each in found.items() if each.statistics is None},
            sum(each.masked for each in whole.values()),
        )

    def described(self, names: Sequence[str]) -> dict[str, Array]:
        """The descriptors of images by all layers but the pixels, those left out that cannot be measured.

        Each counts whole: they are images of the background, which has no regions.
        """
        found: dict[str, Array] = {}
        for start in range(0, len(names), BATCH):
            read = read_pictures(self._workshop, names[start : start + BATCH], self._settings.side_px)
            seen = {each.sha256: each.pixels for each in read if each.pixels is not None}
            for name, each in zip(seen, self._run(list(seen.values()), [None] * len(seen)), strict=True):
                if not isinstance(each, Unmeasured):
                    found[name] = descriptor({layer: each[layer] for layer in self._layers if layer != PIXELS})
        return found

    def forget(self, mark: str) -> None:
        """Remove what was kept under a mark."""
        shutil.rmtree(self._workshop.root / MEASURING / mark, ignore_errors=True)

    def _measured(self, lesson: StyleLesson, names: Sequence[str]) -> dict[str, _One]:
        pictures = {each.sha256: each for each in read_pictures(self._workshop, names, self._settings.side_px)}
        seen = {name: each.pixels for name, each in pictures.items() if each.pixels is not None}
        masks = {name: lesson.mask(self._maps, name) for name in seen}
        first = self._run(list(seen.values()), list(masks.values()))
        # a region that is too small to be measured is no reason to lose its image
        again = [name for name, each in zip(seen, first, strict=True) if isinstance(each, Unmeasured) and each.by_mask]
        whole = dict(zip(again, self._run([seen[name] for name in again], [None] * len(again)), strict=True))
        found = dict(zip(seen, first, strict=True)) | whole
        return {
            name: _one(found.get(name), pictures[name].reason, masks.get(name) is not None and name not in whole)
            for name in names
        }

    def _run(self, pixels: list[Pixels], masks: list[NDArray[np.float32] | None]) -> list[Statistics | Unmeasured]:
        if not pixels:
            return []
        device = self._workshop.settings.features.device
        return measure(self._backbone, pixels, self._layers, masks, side_px=self._settings.side_px, device=device)


def _one(found: Statistics | Unmeasured | None, reason: str | None, masked: bool) -> _One:
    if found is None or isinstance(found, Unmeasured):
        return _One(None, found.reason if found else reason or "it cannot be read", False)
    return _One(found, "", masked)


def _packed(batch: dict[str, _One]) -> bytes:
    arrays: dict[str, Any] = {
        "names": np.array(list(batch)),
        "reasons": np.array([each.reason for each in batch.values()]),
        "masked": np.array([each.masked for each in batch.values()]),
    }
    for name, each in batch.items():
        for layer, of_layer in (each.statistics or {}).items():
            arrays |= {f"{name}/{layer}/mean": of_layer.mean, f"{name}/{layer}/moment": of_layer.moment}
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def _read(path: Path, names: Sequence[str], layers: Sequence[str]) -> dict[str, _One] | None:
    """A batch that was kept; None without one, or where it is damaged: it is measured again."""
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
            if file["names"].tolist() != list(names):
                return None
            return {
                name: _One(_statistics(file, name, layers) if not reason else None, reason, masked)
                for name, reason, masked in zip(names, file["reasons"].tolist(), file["masked"].tolist(), strict=True)
            }
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def _statistics(file: Any, name: str, layers: Sequence[str]) -> Statistics:
    return {layer: LayerStatistics(file[f"{name}/{layer}/mean"], file[f"{name}/{layer}/moment"]) for layer in layers}
