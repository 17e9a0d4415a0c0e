"""A word's pictures → its style, as a library learns it; the name of a stylist → what paints with that style."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from style_scoring import Material, pixels

from mofu.features.registry import Backbone, load
from mofu.settings import FeaturesSettings
from mofu.style import stylist
from mofu.style.applying import apply
from mofu.style.clustering import cluster
from mofu.style.exemplars import SHARES, clearness, exemplars, merged
from mofu.style.layers import PIXELS, style_layers
from mofu.style.measuring import Unmeasured, measure
from mofu.style.mix import Part
from mofu.style.options import Options
from mofu.style.statistics import Array, Statistics, descriptor

BACKBONE = "embedded_cnn"

Pixels = NDArray[np.uint8]
Region = NDArray[np.float32]
Paint = Callable[[Pixels, str, Options, Region | None], Pixels]
"""(h, w, 3) uint8 RGB, word, how, (h, w) in [0, 1] where or None for everywhere → (h, w, 3) uint8."""


def styles_of(material: Material, backbone: Backbone) -> dict[str, Statistics]:
    """Of each word the largest style of the stylist's pictures: the one that is taken where none is named."""
    behind = [pixels(file) for file in material.stylist]
    return {
        word: largest_style([pixels(file) for file in each.stylist], behind, backbone)
        for word, each in material.words.items()
    }


def largest_style(pictures: Sequence[Pixels], behind: Sequence[Pixels], backbone: Backbone) -> Statistics:
    """What is learned of the largest cluster of pictures; `behind` are pictures of other things."""
    layers = style_layers(backbone.spec)
    found = measure(backbone, pictures, (PIXELS, *layers))
    measured = [each for each in found if not isinstance(each, Unmeasured)]
    rows, others = described(measured, layers), described(measure(backbone, behind, layers), layers)
    largest = cluster(rows).groups[0]
    return merged([measured[row] for row in exemplars(rows, largest, clearness(rows, others), len(SHARES))])


def described(found: Sequence[Statistics | Unmeasured], layers: Sequence[str]) -> Array:
    """Descriptors (n, d) of the pictures that could be measured."""
    return np.stack([descriptor({name: each[name] for name in layers}) for each in found if isinstance(each, Mapping)])


def painter(name: str, backbone: Backbone, styles: Mapping[str, Statistics], weights: Path | None = None) -> Paint:
    """What paints with the stylist of a name, by the package's weights or others."""
    chosen = stylist.load(name, backbone, weights=weights)

    def paint(content: Pixels, word: str, options: Options, region: Region | None = None) -> Pixels:
        at = options if options.size_px else replace(options, size_px=chosen.work_px(max(content.shape[:2])))
        return apply(chosen, content, (Part(styles[word], label=word),), at, region)

    return paint


def backbone() -> Backbone:
    """The backbone by which styles are measured."""
    return load(BACKBONE, FeaturesSettings())
