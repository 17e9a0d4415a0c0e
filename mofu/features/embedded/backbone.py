"""Pixels → activations of mofu's own network (`embedded_cnn`), and of it and the Fisher vector together (`embedded`).

`embedded` is the default: what the Fisher vector knows of fine structure, colour and regularity, and what the network
learned of surfaces, and of pictures that are the same everywhere as against pictures of things.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mofu.features.backbone import Backbone, BackboneSpec, Layer, Maps, Vectors, identity
from mofu.features.embedded import weights
from mofu.features.embedded.engine import Engine
from mofu.features.embedded.pooling import statistics
from mofu.features.embedded.weights import STAGES, STATISTICS
from mofu.features.fisher.backbone import SPEC as FISHER
from mofu.features.fisher.backbone import FisherBackbone
from mofu.features.fisher.mixture import improved, unit
from mofu.features.parallel import ImageThreads
from mofu.features.preprocessing import Preprocessing, prepared
from mofu.features.registry import register
from mofu.imaging.results import Pixels
from mofu.settings import FeaturesSettings

if TYPE_CHECKING:
    import torch

    from mofu.features.runtime import Runner

VERSION = 1
"""Raise with every change of what is computed from the maps: it is part of the backbones' ids."""
ALL, CODE = "all", "code"
LEAST_PX = 32
SHARE = 0.6
"""Of the network's part in the length of a fused vector; the Fisher vector's is 1. See docs/methods.md."""

_PREPROCESSING = Preprocessing(FISHER.preprocessing.side_px, "longer", mean=weights.MEAN, std=weights.STD)
_DIMENSION = len(STATISTICS) * sum(stage.channels for stage in STAGES)

CNN = BackboneSpec(
    name="embedded_cnn",
    about="a small network of our own, trained on drawn surfaces; in the package, no torch",
    layers=(
        Layer(ALL, _DIMENSION),
        Layer(CODE, weights.CODE_DIMENSION),
        *(Layer.of_maps(stage.name, stage.channels, stage.stride_px) for stage in STAGES),
    ),
    default_layer=ALL,
    preprocessing=_PREPROCESSING,
    parameters=weights.PARAMETERS,
)

FUSED = BackboneSpec(
    name="embedded",
    about="fisher and embedded_cnn together; in the package, no torch",
    layers=(Layer(ALL, FISHER.dimension(FISHER.default_layer) + weights.CODE_DIMENSION),),
    default_layer=ALL,
    preprocessing=_PREPROCESSING,
    parameters=FISHER.parameters + weights.PARAMETERS,
)


class EmbeddedCnn(Backbone):
    """The network read at one stage, at all of them together, or at `code`: all, whitened and cut to 512 numbers.

    It runs in numpy, and in torch or OpenVINO where the settings ask for them or for a GPU.
    """

    def __init__(self, layer: str, settings: FeaturesSettings, trained: weights.Weights) -> None:
        self.id, self.spec, self.layer = identity(CNN.name, trained.sha256, CNN.preprocessing, VERSION), CNN, layer
        self._settings, self._tensors = settings, trained.tensors
        self._engine = Engine(trained.tensors)
        self._threads = ImageThreads()

    def maps(self, pixels: Sequence[Pixels], layers: Sequence[str]) -> list[Maps]:
        """See `Backbone.maps`; pictures of one shape."""
        self.spec.check_maps(layers)
        numbers = [[stage.name for stage in STAGES].index(name) for name in layers]
        found = [self._maps(image) for image in pixels]
        return [np.stack([each[number].transpose(2, 0, 1) for each in found]) for number in numbers]

    def module(self, layers: Sequence[str]) -> torch.nn.Module:
        """See `Backbone.module`."""
        from mofu.features.embedded.network import stages_of
        from mofu.features.network import Listed

        self.spec.check_maps(layers)
        return Listed(stages_of(self._tensors), layers)

    def vector(self, pixels: Pixels) -> NDArray[np.float32]:
        """(h, w, 3) uint8 → (dimension,) float32, on the calling thread."""
        maps = self._maps(pixels)
        if self.layer not in (ALL, CODE):
            stage = maps[[stage.name for stage in STAGES].index(self.layer)]
            return statistics(stage)[: 2 * stage.shape[2]]
        whole = self.reading([statistics(each) for each in maps])
        if self.layer == ALL:
            return whole
        return unit(np.asarray((whole - self._tensors["code.centre"]) @ self._tensors["code.axes"]))

    def reading(self, found: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
        """The layer `all` of the statistics of every stage, as `pooling.statistics` gives them."""
        parts = [unit(self._standard(stage.name, each)) for stage, each in zip(STAGES, found, strict=True)]
        # a few loud channels must not drown the rest, as in an improved Fisher vector
        return improved(unit(np.concatenate(parts)))

    def _maps(self, pixels: Pixels) -> list[NDArray[np.float32]]:
        return self._engine.maps(prepared(widened(pixels), self.spec.preprocessing))

    def _standard(self, name: str, found: NDArray[np.float32]) -> NDArray[np.float32]:
        spread = self._tensors[f"{name}.spread"]
        # a statistic that hardly varies among drawn pictures is noise: dividing by next to nothing would make it loud
        return np.asarray((found - self._tensors[f"{name}.centre"]) / (spread + np.median(spread)))

    def _compute(self, pixels: Sequence[Pixels]) -> Vectors:
        if self._settings.device == "cuda" or self._settings.runtime != "auto":
            return self._runner([widened(image) for image in pixels])
        return self._threads.map(self.vector, pixels)

    @cached_property
    def _runner(self) -> Runner:
        from mofu.features.embedded.network import Reading
        from mofu.features.runtime import Runner

        return Runner(Reading(self._tensors, self.layer), self.spec.preprocessing, self._settings, self.name)


class Embedded(Backbone):
    """Fisher vector and network, joined to unit length."""

    def __init__(self, settings: FeaturesSettings) -> None:
        self.spec, self.layer = FUSED, ALL
        self._fisher = FisherBackbone.of(FISHER.default_layer, settings)
        self._cnn = EmbeddedCnn(CODE, settings, weights.load())
        parts = f"{self._fisher.id} {self._cnn.id} {SHARE}"
        self.id = identity(FUSED.name, parts, FUSED.preprocessing, VERSION)

    def _compute(self, pixels: Sequence[Pixels]) -> Vectors:
        fused = np.concatenate([self._fisher.extract(pixels), np.float32(SHARE) * self._cnn.extract(pixels)], axis=1)
        return np.asarray(fused / np.linalg.norm(fused, axis=1, keepdims=True))


def widened(pixels: Pixels) -> Pixels:
    """Pixels of at least LEAST_PX a side once the longer one is resized: less is continued by its reflection."""
    least = max(LEAST_PX, -(-max(pixels.shape[:2]) * LEAST_PX // _PREPROCESSING.side_px) + 1)
    missing = [max(0, least - side) for side in pixels.shape[:2]]
    return np.pad(pixels, ((0, missing[0]), (0, missing[1]), (0, 0)), mode="symmetric") if any(missing) else pixels


@register(CNN)
def _load_cnn(spec: BackboneSpec, layer: str, settings: FeaturesSettings) -> EmbeddedCnn:
    del spec
    return EmbeddedCnn(layer, settings, weights.load())


@register(FUSED)
def _load_fused(spec: BackboneSpec, layer: str, settings: FeaturesSettings) -> Embedded:
    del spec, layer
    return Embedded(settings)
