"""Pixels → Fisher vectors of texture and colour: the backbone `fisher`, which needs no download and no torch."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mofu.features.backbone import Backbone, BackboneSpec, Layer, Vectors
from mofu.features.fisher import codebook
from mofu.features.fisher.codebook import Codebook
from mofu.features.fisher.cues import CUES, SIDE_PX, VERSION, descriptors, grids, prepared
from mofu.features.fisher.layout import WEIGHT, Layout
from mofu.features.fisher.mixture import improved, unit
from mofu.features.parallel import ImageThreads
from mofu.features.preprocessing import Preprocessing
from mofu.features.registry import register
from mofu.imaging.results import Pixels
from mofu.settings import FeaturesSettings

READING = 2
"""Raise with every change of what is read of the descriptors: it is part of the backbone's id."""

_OF_LAYER = {
    "all": CUES,
    "texture": tuple(cue for cue in CUES if cue.name == "luma_sift"),
    "colour": tuple(cue for cue in CUES if cue.name != "luma_sift"),
}

SPEC = BackboneSpec(
    name="fisher",
    about="Fisher vectors of local texture and colour; in the package, no torch",
    layers=tuple(
        Layer(name, sum(2 * cue.gaussians * cue.dimension + cue.gaussians for cue in cues))
        for name, cues in _OF_LAYER.items()
    ),
    default_layer="all",
    preprocessing=Preprocessing(SIDE_PX, "longer"),
)


class FisherBackbone(Backbone):
    """Improved Fisher vectors, one a cue, weighted, and the layouts of their Gaussians, joined to unit length."""

    def __init__(self, layer: str, codebook: Codebook) -> None:
        self.id, self.spec, self.layer = identity(codebook.sha256), SPEC, layer
        self._cues = _OF_LAYER[layer]
        self._codebooks = codebook.cues
        self._threads = ImageThreads()

    @classmethod
    def of(cls, layer: str, settings: FeaturesSettings) -> FisherBackbone:
        """With the codebook that the settings name, or the package's."""
        own = settings.fisher_codebook
        return cls(layer, codebook.load(Path(own).expanduser()) if own else codebook.load())

    def _compute(self, pixels: Sequence[Pixels]) -> Vectors:
        return self._threads.map(self._vector, pixels)

    def _vector(self, pixels: Pixels) -> NDArray[np.float32]:
        image = prepared(pixels)
        parts, layouts = [], []
        for cue in self._cues:
            layout = Layout(grids(image, cue), twins=2)
            gradients = self._codebooks[cue.name].gradients(descriptors(image, cue), cue.mirrored, layout.add)
            parts.append(np.float32(cue.weight) * improved(gradients))
            layouts.append(unit(layout.unevenness(cue.level)))
        joined = [unit(np.concatenate(parts)), np.float32(WEIGHT) * unit(np.concatenate(layouts))]
        return unit(np.concatenate(joined))


def identity(codebook_sha256: str) -> str:
    """The backbone's id with a codebook, e.g. `fisher-3fa2c1d0`."""
    return f"fisher-{hashlib.sha256(f'{codebook_sha256} {VERSION} {SIDE_PX} {READING}'.encode()).hexdigest()[:8]}"


@register(SPEC)
def _load(spec: BackboneSpec, layer: str, settings: FeaturesSettings) -> FisherBackbone:
    del spec
    return FisherBackbone.of(layer, settings)
