"""A word's pictures → its style, as a library learns it; the name of a stylist → what paints with that style."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from style_scoring import Material, pixels

from mofu.features.registry import Backbone, load
from mofu.settings import FeaturesSettings
from mofu.style import stylist
from mofu.style.applying import apply
from mofu.style.clustering import cluster
from mofu.style.layers import PIXELS, style_layers
from mofu.style.measuring import Unmeasured, measure
from mofu.style.merging import merge
from mofu.style.mix import Part
from mofu.style.options import Options
from mofu.style.statistics import Statistics, descriptor
from mofu.workers.style_learning import CORE

BACKBONE = "embedded_cnn"

Pixels = NDArray[np.uint8]
Region = NDArray[np.float32]
Paint = Callable[[Pixels, str, Options, Region | None], Pixels]
"""(h, w, 3) uint8 RGB, word, how, (h, w) in [0, 1] where or None for everywhere → (h, w, 3) uint8."""


def styles_of(material: Material, backbone: Backbone) -> dict[str, Statistics]:
    """Of each word the largest style of the stylist's pictures: the one that is taken where none is named."""
    return {
        word: largest_style([pixels(file) for file in each.stylist], backbone) for word, each in material.words.items()
    }


def largest_style(pictures: Sequence[Pixels], backbone: Backbone) -> Statistics:
    """The merged statistics of the middle of the largest cluster of pictures."""
    layers = style_layers(backbone.spec)
    found = measure(backbone, pictures, (PIXELS, *layers))
    measured = [each for each in found if not isinstance(each, Unmeasured)]
    rows = [descriptor({name: each[name] for name in layers}) for each in measured]
    middlemost = cluster(np.stack(rows)).medoids[0][:CORE]  # the largest group is number 0
    return merge([measured[row] for row in middlemost])


def painter(name: str, backbone: Backbone, styles: Mapping[str, Statistics]) -> Paint:
    """What paints with the stylist of a name."""
    chosen = stylist.load(name, backbone)

    def paint(content: Pixels, word: str, options: Options, region: Region | None = None) -> Pixels:
        at = options if options.size_px else replace(options, size_px=chosen.work_px(max(content.shape[:2])))
        return apply(chosen, content, (Part(styles[word], label=word),), at, region)

    return paint


def backbone() -> Backbone:
    """The backbone by which styles are measured."""
    return load(BACKBONE, FeaturesSettings())
