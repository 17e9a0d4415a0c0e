"""A backbone → the same one pooled over several parts of each image: finer texture, and what stands at the edges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from mofu.features.backbone import Backbone, Maps, Vectors
from mofu.imaging.results import Pixels
from mofu.settings import FeaturesSettings

if TYPE_CHECKING:
    import torch

Crops = Literal["five", "scales"]

_SHARE = 0.75
"""Of both sides of an image that a part has."""
_PLACES = ((0.0, 0.0), (0.0, 1.0), (0.5, 0.5), (1.0, 0.0), (1.0, 1.0))
"""Of the parts between top and bottom, left and right."""


def pooled(backbone: Backbone, settings: FeaturesSettings) -> Backbone:
    """The backbone as `features.crops` wants it: itself for `one`."""
    return backbone if settings.crops == "one" else CropsBackbone(backbone, settings.crops)


def parts(pixels: Pixels) -> list[Pixels]:
    """The four corners and the middle of (h, w, 3) pixels, each three quarters of both sides, as views."""
    height, width = pixels.shape[:2]
    rows, columns = max(1, round(height * _SHARE)), max(1, round(width * _SHARE))
    corners = [(round((height - rows) * down), round((width - columns) * right)) for down, right in _PLACES]
    return [pixels[top : top + rows, left : left + columns] for top, left in corners]


class CropsBackbone(Backbone):
    """Another backbone's activations, their mean over parts of each image; of the length that they have on average.

    `five` are the corners and the middle, `scales` the whole image and the mean of these five, counting the same.
    Every part is prepared like an image of its own, so that the decoder is asked for as many more pixels. Maps and
    texts are the other backbone's.
    """

    def __init__(self, backbone: Backbone, crops: Crops) -> None:
        """Pool a backbone; its id says so, because the vectors are others."""
        self.id, self.spec, self.layer = f"{backbone.id}-{crops}", backbone.spec, backbone.layer
        self._backbone, self._crops = backbone, crops

    @property
    def side_px(self) -> int:
        """So large that a part has the size that the backbone wants."""
        return round(self._backbone.side_px / _SHARE)

    def maps(self, pixels: Sequence[Pixels], layers: Sequence[str]) -> list[Maps]:
        """Of the whole images."""
        return self._backbone.maps(pixels, layers)

    def module(self, layers: Sequence[str]) -> torch.nn.Module:
        """As the other backbone has it."""
        return self._backbone.module(layers)

    def text_vectors(self, texts: Sequence[str]) -> Vectors:
        """As the other backbone has it."""
        return self._backbone.text_vectors(texts)

    def _compute(self, pixels: Sequence[Pixels]) -> Vectors:
        shown = [self._shown(image) for image in pixels]
        rows = self._backbone._compute([part for image in shown for part in image])
        return np.stack([_mean(group) for group in rows.reshape(len(pixels), len(shown[0]), -1)])

    def _shown(self, image: Pixels) -> list[Pixels]:
        return parts(image) if self._crops == "five" else [image, *parts(image)]


def _mean(rows: Vectors) -> Vectors:
    """Mean of five rows, or of the first and the mean of five others; as long as the rows are on average."""
    mean = rows.mean(axis=0) if len(rows) == len(_PLACES) else (rows[0] + rows[1:].mean(axis=0)) / 2
    length = np.linalg.norm(mean)
    scale = np.linalg.norm(rows, axis=1).mean() / length if length > 0 else 0.0
    return np.asarray(mean * scale, np.float32)
