"""Pixels → their superpixels of several sizes, with the statistics of a backbone's maps and of local texture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
import torch

from mofu.features.backbone import Backbone
from mofu.features.fisher.codebook import load
from mofu.features.fisher.regions import RegionTextures, Sums
from mofu.features.network import takes_any_size
from mofu.imaging.results import Pixels
from mofu.segmentation.classifier import prepared
from mofu.segmentation.surfaces.settings import SurfaceSettings
from mofu.segmentation.surfaces.superpixels import Superpixels, superpixels


def textures() -> RegionTextures:
    """Reads by the codebook of the package: one that a user fitted may be gone when the classifier is read again."""
    return RegionTextures(load())


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """A picture cut into superpixels of one size.

    Attributes:
        pieces: with the statistics of maps.
        textures: what the descriptors of each piece add up to.
    """

    pieces: Superpixels
    textures: Sums


@dataclass(frozen=True)
class Cutter:
    """How pictures are cut and looked at.

    Attributes:
        backbone: any with maps.
        settings: which layers, sizes and scales; the layers are named.
    """

    backbone: Backbone
    settings: SurfaceSettings

    @cached_property
    def textures(self) -> RegionTextures:
        """What reads textures, see `textures`."""
        return textures()

    @cached_property
    def _body(self) -> torch.nn.Module:
        return self.backbone.module(self.settings.layers).requires_grad_(False).to(memory_format=torch.channels_last)

    @cached_property
    def _squares_only(self) -> bool:
        return not takes_any_size(self._body)

    def resized(self, pixels: Pixels) -> Pixels:
        """A picture as it is cut; InvalidInputError where it is none, or too narrow."""
        images = prepared(pixels, self.settings.side_px, self.backbone.spec)
        size = (images.shape[3], images.shape[2])
        shown = pixels if size == pixels.shape[1::-1] else cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
        return np.ascontiguousarray(shown, np.uint8)

    def __call__(self, shown: Pixels, sizes_px: Sequence[int]) -> list[Cut]:
        """Cut a picture that `resized` gave into superpixels of each size; UnknownNameError: a layer without maps."""
        of = self.settings
        with torch.inference_mode():
            maps = [each[0].float().numpy() for one in self._scaled(shown) for each in self._body(one)]
        pieces = [superpixels(shown, maps, len(of.layers), size_px) for size_px in sizes_px]
        height, width = (round(of.texture_scale * side) for side in shown.shape[:2])
        larger = np.asarray(cv2.resize(shown, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
        sums = self.textures.sums(larger, [each.labels for each in pieces])
        return [Cut(*both) for both in zip(pieces, sums, strict=True)]

    def _scaled(self, shown: Pixels) -> list[torch.Tensor]:
        """A picture at every scale; as the one square that a network takes which takes no other."""
        of, spec = self.settings, self.backbone.spec
        if self._squares_only:
            side_px = spec.preprocessing.crop_px or spec.preprocessing.side_px
            return [prepared(shown, side_px, spec, square=True)]
        return [prepared(shown, of.side_px, spec, scale=scale) for scale in of.scales]
