"""Pixels → the probability of each word and of none at every pixel, by classifying the nodes of a tree of regions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import cv2
import numpy as np
import torch

from mofu.errors import UnknownNameError
from mofu.features.backbone import Backbone
from mofu.imaging.results import Pixels
from mofu.segmentation.classifier import prepared
from mofu.segmentation.kept import Kept
from mofu.segmentation.segmenting import Segmented
from mofu.segmentation.surfaces.projection import Projection
from mofu.segmentation.surfaces.superpixels import Array, Superpixels, spread, superpixels
from mofu.segmentation.surfaces.tree import Tree, tree
from mofu.settings import FeaturesSettings

_AHEAD = 1e-3
"""By how much, in logarithms, a word is to be likelier than the background where it has to be."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a classifier comes from.

    Attributes:
        words: in the order of the planes.
        images: how many pictures of each word it was learned from, in the same order.
        background: pictures of none of the words.
        skipped: pictures that could not be learned from.
        backbone: its name.
        backbone_id: its weights and preprocessing.
        layers: whose maps are read.
        side_px: longer side of a picture as it is cut.
        scales: of that side, at which the backbone is shown a picture.
        share, rounds, inverse_penalty: of the training; see `SurfaceSettings`.
        background_bias, known_bias, least_area, least_known: see `SurfaceSettings`.
        mofu: the version that trained it.
    """

    words: tuple[str, ...]
    images: tuple[int, ...]
    background: int
    skipped: int
    backbone: str
    backbone_id: str
    layers: tuple[str, ...]
    side_px: int
    scales: tuple[float, ...]
    share: float
    rounds: int
    inverse_penalty: float
    background_bias: float
    known_bias: float
    least_area: float
    least_known: float
    mofu: str

    def to_json(self) -> str:
        """As the file has it."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Provenance:
        """Read what `to_json` wrote; KeyError, TypeError or ValueError where it is anything else."""
        # the first files were of one scale, and do not say so
        told = {"scales": (1.0,)} | json.loads(text)
        return cls(**(told | {name: tuple(told[name]) for name in ("words", "images", "layers", "scales")}))


_KEPT = Kept("classifier of surfaces", Provenance.from_json)


@dataclass(frozen=True, slots=True, eq=False)
class Softmax:
    """Nodes' components → logarithms of the probabilities of the words and of the background, which is last.

    Attributes:
        weight: (labels, components).
        bias: (labels,).
    """

    weight: Array
    bias: Array

    def __call__(self, rows: Array) -> Array:
        """(n, components) → (n, labels)."""
        logits = rows @ self.weight.T + self.bias
        logits -= logits.max(1, keepdims=True)
        # a node that is sure must not outvote all the others that hold the same pixels
        return np.asarray(np.maximum(logits - np.log(np.exp(logits).sum(1, keepdims=True)), np.log(1e-5)), np.float32)


class Cutter:
    """Pictures → their superpixels, by the maps of a backbone at several scales."""

    def __init__(self, backbone: Backbone, layers: Sequence[str], side_px: int, scales: Sequence[float]) -> None:
        """Cut the backbone; UnknownNameError where a layer has no maps."""
        self.backbone, self.layers, self.side_px, self.scales = backbone, tuple(layers), side_px, tuple(scales)
        self._body = backbone.module(layers).requires_grad_(False).to(memory_format=torch.channels_last)

    def __call__(self, pixels: Pixels) -> Superpixels:
        """Cut one picture; InvalidInputError where it is none, or too narrow."""
        images = prepared(pixels, self.side_px, self.backbone.spec)
        size = (images.shape[3], images.shape[2])
        resized = pixels if size == pixels.shape[1::-1] else cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
        shown = np.ascontiguousarray(resized, np.uint8)
        # enlarged from what is cut, or a large picture would show what those learned from did not
        scaled = [images if scale == 1 else self._scaled(shown, scale) for scale in self.scales]
        with torch.inference_mode():
            maps = [each[0].float().numpy() for one in scaled for each in self._body(one)]
        return superpixels(shown, maps, len(self.layers))

    def _scaled(self, shown: Pixels, scale: float) -> torch.Tensor:
        return prepared(shown, self.side_px, self.backbone.spec, scale=scale)


class SurfaceClassifier:
    """Words, and how their surfaces are told from all others.

    Attributes:
        provenance: where it comes from.
    """

    def __init__(
        self, cutter: Cutter, likeness: Projection, components: Projection, softmax: Softmax, provenance: Provenance
    ) -> None:
        self.provenance = provenance
        self._cutter, self._likeness, self._components, self._softmax = cutter, likeness, components, softmax

    @property
    def words(self) -> tuple[str, ...]:
        """In the order of the planes."""
        return self.provenance.words

    def segment(self, pixels: Pixels, shown: Sequence[str] | None = None) -> Segmented:
        """Segment one picture.

        Args:
            pixels: (h, w, 3) uint8 RGB.
            shown: the words that it shows, where that is known: no others are looked for. Otherwise, those that
                cover enough of it are taken for known.

        Returns:
            Probabilities that are the same all over each superpixel; scores are those of the likeliest superpixel.

        Raises:
            InvalidInputError: no picture, or one that the network cannot see.
            UnknownNameError: no such word.
        """
        pieces = self._cutter(pixels)
        cut = tree(pieces, self._likeness(spread(pieces.compared)))
        found = cut.averaged(self._softmax(unit(self._components(spread(cut.moments)))))
        rows = self._decided(found, pieces.areas, shown)
        labels = cv2.resize(pieces.labels, pixels.shape[1::-1], interpolation=cv2.INTER_NEAREST_EXACT)
        planes = np.ascontiguousarray(rows[labels].transpose(2, 0, 1), np.float32)
        return Segmented(self.words, planes, np.asarray(rows[:, :-1].max(0), np.float32))

    def _decided(self, found: Array, areas: Array, shown: Sequence[str] | None) -> Array:
        """(s, labels) logarithms → probabilities."""
        least = self.provenance.least_known if shown else 0.0
        if shown is None:
            labels = (found + self._bias(None)).argmax(1)
            covered = np.bincount(labels, areas, found.shape[1])[:-1]
            shown = [word for word, area in zip(self.words, covered, strict=True) if area >= self.provenance.least_area]
        found = found + self._bias(shown)
        found[:, -1] += min(0.0, _missing(found, areas, least))
        rows = np.exp(found - found.max(1, keepdims=True))
        return np.asarray(rows / rows.sum(1, keepdims=True), np.float32)

    def _bias(self, shown: Sequence[str] | None) -> Array:
        bias = np.zeros(len(self.words) + 1, np.float32)
        bias[-1] = self.provenance.background_bias if shown is None else self.provenance.known_bias
        for word in shown or ():
            if word not in self.words:
                raise UnknownNameError("word of the classifier", word, self.words)
        if shown is not None:
            bias[:-1][[word not in shown for word in self.words]] = -np.inf
        return bias

    def to_bytes(self) -> bytes:
        """What was learned and its provenance as safetensors; equal classifiers give equal bytes."""
        tensors = self._likeness.tensors("likeness") | self._components.tensors("components")
        tensors |= {"softmax.weight": self._softmax.weight, "softmax.bias": self._softmax.bias}
        return _KEPT.to_bytes(tensors, self.provenance.to_json())

    @classmethod
    def from_bytes(cls, content: bytes, settings: FeaturesSettings) -> SurfaceClassifier:
        """Read what `to_bytes` wrote; its backbone is loaded as the settings say.

        Raises:
            DamagedError: the bytes are no classifier of surfaces.
            InvalidInputError: the backbone of that name has other weights now.
            MissingWeightsError, MissingPackageError: the backbone cannot be loaded here.
        """
        provenance, tensors = _KEPT.from_bytes(content)
        try:
            likeness, components = (Projection.from_tensors(tensors, name) for name in ("likeness", "components"))
            softmax = Softmax(tensors["softmax.weight"], tensors["softmax.bias"])
        except KeyError as error:
            raise _KEPT.damaged() from error
        backbone = _KEPT.backbone(provenance.backbone, provenance.backbone_id, settings)
        cutter = Cutter(backbone, provenance.layers, provenance.side_px, provenance.scales)
        return cls(cutter, likeness, components, softmax, provenance)


def _missing(found: Array, areas: Array, least: float) -> float:
    """What the background has to lose for the words to cover a share of the picture; nothing unless negative."""
    if not least:
        return 0.0
    ahead = found[:, :-1].max(1) - found[:, -1]
    order = np.argsort(-ahead, kind="stable")
    last = min(int(np.searchsorted(np.cumsum(areas[order]), least)), len(order) - 1)
    return float(ahead[order[last]]) - _AHEAD


def unit(rows: Array) -> Array:
    """Each row to length 1."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """A picture to learn from.

    Attributes:
        tree: of its regions.
        rows: (nodes, components) of unit length.
        words: indices of the words that it shows; none: it is of the background.
    """

    tree: Tree
    rows: Array
    words: tuple[int, ...]
