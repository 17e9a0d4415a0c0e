"""Pixels and a mix of styles → pixels in that mix: what every stylist takes and gives, and how one is found by name."""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mofu.errors import InvalidInputError, UnknownNameError
from mofu.features.backbone import Backbone
from mofu.imaging.results import Pixels
from mofu.style.mix import Mix, Part, normalised
from mofu.style.options import LEAST_TILE_PX

Told = Callable[[int, int], None]
"""(steps done, steps in all)."""

LARGEST_WORK_PX = 512

STYLISTS: dict[str, tuple[str, str, str]] = {
    "gatys": ("mofu.style.gatys", "load_gatys", "each picture by its own optimisation: the best, and the slowest"),
    "fast": ("mofu.style.feedforward", "load_fast", "one pass of a network trained for the styles it knows"),
    "adain": ("mofu.style.feedforward", "load_adain", "one pass of a network that takes any style"),
}
"""By name: its module, the loader there, and a line for a list. torch is imported by the module, not by this one."""


@dataclass(frozen=True, slots=True)
class Work:
    """One picture to be stylised, checked.

    Attributes:
        pixels: (h, w, 3) uint8 RGB.
        mix: normalised; its maps of the picture's size.
        strength: above 0, to 1.
        seed: of whatever is drawn by chance.
        iterations: steps that were asked for; None: the stylist's own number.
        thumbnail: where `pixels` are a tile, the whole picture made small: what a stylist normalises by the picture's
            own statistics, it takes from there, so that tiles agree (Chen et al., AAAI 2022); else None.
        progress: told of every step.
    """

    pixels: Pixels
    mix: Mix
    strength: float
    seed: int
    iterations: int | None
    thumbnail: Pixels | None
    progress: Told


class Stylist(ABC):
    """What puts a mix of styles onto pixels; a subclass computes, this class checks.

    Attributes:
        name: as in STYLISTS.
        backbone_id: of the network by whose maps styles are measured.
        layers: whose statistics a style must have.
        weights_sha256: of the file of its own weights; empty where it has none.
        work_share: of a picture's side, at which it is best shown the picture. At five eighths the grain is larger and
            more of the outlines is left: five words on ten photographs of 256 px by `fast`, both times at `edge_ssim`
            0.50, are seen by a scorer with 0.50, with 0.40 at the picture's own size.
    """

    name: str
    backbone_id: str
    layers: tuple[str, ...]
    weights_sha256: str = ""
    work_share: float = 5 / 8

    def work_px(self, longer_px: int) -> int:
        """The longer side, in pixels, at which it best works on a picture whose longer side is given."""
        return min(LARGEST_WORK_PX, max(LEAST_TILE_PX, round(longer_px * self.work_share)))

    def stylise(
        self,
        pixels: Pixels,
        mix: Sequence[Part],
        strength: float,
        *,
        seed: int = 0,
        iterations: int | None = None,
        thumbnail: Pixels | None = None,
        progress: Told | None = None,
    ) -> Pixels:
        """Put a mix onto a picture; equal arguments give equal pixels on one machine.

        Args:
            pixels: (h, w, 3) uint8 RGB.
            mix: parts whose weights need not sum to 1; their maps of the picture's size.
            strength: 0 gives the pixels themselves, 1 as much of the style as there can be.
            seed: of whatever is drawn by chance.
            iterations: of a stylist that goes by steps; None: its own number.
            thumbnail: the whole picture made small, where `pixels` are a tile of it.
            progress: called with (steps done, steps in all).

        Returns:
            (h, w, 3) uint8.

        Raises:
            InvalidInputError: pixels, strength, maps or statistics are not what they should be.
        """
        if not 0 <= strength <= 1:
            raise InvalidInputError(f"strength {strength}: expected a number from 0 (the picture itself) to 1")
        shares = self.checked(pixels, mix)
        if strength == 0:
            return pixels.copy()
        return self._stylise(Work(pixels, shares, strength, seed, iterations, thumbnail, progress or quiet))

    def checked(self, pixels: Pixels, mix: Sequence[Part]) -> Mix:
        """The mix as `normalised` gives it; InvalidInputError where it or the pixels are not what they should be."""
        if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8 or not pixels.size:
            raise InvalidInputError(f"pixels {pixels.shape} {pixels.dtype}: expected (height, width, 3) uint8 RGB")
        shares = normalised(mix)
        for part in shares:
            self._check(part, pixels)
        return shares

    def leave_gpu(self) -> bool:
        """Go on with the CPU; False where the stylist is there already."""
        return False

    def check_backbone(self, backbone_id: str, label: str) -> None:
        """Raise InvalidInputError where a style was measured by another backbone than this stylist's."""
        if backbone_id != self.backbone_id:
            raise InvalidInputError(
                f"style {label!r} was learned with {backbone_id}, {self.name} works with {self.backbone_id}:"
                " learn the style again, or choose a stylist of its backbone"
            )

    def _check(self, part: Part, pixels: Pixels) -> None:
        missing = [layer for layer in self.layers if layer not in part.statistics]
        if missing:
            raise InvalidInputError(
                f"style {part.label!r} has no statistics of {', '.join(missing)}, which {self.name} needs:"
                f" it has {', '.join(part.statistics) or 'none'}: learn it again with the backbone's own layers"
            )
        if part.where is not None and part.where.shape != pixels.shape[:2]:
            raise InvalidInputError(
                f"map of style {part.label!r} is {part.where.shape}: expected the picture's {pixels.shape[:2]}"
            )

    @abstractmethod
    def _stylise(self, work: Work) -> Pixels:
        """(h, w, 3) uint8 of the work's size."""


def load(name: str, backbone: Backbone, *, weights: Path | None = None) -> Stylist:
    """The stylist of a name.

    Args:
        name: in STYLISTS.
        backbone: by whose maps styles are measured.
        weights: a file of the stylist's own weights; None: the package's.

    Raises:
        UnknownNameError: no such stylist; lists them.
        InvalidInputError: weights that are none, or not of this backbone.
        MissingPackageError: torch is not installed.
    """
    from mofu.style import require_torch

    if name not in STYLISTS:
        raise UnknownNameError("stylist", name, STYLISTS)
    require_torch()
    module, loader, _ = STYLISTS[name]
    stylist: Stylist = getattr(importlib.import_module(module), loader)(backbone, weights)
    return stylist


def quiet(done: int, total: int) -> None:
    """Tell nobody."""
