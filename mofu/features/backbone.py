"""Pixels → activations: what a backbone is to the rest of mofu, and what is known of one before it is loaded."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mofu.errors import MofuError
from mofu.imaging.results import Fit, Pixels

Vectors = NDArray[np.float32]
"""(n, d) float32, a row an image."""


@dataclass(frozen=True, slots=True)
class Layer:
    """Where activations are read, and how many numbers that gives an image."""

    name: str
    dimension: int


@dataclass(frozen=True, slots=True)
class WeightsOrigin:
    """A weights file that its own library publishes.

    Attributes:
        file: name in the library's cache.
        url: where the library fetches it.
        sha256_prefix: first hexadecimal digits of the file's SHA-256, as published in its name.
        licence: of the weights, with what they were trained on.
    """

    file: str
    url: str
    sha256_prefix: str
    licence: str


@dataclass(frozen=True, slots=True)
class BackboneSpec:
    """What is known of a backbone without loading it.

    Attributes:
        name: as in `name:layer`.
        about: one line for a list.
        layers: where activations can be read.
        default_layer: where they are read if a call names no layer.
        side_px: size at which pixels are asked of the decoder.
        fit: which side that is.
        weights: None where everything is in the package.
        extra: the optional extra of mofu that it needs, or None.
    """

    name: str
    about: str
    layers: tuple[Layer, ...]
    default_layer: str
    side_px: int
    fit: Fit
    weights: WeightsOrigin | None = None
    extra: str | None = None

    def dimension(self, layer: str) -> int:
        """Numbers an image that a layer gives; KeyError where there is no such layer."""
        return {known.name: known.dimension for known in self.layers}[layer]


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
        return self.spec.side_px

    @property
    def fit(self) -> Fit:
        """Which side `side_px` is."""
        return self.spec.fit

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

    @abstractmethod
    def _compute(self, pixels: Sequence[Pixels]) -> Vectors:
        """Activations of at least one image, unchecked."""
