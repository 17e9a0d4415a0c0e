"""Pictures → the statistics of their cells, computed once and kept while a head is trained."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from mofu.errors import InvalidInputError
from mofu.features.backbone import Backbone
from mofu.features.network import takes_any_size
from mofu.imaging.results import Pixels
from mofu.segmentation.classifier import channels, prepared
from mofu.segmentation.heads import HeadSettings, statistics


class Cells:
    """The cells of every picture that was added.

    Attributes:
        channels: of the maps of each layer.
        side_px, square: how large pictures are shown, see `Provenance`.
        pictures: (cells, statistics) float16 of each picture: half a megabyte where 960 numbers describe a cell.
        skipped: pictures that could not be read.
    """

    def __init__(self, backbone: Backbone, layers: Sequence[str], side_px: int, settings: HeadSettings) -> None:
        """Cut the backbone; UnknownNameError where a layer has no maps."""
        self.channels = channels(backbone.spec, layers)
        self.pictures: list[torch.Tensor] = []
        self.skipped = 0
        self._spec, how = backbone.spec, backbone.spec.preprocessing
        self._body = backbone.module(layers).requires_grad_(False).to(memory_format=torch.channels_last)
        self.square = not takes_any_size(self._body)
        self.side_px = (how.crop_px or how.side_px) if self.square else side_px
        self._settings = settings

    def __len__(self) -> int:
        return len(self.pictures)

    def add(self, pixels: Pixels) -> bool:
        """Read one picture; whether it is kept: one that is none, or whose maps are not finite, is counted instead."""
        try:
            images = prepared(pixels, self.side_px, self._spec, square=self.square)
        except InvalidInputError:
            self.skipped += 1
            return False
        with torch.inference_mode():
            found = statistics(self._body(images), (images.shape[2], images.shape[3]), self._settings)
        cells = found[0].flatten(0, 1).half()
        if not torch.isfinite(cells).all():
            self.skipped += 1
            return False
        self.pictures.append(cells)
        return True
