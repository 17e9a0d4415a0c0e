"""Pixels → the probability of each word and of none at every pixel, by classifying the nodes of trees of regions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mofu.errors import InvalidInputError, UnknownNameError
from mofu.imaging.results import Pixels
from mofu.segmentation.kept import Kept
from mofu.segmentation.segmenting import Segmented
from mofu.segmentation.surfaces.cutting import Cutter
from mofu.segmentation.surfaces.description import Description
from mofu.segmentation.surfaces.provenance import Provenance
from mofu.segmentation.surfaces.superpixels import Array
from mofu.settings import FeaturesSettings

_AHEAD = 1e-3
"""By how much, in logarithms, a word is to be likelier than the background where it has to be."""

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


class SurfaceClassifier:
    """Words, and how their surfaces are told from all others.

    Attributes:
        provenance: where it comes from.
    """

    def __init__(self, cutter: Cutter, description: Description, softmax: Softmax, provenance: Provenance) -> None:
        self.provenance = provenance
        self._cutter, self._description, self._softmax = cutter, description, softmax

    @property
    def words(self) -> tuple[str, ...]:
        """In the order of the planes."""
        return self.provenance.words

    def segment(self, pixels: Pixels, shown: Sequence[str] | None = None) -> Segmented:
        """Segment one picture.

        Args:
            pixels: (h, w, 3) uint8 RGB.
            shown: the words that it shows, where that is known: no others are looked for. Otherwise, those that
                cover enough of it are.

        Returns:
            Probabilities that are the same all over what superpixels of each size have in common; scores are the
            highest of those.

        Raises:
            InvalidInputError: no picture, or one that the network cannot see.
            UnknownNameError: no such word.
        """
        cuts = self._cutter(self._cutter.resized(pixels), self._cutter.settings.sizes_px)
        known = [self._description(cut) for cut in cuts]
        labels, found = overlaid(
            [cut.pieces.labels for cut in cuts], [each.tree.averaged(self._softmax(each.rows)) for each in known]
        )
        areas = np.bincount(labels.ravel()) / np.float32(labels.size)
        rows = self._decided(found, np.asarray(areas, np.float32), shown)
        placed = cv2.resize(labels, pixels.shape[1::-1], interpolation=cv2.INTER_NEAREST_EXACT)
        planes = np.ascontiguousarray(rows[placed].transpose(2, 0, 1), np.float32)
        return Segmented(self.words, planes, np.asarray(rows[:, :-1].max(0), np.float32))

    def _decided(self, found: Array, areas: Array, shown: Sequence[str] | None) -> Array:
        """(s, labels) logarithms → probabilities."""
        how = self.provenance.settings
        least, bias = (how.least_known if shown else 0.0), how.known_bias
        if shown is None:
            labels = (found + self._bias(self.words, how.background_bias)).argmax(1)
            covered = np.bincount(labels, areas, found.shape[1])[:-1]
            shown = [word for word, area in zip(self.words, covered, strict=True) if area >= how.least_area]
            bias = how.found_bias
        found = found + self._bias(shown, bias)
        found[:, -1] += min(0.0, _missing(found, areas, least))
        rows = np.exp(found - found.max(1, keepdims=True))
        return np.asarray(rows / rows.sum(1, keepdims=True), np.float32)

    def _bias(self, shown: Sequence[str], background: float) -> Array:
        bias = np.zeros(len(self.words) + 1, np.float32)
        bias[-1] = background
        for word in shown:
            if word not in self.words:
                raise UnknownNameError("word of the classifier", word, self.words)
        bias[:-1][[word not in shown for word in self.words]] = -np.inf
        return bias

    def to_bytes(self) -> bytes:
        """What was learned and its provenance as safetensors; equal classifiers give equal bytes."""
        softmax = {"softmax.weight": self._softmax.weight, "softmax.bias": self._softmax.bias}
        return _KEPT.to_bytes(self._description.tensors() | softmax, self.provenance.to_json())

    @classmethod
    def from_bytes(cls, content: bytes, settings: FeaturesSettings) -> SurfaceClassifier:
        """Read what `to_bytes` wrote; its backbone is loaded as the settings say.

        Raises:
            DamagedError: the bytes are no classifier of surfaces.
            InvalidInputError: the backbone of that name has other weights now, or textures are read otherwise.
            MissingWeightsError, MissingPackageError: the backbone cannot be loaded here.
        """
        told, tensors = _KEPT.from_bytes(content)
        backbone = _KEPT.backbone(told.backbone, told.backbone_id, settings)
        cutter = Cutter(backbone, told.settings)
        if cutter.textures.id != told.textures:
            raise InvalidInputError(
                f"the classifier of surfaces was trained on textures by {told.textures}, this mofu has"
                f" {cutter.textures.id}: train it again"
            )
        try:
            description = Description.from_tensors(cutter.textures, tensors)
            softmax = Softmax(tensors["softmax.weight"], tensors["softmax.bias"])
        except KeyError as error:
            raise _KEPT.damaged() from error
        return cls(cutter, description, softmax, told)


def overlaid(labels: Sequence[NDArray[np.int32]], values: Sequence[Array]) -> tuple[NDArray[np.int32], Array]:
    """A picture cut in several ways → the pieces that all cuts leave whole, and the mean of what is known of each.

    Args:
        labels: (h, w) each, the piece of each pixel.
        values: (pieces, k) each.

    Returns:
        (h, w) labels of the smaller pieces and their (pieces', k) values.
    """
    every = np.stack([each.ravel() for each in labels])
    _, first, places = np.unique(np.ravel_multi_index(every, every.max(1) + 1), return_index=True, return_inverse=True)
    found = np.mean([value[each[first]] for value, each in zip(values, every, strict=True)], axis=0)
    return np.asarray(places.reshape(labels[0].shape), np.int32), np.asarray(found, np.float32)


def _missing(found: Array, areas: Array, least: float) -> float:
    """What the background has to lose for the words to cover a share of the picture; nothing unless negative."""
    if not least:
        return 0.0
    ahead = found[:, :-1].max(1) - found[:, -1]
    order = np.argsort(-ahead, kind="stable")
    last = min(int(np.searchsorted(np.cumsum(areas[order]), least)), len(order) - 1)
    return float(ahead[order[last]]) - _AHEAD
