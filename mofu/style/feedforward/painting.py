"""What both stylists do around their networks: pixels and a mix become tensors, and what was painted pixels again."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from mofu.imaging.results import Pixels
from mofu.style.feedforward.encoder import MULTIPLE_PX, Encoder
from mofu.style.feedforward.moments import Maps, Moments, of_maps, of_statistics
from mofu.style.layers import PIXELS
from mofu.style.mix import Part, Where
from mofu.style.stylist import Stylist, Work

Number = TypeVar("Number", np.uint8, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A picture as a network takes it.

    Attributes:
        maps: of the picture, the pixels first, each (1, c, h, w).
        whole: those of the whole picture, where this is a tile; else the same.
        moments: of the whole picture's maps.
        styles: the moments of each part of the mix.
        shares: of each part, its weight as a number, or (1, 1, h, w) where it varies over the picture.
        share: of the styles against the picture's own moments, (1,).
    """

    maps: Maps
    whole: Maps
    moments: Moments
    styles: tuple[Moments, ...]
    shares: tuple[float | torch.Tensor, ...]
    share: torch.Tensor

    @property
    def varies(self) -> bool:
        """Whether styles vary over the picture."""
        return any(isinstance(share, torch.Tensor) for share in self.shares)

    def mixed(self, parts: list[torch.Tensor]) -> torch.Tensor:
        """The sum of one tensor of each part, (1, c, h, w), or (1, c, 1, 1) for the whole picture."""
        return self.mixed_at(parts, (parts[0].shape[2], parts[0].shape[3]))

    def mixed_at(self, parts: list[torch.Tensor], size: tuple[int, int]) -> torch.Tensor:
        """The sum of one tensor of each part at a size that the shares are brought to."""
        sized = [resized(share, size) if isinstance(share, torch.Tensor) else share for share in self.shares]
        return torch.stack([share * part for share, part in zip(sized, parts, strict=True)]).sum(0)


class FeedForward(Stylist):
    """One pass of a network; a subclass paints.

    Attributes:
        reach: how far a network aims at strength 1, where the moments of a style are at 1: what it paints falls short
            of what it aims at.
    """

    reach: float

    def __init__(self, encoder: Encoder, network: nn.Module, weights_sha256: str) -> None:
        """Take the networks over, onto the GPU if there is one."""
        self.backbone_id, self.weights_sha256 = encoder.backbone_id, weights_sha256
        # a style whose colours were not measured leaves the picture's
        self.layers = encoder.layers[1:]
        self._encoder, self._network = encoder.eval(), network.eval().requires_grad_(False)
        self._place(torch.device("cuda" if torch.cuda.is_available() else "cpu"))

    def leave_gpu(self) -> bool:
        """As `Stylist.leave_gpu` says."""
        left = self._device.type != "cpu"
        self._place(torch.device("cpu"))
        return left

    @abstractmethod
    def _paint(self, shown: Shown, seed: int) -> torch.Tensor:
        """(1, 3, h, w), about [0, 1]."""

    def _place(self, device: torch.device) -> None:
        self._device = device
        for network in (self._encoder, self._network):
            network.to(device).to(memory_format=torch.channels_last)

    def _stylise(self, work: Work) -> Pixels:
        work.progress(0, 1)
        height, width = work.pixels.shape[:2]
        with torch.inference_mode():
            painted = self._paint(self._shown(work), work.seed)
            found = (painted[0].permute(1, 2, 0).clamp(0, 1) * 255).round().to(torch.uint8).cpu().numpy()
        work.progress(1, 1)
        return np.ascontiguousarray(found[:height, :width])

    def _shown(self, work: Work) -> Shown:
        maps = self._encoder(self._tensor(work.pixels))
        whole = maps if work.thumbnail is None else self._encoder(self._tensor(work.thumbnail))
        moments = of_maps(whole)
        styles = tuple(self._moments(part, moments) for part in work.mix)
        shares = tuple(part.weight if part.where is None else self._where(part.where) for part in work.mix)
        share = torch.full((1,), self.reach * share_of(work.strength)).to(self._device)
        return Shown(maps, whole, moments, styles, shares, share)

    def _tensor(self, pixels: Pixels) -> torch.Tensor:
        """(1, 3, h, w) in [0, 1], continued by its reflection to sides that the stages divide."""
        given = torch.from_numpy(widened(pixels)).to(self._device).permute(2, 0, 1)[None].float() / 255
        return given.contiguous(memory_format=torch.channels_last)

    def _where(self, where: Where) -> torch.Tensor:
        return torch.from_numpy(widened(where)).to(self._device)[None, None]

    def _moments(self, part: Part, content: Moments) -> Moments:
        stages = of_statistics([part.statistics], self.layers)
        colours = of_statistics([part.statistics], [PIXELS]) if PIXELS in part.statistics else content
        means = (colours.means[0], *stages.means)
        covariances = (colours.covariances[0], *stages.covariances)
        return Moments(
            tuple(mean.to(self._device) for mean in means),
            tuple(covariance.to(self._device) for covariance in covariances),
        )


def share_of(strength: float) -> float:
    """How far moments go from the picture's own to the style's, at a strength: most of the way early on."""
    left: float = (1 - strength) ** 2.5
    return 1 - left


def resized(share: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """(1, 1, h, w) of shares at another size."""
    return functional.interpolate(share, size=size, mode="area")


def widened(plane: NDArray[Number]) -> NDArray[Number]:
    """(h, w, …) with sides that are multiples of the deepest stage's stride, at least two of them."""
    missing = [max(2 * MULTIPLE_PX, -(-side // MULTIPLE_PX) * MULTIPLE_PX) - side for side in plane.shape[:2]]
    around = [(0, each) for each in missing] + [(0, 0)] * (plane.ndim - 2)
    return np.pad(plane, around, mode="symmetric")
