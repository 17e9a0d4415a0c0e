"""Activations for benchmarks of what ranks them: like real ones where photographs are at hand, made up where not.

*Photographs*: Fisher vectors of crops of the photographs beside the project, of which 4,096 numbers are drawn. Words
are its texture classes; the background are ten crops of each other photograph.

*Made up*: rows of a Gaussian whose spectrum falls as that of Fisher vectors of photographs does (eigenvalue k of the
normalised background ∝ (k + 4)^-0.8 until 500, k^-1.5 from there), each image of a word with some strength of a few
directions of the same kind, its word's own. Independent dimensions of equal variance, which a benchmark might draw
instead, have neither the few strong directions that make an SVM's problem hard nor the neighbours that make it easy.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from figures import SHARED_WEB
from numpy.typing import NDArray

from mofu.features.registry import load
from mofu.settings import FeaturesSettings

DIMENSION = 4096
_LOOKS = 3
"""Directions of a made-up word: an image mixes them."""
CACHE = Path("/tmp/mofu-benchmark-activations.npz")


@dataclass(frozen=True)
class World:
    """Activations of words and of a background: (m, 4096) and, a word, (n, 4096), float32."""

    background: NDArray[np.float32]
    words: dict[str, NDArray[np.float32]]


def made_up(images: int, words: int, background: int, seed: int = 0) -> World:
    """Words of `images` rows each, which show it more or less strongly, some words more than others."""
    rng = np.random.default_rng(seed)
    k = np.arange(1, DIMENSION + 1)
    spectrum = np.sqrt(np.where(k < 500, (k + 4.0) ** -0.8, 504.0**-0.8 * (k / 500.0) ** -1.5)).astype(np.float32)
    basis, _ = np.linalg.qr(rng.standard_normal((DIMENSION, DIMENSION), dtype=np.float32))

    def draw(n: int) -> NDArray[np.float32]:
        return rng.standard_normal((n, DIMENSION), dtype=np.float32) * spectrum

    named = {}
    for word in range(words):
        strengths = rng.uniform(0.5, 1.5, (images, _LOOKS)) * rng.dirichlet(np.ones(_LOOKS), images)
        shown = (rng.uniform(0.15, 0.5) * strengths).astype(np.float32) @ draw(_LOOKS)
        named[f"word {word}"] = ((draw(images) + shown) @ basis).astype(np.float32)
    return World((draw(background) @ basis).astype(np.float32), named)


def of_photographs() -> World:
    """Crops of the photographs beside the project; computed once, then read from a file under /tmp."""
    folders = sorted(path for path in (SHARED_WEB / "images").iterdir() if path.is_dir())
    if not CACHE.exists():
        backbone = load("fisher", FeaturesSettings())
        columns = np.sort(np.random.default_rng(0).choice(backbone.dimension, DIMENSION, replace=False))
        made = {
            folder.name: np.concatenate(
                [
                    backbone.extract(_crops(path, 10 if folder.name == "other" else 1))[:, columns]
                    for path in sorted(folder.iterdir())
                ]
            )
            for folder in folders
        }
        np.savez(CACHE, **made)
    stored = np.load(CACHE)
    return World(stored["other"], {folder.name: stored[folder.name] for folder in folders if folder.name != "other"})


def _crops(path: Path, count: int) -> list[NDArray[np.uint8]]:
    """The whole picture, then crops of 0.4 to 0.8 of its sides, all scaled to 200 px."""
    pixels = np.asarray(cv2.imread(str(path)))[:, :, ::-1]
    rng = np.random.default_rng(int(hashlib.sha256(path.name.encode()).hexdigest()[:8], 16))
    crops = []
    for index in range(count):
        height, width = (np.array(pixels.shape[:2]) * (rng.uniform(0.4, 0.8) if index else 1.0)).astype(int)
        y, x = rng.integers(0, pixels.shape[0] - height + 1), rng.integers(0, pixels.shape[1] - width + 1)
        scale = min(1.0, 200.0 / max(height, width))
        crop = cv2.resize(pixels[y : y + height, x : x + width], None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        crops.append(np.ascontiguousarray(crop).astype(np.uint8))
    return crops
