"""Pixels → Fisher vectors of texture and colour: the backbone `fisher`, which needs no download and no torch."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from mofu.features.backbone import Backbone, BackboneSpec, Layer, Vectors
from mofu.features.fisher import codebook
from mofu.features.fisher.codebook import Codebook
from mofu.features.fisher.cues import CUES, SIDE_PX, VERSION, descriptors, prepared
from mofu.features.fisher.mixture import improved
from mofu.features.preprocessing import Preprocessing
from mofu.features.registry import register
from mofu.imaging.results import Pixels
from mofu.settings import FeaturesSettings

_OF_LAYER = {
    "all": CUES,
    "texture": tuple(cue for cue in CUES if cue.name == "luma_sift"),
    "colour": tuple(cue for cue in CUES if cue.name != "luma_sift"),
}

SPEC = BackboneSpec(
    name="fisher",
    about="Fisher vectors of local texture and colour; in the package, no torch",
    layers=tuple(
        Layer(name, sum(2 * cue.gaussians * cue.dimension for cue in cues)) for name, cues in _OF_LAYER.items()
    ),
    default_layer="all",
    preprocessing=Preprocessing(SIDE_PX, "longer"),
)


class FisherBackbone(Backbone):
    """Improved Fisher vectors, one a cue, weighted and joined to unit length."""

    def __init__(self, layer: str, codebook: Codebook) -> None:
        self.id, self.spec, self.layer = identity(codebook.sha256), SPEC, layer
        self._cues = _OF_LAYER[layer]
        self._codebooks = codebook.cues
        self._blas = ThreadpoolController()

    def _compute(self, pixels: Sequence[Pixels]) -> Vectors:
        # one thread an image: BLAS threads of their own in each of them take ten times as long
        with self._blas.limit(limits=1), ThreadPoolExecutor(min(len(pixels), _cores())) as threads:
            return np.stack(list(threads.map(self._vector, pixels)))

    def _vector(self, pixels: Pixels) -> NDArray[np.float32]:
        image = prepared(pixels)
        parts = []
        for cue in self._cues:
            gradients = self._codebooks[cue.name].gradients(descriptors(image, cue), cue.mirrored)
            parts.append(np.float32(cue.weight) * improved(gradients))
        joined = np.concatenate(parts)
        joined /= np.linalg.norm(joined)
        return joined


def identity(codebook_sha256: str) -> str:
    """The backbone's id with a codebook, e.g. `fisher-3fa2c1d0`."""
    return f"fisher-{hashlib.sha256(f'{codebook_sha256} {VERSION} {SIDE_PX}'.encode()).hexdigest()[:8]}"


def _cores() -> int:
    """Cores that this process owns."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


@register(SPEC)
def _load(spec: BackboneSpec, layer: str, settings: FeaturesSettings) -> FisherBackbone:
    del spec
    own = settings.fisher_codebook
    return FisherBackbone(layer, codebook.load(Path(own).expanduser()) if own else codebook.load())
