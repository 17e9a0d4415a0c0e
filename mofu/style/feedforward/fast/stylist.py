"""A picture and a mix → the picture painted by the network under the mix of its parts' conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from mofu.style.feedforward.blocks import noise
from mofu.style.feedforward.fast.network import STRIDES_PX, Affine, Pass
from mofu.style.feedforward.moments import Moments
from mofu.style.feedforward.painting import FeedForward, Shown

if TYPE_CHECKING:
    from mofu.style.feedforward.fast.model import FastModel


class FastStylist(FeedForward):
    """Parts are mixed as conditions: a convex combination of every γ and β, one for the picture or one a position.

    Where they vary over the picture, each position is normalised by the moments that the maps have where its style is
    everywhere: what is on one side does not change the other.
    """

    name = "fast"
    reach = 1.06
    _network: FastModel

    def _paint(self, shown: Shown, seed: int) -> torch.Tensor:
        conditions = [self._network.conditions(style, shown.share) for style in shown.styles]
        bases = [self._base(shown, style, shown.maps[0]) for style in shown.styles]
        base, drawn = shown.mixed(bases), self._noise(seed, shown.maps[0])
        if shown.varies:
            affines = self._varying(shown, conditions, seed)
            return self._through(base, Pass(conditions[0], drawn, affines))
        mixed = torch.stack([share * part for share, part in zip(shown.shares, conditions, strict=True)]).sum(0)
        if shown.whole is shown.maps:
            return self._through(base, Pass(mixed, drawn))
        whole = Pass(mixed, self._noise(seed, shown.whole[0]))
        self._through(shown.mixed([self._base(shown, style, shown.whole[0]) for style in shown.styles]), whole)
        return self._through(base, Pass(mixed, drawn, whole.affines))

    def _varying(self, shown: Shown, conditions: list[torch.Tensor], seed: int) -> list[Affine]:
        """What every normalisation does at every position."""
        drawn = self._noise(seed, shown.whole[0])
        ways = [Pass(condition, drawn) for condition in conditions]
        for way, style in zip(ways, shown.styles, strict=True):
            self._through(self._base(shown, style, shown.whole[0]), way)
        height, width = shown.maps[0].shape[2:]
        found = []
        for number, stride in enumerate(STRIDES_PX):
            size, parts = (height // stride, width // stride), [way.affines[number] for way in ways]
            scale, shift, gain = (
                shown.mixed_at([getattr(part, what) for part in parts], size) for what in ("scale", "shift", "gain")
            )
            found.append(Affine(scale, shift, gain))
        return found

    def _base(self, shown: Shown, style: Moments, pixels: torch.Tensor) -> torch.Tensor:
        return pixels.lerp(self._network.base(pixels, shown.moments, style), shown.share.clamp(max=1))

    def _noise(self, seed: int, pixels: torch.Tensor) -> list[torch.Tensor]:
        shapes = self._network.noise_shapes(1, *pixels.shape[2:])
        return [each.to(self._device) for each in noise(seed, shapes)]

    def _through(self, base: torch.Tensor, way: Pass) -> torch.Tensor:
        painted: torch.Tensor = self._network.network(base, way)
        return painted
