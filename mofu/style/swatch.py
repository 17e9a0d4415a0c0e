"""A style's statistics → a small picture of it, painted from noise: what the numbers say, no photograph."""

from __future__ import annotations

import io

import torch
from PIL import Image

from mofu.features.backbone import Backbone
from mofu.imaging.results import Pixels
from mofu.style.descent import resized
from mofu.style.gatys import GatysStylist, Weights
from mofu.style.layers import PIXELS
from mofu.style.statistics import Statistics

SIDE_PX = 128
ITERATIONS = 80
_BLOT_PX = 4
_GREY, _CONTRAST = 0.5, 0.2
"""Of the noise that a style without statistics of the pixels begins with."""
_SHARE = 0.3
"""Of the deviation of a style's colours that the noise has: the colours of many pictures are not those of one."""


def swatch(backbone: Backbone, statistics: Statistics, *, side_px: int = SIDE_PX, seed: int = 0) -> bytes:
    """A PNG of `side_px` × `side_px` in a style; equal statistics and seeds give equal bytes on one machine.

    Raises:
        InvalidInputError: a backbone without maps, or statistics that are not of it.
    """
    stream = io.BytesIO()
    Image.fromarray(synthesised(backbone, statistics, side_px=side_px, seed=seed)).save(stream, "PNG", optimize=True)
    return stream.getvalue()


def synthesised(
    backbone: Backbone, statistics: Statistics, *, side_px: int = SIDE_PX, seed: int = 0, iterations: int = ITERATIONS
) -> Pixels:
    """(side_px, side_px, 3) uint8 of a style, from noise of its colours (Gatys et al., "Texture synthesis", 2015)."""
    stylist = GatysStylist(backbone, Weights())
    return stylist.synthesised(statistics, _noise(statistics, side_px, seed), iterations)


def _noise(statistics: Statistics, side_px: int, seed: int) -> torch.Tensor:
    """(1, 3, side_px, side_px) of blots in the mean colour of a style, varying as its colours do.

    Finer grain is hardly seen by any layer, and would stay.
    """
    blots = -(-side_px // _BLOT_PX)
    drawn = torch.randn((3, blots * blots), generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    shown = _coloured(drawn, statistics).clamp(0, 1).view(1, 3, blots, blots).float()
    return resized(shown, (side_px, side_px))


def _coloured(drawn: torch.Tensor, statistics: Statistics) -> torch.Tensor:
    """(3, n) of standard normal numbers → RGB."""
    if PIXELS not in statistics:
        return _GREY + _CONTRAST * drawn
    colours = statistics[PIXELS]
    values, vectors = torch.linalg.eigh(torch.tensor(colours.covariance, dtype=torch.float64))
    root = (vectors * values.clamp_min(0).sqrt()) @ vectors.T
    found: torch.Tensor = _SHARE * (root @ drawn) + torch.tensor(colours.mean, dtype=torch.float64)[:, None]
    return found
