"""A picture and a mix → the picture painted by the decoder from its restyled maps: any style at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from mofu.style.feedforward.blocks import noise
from mofu.style.feedforward.painting import FeedForward, Shown

if TYPE_CHECKING:
    from mofu.style.feedforward.adain.network import AdainNetwork


class AdainStylist(FeedForward):
    """Parts are mixed as the maps that each of them gives; the strength goes between these and the picture's own."""

    name = "adain"
    reach = 1.3
    _network: AdainNetwork

    def _paint(self, shown: Shown, seed: int) -> torch.Tensor:
        height, width = shown.maps[0].shape[2:]
        drawn = [each.to(self._device) for each in noise(seed, self._network.noise_shapes(1, height, width))]
        parts = [self._network.restyled(shown.maps, shown.moments, style, drawn) for style in shown.styles]
        restyled = [shown.mixed(list(layer)) for layer in zip(*parts, strict=True)]
        moved = [each.lerp(new, shown.share) for each, new in zip(shown.maps, restyled, strict=True)]
        return self._network.decoded(moved)
