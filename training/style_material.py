"""Seeds → the pictures and styles on which the style networks are trained; nothing but drawn ones.

material = Material(folder)      # draws and measures what is not in the folder yet: a few minutes
material.contents                # scenes, and surfaces among them
material.styles                  # surfaces, alone or several of a kind merged, as packs merge a word's pictures
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from render import NAMES, SCENE, picture

from mofu.demo.pictures import DISTRACTORS, WORDS, draw
from mofu.style.feedforward.encoder import Encoder
from mofu.style.feedforward.moments import Moments, of_maps
from mofu.style.feedforward.trainer import cropped

PICTURE_PX = 192
DRAWN, DEMO_EACH, STYLES = 4_800, 56, 8_000
HELD = 200
"""Styles, the last ones, that no training draws."""
_FIRST_SEED, _FIRST_DEMO_SEED = 8_000_000, 900_000  # far from those of the embedded network and of the demo's web
_SUBJECTS = (*(word.text for word in WORDS), *DISTRACTORS)
_SINGLE, _MOST = 0.4, 8  # share of styles of one picture; most pictures merged
_SCENES = 0.7  # share of contents that show things rather than a surface
_SURFACES = (*NAMES, *(word.text for word in WORDS))
_Array = NDArray[np.float64]


class Material:
    """What is drawn, kept in a folder.

    Attributes:
        contents: pictures to be stylised.
        styles: the moments of styles.
    """

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "kinds.npy").is_file():
            _draw_all(folder)
        pixels, kinds = np.load(folder / "pixels.npy", mmap_mode="r"), np.load(folder / "kinds.npy")
        surfaces = (kinds != NAMES.index(SCENE)) & (kinds < 100 + len(WORDS))
        if not (folder / f"covariance-{encoder.layers[-1]}.npy").is_file():
            _measure_all(folder, encoder, pixels, kinds, np.flatnonzero(surfaces))
        self.contents = Scenes(pixels, surfaces)
        self.styles = Bank(folder, encoder.layers)


class Scenes:
    """Crops of drawn pictures, most of them of scenes."""

    def __init__(self, pixels: NDArray[np.uint8], surfaces: NDArray[np.bool_]) -> None:
        self._pixels = pixels
        self._scenes, self._surfaces = np.flatnonzero(~surfaces), np.flatnonzero(surfaces)

    def draw(self, generator: np.random.Generator, count: int, side_px: int) -> torch.Tensor:
        """See `trainer.Contents`."""
        found = []
        for _ in range(count):
            among = self._scenes if generator.random() < _SCENES else self._surfaces
            found.append(cropped(self._pixels[generator.choice(among)], generator, side_px))
        return torch.cat(found)


class Bank:
    """The moments of many styles."""

    def __init__(self, folder: Path, layers: tuple[str, ...]) -> None:
        self._means = [np.load(folder / f"mean-{layer}.npy") for layer in layers]
        self._covariances = [np.load(folder / f"covariance-{layer}.npy", mmap_mode="r") for layer in layers]

    def __len__(self) -> int:
        return len(self._means[0])

    def __getitem__(self, chosen: NDArray[np.intp]) -> Moments:
        return Moments(
            tuple(torch.from_numpy(means[chosen]) for means in self._means),
            tuple(torch.from_numpy(np.asarray(each[chosen], np.float32)) for each in self._covariances),
        )

    def draw(self, generator: np.random.Generator, count: int) -> Moments:
        """See `trainer.Styles`."""
        return self[np.sort(generator.choice(len(self) - HELD, count))]


def _draw_all(folder: Path) -> None:
    count = DRAWN + DEMO_EACH * len(_SUBJECTS)
    into = np.lib.format.open_memmap(folder / "pixels.npy", "w+", np.uint8, (count, PICTURE_PX, PICTURE_PX, 3))
    kinds = []
    with ProcessPoolExecutor(initializer=cv2.setNumThreads, initargs=(1,)) as processes:
        for number, (pixels, kind) in enumerate(processes.map(_drawn, range(count), chunksize=32)):
            into[number] = pixels
            kinds.append(kind)
    into.flush()
    np.save(folder / "kinds.npy", np.array(kinds))


def _drawn(number: int) -> tuple[NDArray[np.uint8], int]:
    """A picture and its kind: from 0 those of the renderer, from 100 the demo's subjects, its words first."""
    if number < DRAWN:
        shown = picture(_FIRST_SEED + number, PICTURE_PX)
        return shown.pixels, NAMES.index(shown.name)
    number -= DRAWN
    subject = number % len(_SUBJECTS)
    pixels = draw(_SUBJECTS[subject], _FIRST_DEMO_SEED + number // len(_SUBJECTS))
    scale = PICTURE_PX / min(pixels.shape[:2])
    size = [max(PICTURE_PX, round(side * scale)) for side in pixels.shape[1::-1]]
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    top, left = ((side - PICTURE_PX) // 2 for side in small.shape[:2])
    return small[top : top + PICTURE_PX, left : left + PICTURE_PX], 100 + subject


def _measure_all(
    folder: Path, encoder: Encoder, pixels: NDArray[np.uint8], kinds: NDArray[np.int64], surfaces: NDArray[np.intp]
) -> None:
    groups = list(_groups(kinds, surfaces))
    for layer, (means, moments) in zip(encoder.layers, _measured(encoder, pixels), strict=True):
        channels = means.shape[1]
        merged = np.empty((STYLES, channels), np.float32)
        # in half precision: 1.3 GB in place of 2.6
        into = np.empty((STYLES, channels, channels), np.float16)
        for number, group in enumerate(groups):
            mean, covariance = _merged(means[group].astype(np.float64), moments[group].astype(np.float64))
            merged[number], into[number] = mean, covariance
        np.save(folder / f"mean-{layer}.npy", merged)
        np.save(folder / f"covariance-{layer}.npy", into)


def _groups(kinds: NDArray[np.int64], surfaces: NDArray[np.intp]) -> Iterator[NDArray[np.intp]]:
    """The pictures of each style, all of one kind."""
    generator = np.random.default_rng(0)
    for _ in range(STYLES):
        count = 1 if generator.random() < _SINGLE else int(generator.integers(2, _MOST + 1))
        first = generator.choice(surfaces)
        same = surfaces[kinds[surfaces] == kinds[first]]
        yield np.concatenate([[first], generator.choice(same, count - 1)]).astype(np.intp)


def _measured(encoder: Encoder, pixels: NDArray[np.uint8]) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Of each layer the means (n, c) and raw second moments (n, c, c) of every picture."""
    found: list[tuple[list[torch.Tensor], list[torch.Tensor]]] = [([], []) for _ in encoder.layers]
    with torch.inference_mode():
        for start in range(0, len(pixels), 8):
            given = torch.from_numpy(pixels[start : start + 8].copy()).permute(0, 3, 1, 2).float() / 255
            moments = of_maps(encoder(given.contiguous(memory_format=torch.channels_last)))
            for kept, mean, covariance in zip(found, moments.means, moments.covariances, strict=True):
                kept[0].append(mean)
                kept[1].append(covariance + mean[:, :, None] * mean[:, None])
    return [(torch.cat(means).numpy(), torch.cat(raw).numpy()) for means, raw in found]


def _merged(means: _Array, moments: _Array) -> tuple[_Array, _Array]:
    """Mean and covariance of pictures merged at equal energy, as `mofu.style.merging` merges them."""
    energies = np.trace(moments, axis1=1, axis2=2)
    energy = energies.mean()
    mean = (means / np.sqrt(energies)[:, None]).mean(0) * np.sqrt(energy)
    return mean, (moments / energies[:, None, None]).mean(0) * energy - np.outer(mean, mean)
