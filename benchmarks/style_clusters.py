"""How well the styles of a word are those that its pictures were drawn in, and how little chance says about them.

Families are the demo's own ways of drawing: a word of the demo is drawn in two to five of them, and so are mixtures.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
from figures import SHARED_WEB, figure
from sklearn.metrics import adjusted_rand_score

from mofu.demo.camera import develop
from mofu.demo.canvas import Array, Frame, new_frame
from mofu.demo.pictures import WORDS, draw
from mofu.demo.textures import bubbly, fluffy, glossy, sparkling, spiky, swirly
from mofu.features.registry import load
from mofu.settings import FeaturesSettings
from mofu.style.clustering import cluster
from mofu.style.layers import style_layers
from mofu.style.measuring import Unmeasured, measure
from mofu.style.statistics import descriptor

Painter = Callable[[Frame], Array]

MIXTURES: tuple[tuple[Painter, ...], ...] = (
    (fluffy._animal, fluffy._blanket),
    (bubbly._foam, glossy._beads),
    (bubbly._drink, bubbly._foam, bubbly._soap),
    (swirly._whirl, swirly._eddies, spiky._bed),
    (sparkling._glitter, sparkling._water, sparkling._jewel, sparkling._night),
    (fluffy._blanket, glossy._poured, swirly._galaxy, bubbly._drink),
)
PICTURES = 20
"""Of each family."""
TOP = 60
"""Of each word."""
SEEDS = (0, 1, 2)
_BACKBONE = load("embedded_cnn", FeaturesSettings())


def main() -> None:
    """Print the figures: the mean, and the worst as `…_least`."""
    matched = [_matched(mixture) for mixture in MIXTURES]
    _told("style_ari_families", matched)
    _told("style_ari_seeds_demo", [_stability([draw(word.text, seed) for seed in range(TOP)]) for word in WORDS])
    folders = sorted(each for each in (SHARED_WEB / "images").glob("*") if each.is_dir() and each.name != "other")
    if not folders:
        sys.exit(f"this benchmark needs the photographs at {SHARED_WEB / 'images'}")
    _told("style_ari_seeds_web", [_stability(_photographs(folder)) for folder in folders])


def _told(name: str, found: Sequence[float]) -> None:
    figure(name, round(float(np.mean(found)), 3), "ari", n=len(found))
    figure(f"{name}_least", round(float(np.min(found)), 3), "ari", n=len(found))


def _matched(mixture: Sequence[Painter]) -> float:
    families = np.repeat(np.arange(len(mixture)), PICTURES)
    frames = [new_frame(np.random.default_rng(10_000 + number)) for number in range(len(families))]
    pictures = [develop(frame, mixture[family](frame)) for frame, family in zip(frames, families, strict=True)]
    return float(adjusted_rand_score(families, cluster(_descriptors(pictures)).labels))


def _stability(pictures: Sequence[Array]) -> float:
    """The least agreement of two seeds."""
    rows = _descriptors(pictures)
    labels = [cluster(rows, seed).labels for seed in SEEDS]
    return min(float(adjusted_rand_score(labels[0], other)) for other in labels[1:])


def _photographs(folder: Path) -> list[Array]:
    paths = sorted(folder.iterdir())[:100]
    return [cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB) for path in paths]


def _descriptors(pictures: Sequence[Array]) -> Array:
    found = measure(_BACKBONE, pictures, style_layers(_BACKBONE.spec), device="cpu")
    return np.stack([descriptor(each) for each in found if not isinstance(each, Unmeasured)])


if __name__ == "__main__":
    main()
