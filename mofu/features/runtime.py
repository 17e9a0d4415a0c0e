"""A torch network → activations of pixels, on whatever this machine computes fastest and right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from mofu.features.backbone import Vectors
from mofu.features.preprocessing import Preprocessing, prepared
from mofu.imaging.results import Pixels
from mofu.settings import FeaturesSettings

_AT_ONCE = 16  # VGG16's first activations take 13 MB an image


class Runner:
    """A network with its preprocessing, ready to be called.

    Attributes:
        name: of the backbone, for messages.
    """

    def __init__(
        self, module: torch.nn.Module, preprocessing: Preprocessing, settings: FeaturesSettings, name: str
    ) -> None:
        """Take a network over.

        Args:
            module: (n, 3, h, w) float32, normalised → (n, d) float32; a row must not depend on the other images.
            preprocessing: how pixels become its input.
            settings: device, runtime.
            name: of the backbone, for messages.
        """
        self.name, self._settings = name, settings
        self._module, self._preprocessing = module.eval(), preprocessing

    def __call__(self, pixels: Sequence[Pixels]) -> Vectors:
        """Activations of images, the same whatever the batch they come in.

        Args:
            pixels: (h, w, 3) uint8 RGB each, at least one.

        Returns:
            (len(pixels), d) float32.
        """
        rows = [self._one(image) for image in pixels]
        return np.concatenate(rows)

    def _one(self, image: Pixels) -> Vectors:
        shown = torch.from_numpy(prepared(image, self._preprocessing).copy())[None].permute(0, 3, 1, 2)
        mean, std = (torch.tensor(v)[:, None, None] for v in (self._preprocessing.mean, self._preprocessing.std))
        with torch.inference_mode():
            rows: Vectors = self._module((shown / 255 - mean) / std).numpy()
        return rows
