"""A backbone, or nothing but pixels → the network below a segmenter, and pictures as it is shown them."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import torch
from torch import nn
from torch.nn import functional

from mofu.errors import InvalidInputError
from mofu.features.backbone import Backbone, BackboneSpec, Layer
from mofu.features.network import takes_any_size
from mofu.features.preprocessing import Preprocessing
from mofu.imaging.results import Pixels
from mofu.segmentation.classifier import channels, default_layers

STEP_PX = 32
"""Sides are rounded to a multiple of this, so that pictures come in few shapes and maps fit each other."""
_LEVELS = (32, 64, 96, 128)
"""Channels of the network that learns from pixels alone, at strides 2, 4, 8 and 16."""

PIXELS = BackboneSpec(
    name="pixels",
    about="no backbone: a small network that is learned with the segmenter",
    layers=tuple(Layer.of_maps(f"level{n}", width, 1 << n) for n, width in enumerate(_LEVELS, start=1)),
    default_layer=f"level{len(_LEVELS)}",
    preprocessing=Preprocessing(256, "longer", mean=(0.45,) * 3, std=(0.25,) * 3),
)


class Body(nn.Module):
    """Normalised pictures → the pictures themselves and the maps of every layer.

    Attributes:
        spec: of the backbone, or `PIXELS`.
        backbone_id: its weights and preprocessing; empty of `PIXELS`.
        layers: whose maps are given.
        channels: of each map, the pictures' 3 first.
        frozen: whether nothing of it is learned.
    """

    mean: torch.Tensor
    std: torch.Tensor

    def __init__(self, backbone: Backbone | None, layers: tuple[str, ...]) -> None:
        """Cut the backbone at some layers, or at those of every resolution where none are named.

        Raises:
            InvalidInputError: a backbone without maps.
            UnknownNameError: a layer without maps.
        """
        super().__init__()
        self.spec, self.frozen = (backbone.spec, True) if backbone else (PIXELS, False)
        self.backbone_id = backbone.id if backbone else ""
        self.layers = layers or default_layers(self.spec)
        self.channels = (3, *channels(self.spec, self.layers))
        self.network = backbone.module(self.layers).requires_grad_(False) if backbone else _Levels(self.layers)
        how = self.spec.preprocessing
        takes_any = backbone is None or takes_any_size(self.network)
        self._square_px = None if takes_any else how.crop_px or how.side_px
        for name in ("mean", "std"):
            values = torch.tensor(getattr(self.spec.preprocessing, name))[:, None, None]
            self.register_buffer(name, values, persistent=False)

    def forward(self, images: torch.Tensor) -> list[torch.Tensor]:
        """(n, 3, h, w) uint8 → (n, c, h', w') of each layer, the pictures first.

        A network that takes squares of one size only is shown one; its maps are as those of any other.
        """
        shown = (images.float() / 255 - self.mean) / self.std
        side_px = self._square_px
        given = functional.interpolate(shown, (side_px, side_px), mode="bilinear") if side_px else shown
        return [shown, *self.network(given)]


class _Levels(nn.Module):
    """Convolutions and means of 2 × 2 between them, to be learned."""

    def __init__(self, layers: tuple[str, ...]) -> None:
        super().__init__()
        self._wanted = [int(name.removeprefix("level")) - 1 for name in layers]
        widths = (3, *_LEVELS)
        self.levels = nn.ModuleList(
            nn.Sequential(nn.Conv2d(before, width, 3, padding=1), nn.GroupNorm(8, width), nn.ReLU())
            for before, width in pairwise(widths)
        )

    def forward(self, images: torch.Tensor) -> list[torch.Tensor]:
        maps, found = images, []
        for level in self.levels:
            maps = level(functional.avg_pool2d(maps, 2))
            found.append(maps)
        return [found[number] for number in self._wanted]


def shown(pixels: Pixels, side_px: int) -> torch.Tensor:
    """One picture as a segmenter is shown it.

    Args:
        pixels: (h, w, 3) uint8 RGB.
        side_px: of the longer side.

    Returns:
        (1, 3, h', w') uint8, sides multiples of `STEP_PX`.

    Raises:
        InvalidInputError: no picture.
    """
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8 or not pixels.size:
        raise InvalidInputError(f"pixels {pixels.shape} {pixels.dtype}: expected (height, width, 3) uint8 RGB")
    scale = side_px / max(pixels.shape[:2]) / STEP_PX
    height, width = (STEP_PX * max(1, round(side * scale)) for side in pixels.shape[:2])
    how = cv2.INTER_AREA if height * width < pixels.shape[0] * pixels.shape[1] else cv2.INTER_LINEAR
    resized = cv2.resize(np.ascontiguousarray(pixels), (width, height), interpolation=how)
    return torch.from_numpy(resized).permute(2, 0, 1)[None].contiguous()
