"""Pixels → activations: what a backbone is to the rest of mofu, and what is known of one before it is loaded."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from mofu.errors import InvalidInputError, MofuError, UnknownNameError
from mofu.features.preprocessing import Preprocessing
from mofu.imaging.results import Fit, Pixels

if TYPE_CHECKING:
    import torch

Vectors = NDArray[np.float32]
"""(n, d) float32, a row an image."""

Maps = NDArray[np.float32]
"""(n, c, h, w) float32, of n images at one layer."""


WeightsFormat = Literal["safetensors", "pickle"]

Role = Literal["stage", "pooling", "fully connected"]
"""What made maps: what a network is known by, a pooling of it, or its fully connected layers at every place."""


@dataclass(frozen=True, slots=True)
class Spatial:
    """What the maps of a layer are before they are pooled: (n, channels, h / stride_px, w / stride_px)."""

    channels: int
    stride_px: int
    role: Role = "stage"


@dataclass(frozen=True, slots=True)
class Layer:
    """Where activations are read, and how many numbers that gives an image.

    Attributes:
        name: as in `name:layer`.
        dimension: numbers an image.
        spatial: the maps behind them; None where the network gives a vector there.
    """

    name: str
    dimension: int
    spatial: Spatial | None = None

    @classmethod
    def of_maps(cls, name: str, channels: int, stride_px: int, role: Role = "stage") -> Layer:
        """A layer of maps; as activations, the mean and the deviation over positions of each channel."""
        return cls(name, 2 * channels, Spatial(channels, stride_px, role))


@dataclass(frozen=True, slots=True)
class WeightsOrigin:
    """Weights that are published, and where their own library keeps them.

    Attributes:
        url: of the file, or of the page of the repository that has it.
        files: its name; several where the publisher may have it in one of several formats, the best first.
        licence: of the weights, with what they were trained on.
        size_mib: of the file, about.
        sha256: of its content, or the first digits, as published; empty where the hub tells it with the file.
        repository: on the Hugging Face hub, whose cache keeps the file; empty where torch's cache does.
    """

    url: str
    files: tuple[str, ...]
    licence: str
    size_mib: float
    sha256: str = ""
    repository: str = ""

    @property
    def format(self) -> WeightsFormat:
        """Of the file that is asked for first."""
        return "safetensors" if self.files[0].endswith(".safetensors") else "pickle"


@dataclass(frozen=True, slots=True)
class BackboneSpec:
    """What is known of a backbone without loading it.

    Attributes:
        name: as in `name:layer`.
        about: one line for a list.
        layers: where activations can be read.
        default_layer: where they are read if a call names no layer.
        preprocessing: how pixels become its input.
        parameters: how many numbers were learned.
        weights: None where everything is in the package.
        extra: the optional extra of mofu that it needs, or None.
    """

    name: str
    about: str
    layers: tuple[Layer, ...]
    default_layer: str
    preprocessing: Preprocessing
    parameters: int = 0
    weights: WeightsOrigin | None = None
    extra: str | None = None

    def layer(self, name: str) -> Layer:
        """The layer of a name; KeyError where there is none."""
        return {known.name: known for known in self.layers}[name]

    def dimension(self, layer: str) -> int:
        """Numbers an image that a layer gives; KeyError where there is no such layer."""
        return self.layer(layer).dimension

    def maps(self) -> tuple[Layer, ...]:
        """The layers that have maps, from the pixels up."""
        return tuple(layer for layer in self.layers if layer.spatial is not None)

    def stages(self) -> tuple[Layer, ...]:
        """Those of `maps` that neither repeat the layer before them, as poolings do, nor stand for a vector."""
        return tuple(layer for layer in self.layers if layer.spatial is not None and layer.spatial.role == "stage")

    def check_maps(self, layers: Sequence[str]) -> None:
        """Raise UnknownNameError, with those that have maps, where one of these layers has none."""
        known = [layer.name for layer in self.maps()]
        for name in layers:
            if name not in known:
                raise UnknownNameError(f"layer with maps of backbone {self.name}", name, known)


def identity(name: str, weights_sha256: str, preprocessing: Preprocessing, version: int) -> str:
    """A backbone's id: equal ids give equal activations at equal layers.

    Args:
        version: of the code between pixels and activations, raised with every change of what it computes.
    """
    digest = hashlib.sha256(f"{weights_sha256} {version} {preprocessing}".encode()).hexdigest()
    return f"{name}-{digest[:8]}"


class NotFiniteError(MofuError):
    """Activations that are not numbers; `indices` are the rows of the batch that hold them."""

    def __init__(self, backbone: str, indices: Sequence[int], count: int) -> None:
        named = ", ".join(map(str, indices))
        super().__init__(
            f"{backbone}: activations of image {named} of a batch of {count} (counted from 0) are not finite:"
            " leave these images out, or check the weights"
        )
        self.indices = tuple(indices)


class Backbone(ABC):
    """A loaded backbone read at one layer; a subclass computes, this class checks.

    Attributes:
        id: identity of weights and preprocessing, e.g. `fisher-3fa2c1d0`: equal ids give equal activations.
        spec: what was known before.
        layer: where activations are read.
    """

    id: str
    spec: BackboneSpec
    layer: str

    @property
    def name(self) -> str:
        """As the registry has it."""
        return self.spec.name

    @property
    def dimension(self) -> int:
        """Numbers an image."""
        return self.spec.dimension(self.layer)

    @property
    def side_px(self) -> int:
        """Size at which pixels are best given; others are accepted."""
        return self.spec.preprocessing.side_px

    @property
    def fit(self) -> Fit:
        """Which side `side_px` is."""
        return self.spec.preprocessing.fit

    def extract(self, pixels: Sequence[Pixels]) -> Vectors:
        """Activations of images, the same whatever the batch they come in.

        Args:
            pixels: (h, w, 3) uint8 RGB each, of any sizes.

        Returns:
            (len(pixels), dimension) float32.

        Raises:
            NotFiniteError: activations that are not numbers, with the indices of their images.
        """
        if not pixels:
            return np.zeros((0, self.dimension), np.float32)
        vectors = self._compute(pixels)
        spoiled = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
        if len(spoiled):
            raise NotFiniteError(self.id, [int(row) for row in spoiled], len(pixels))
        return vectors

    def maps(self, pixels: Sequence[Pixels], layers: Sequence[str]) -> list[Maps]:
        """Activations of spatial layers before they are pooled, in one pass; the backbone's own layer does not matter.

        Args:
            pixels: (h, w, 3) uint8 RGB each, at least one; where the preprocessing cuts no square, of one shape.
            layers: names of layers that have maps (`spec.maps()`).

        Returns:
            (n, channels, h, w) each, in the order of `layers`.

        Raises:
            InvalidInputError: the backbone has no network, or the shapes differ.
            UnknownNameError: a layer that has no maps; lists those that have.
        """
        raise self._no_network(f"maps of {len(pixels)} pictures at {', '.join(layers)}")

    def module(self, layers: Sequence[str]) -> torch.nn.Module:
        """The network cut at spatial layers, for gradients and for pictures of any size.

        Returns:
            Takes (n, 3, h, w) float32, normalised as `spec.preprocessing` says; gives a list of (n, channels, h, w)
            in the order of `layers`, differentiable.

        Raises:
            InvalidInputError, UnknownNameError: as `maps` does.
        """
        raise self._no_network(f"a network cut at {', '.join(layers)}")

    def text_vectors(self, texts: Sequence[str]) -> Vectors:
        """Vectors of descriptions, in the space of the backbone's own activations of pictures.

        Returns:
            (len(texts), dimension) float32, of unit length.

        Raises:
            InvalidInputError: the backbone has no text tower at this layer.
        """
        raise InvalidInputError(
            f"{self.name}:{self.layer} cannot read {len(texts)} texts: expected a backbone that can, e.g. clip_vitb32"
        )

    def _no_network(self, wanted: str) -> InvalidInputError:
        return InvalidInputError(f"{wanted}: backbone {self.name} has none: expected one that has, e.g. vgg16")

    @abstractmethod
    def _compute(self, pixels: Sequence[Pixels]) -> Vectors:
        """Activations of at least one image, unchecked."""
