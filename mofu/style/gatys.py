"""A picture and a mix → the picture whose maps have the mix's statistics and the picture's outlines, by optimisation.

Gatys, Ecker & Bethge, "Image style transfer using convolutional neural networks" (CVPR 2016): L-BFGS on the pixels,
from the picture itself, coarse to fine. What is kept of the picture: its deep maps, and where its edges are. The
strength says how much of the edges, by the structural similarity of gradient magnitudes, the style may cost: at one
weight some styles would cost all of them, and others none.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from mofu.errors import InvalidInputError
from mofu.features.backbone import Backbone
from mofu.features.network import takes_any_size
from mofu.imaging.results import Pixels
from mofu.style.colour import moments, transport
from mofu.style.descent import Goal, as_pixels, as_tensor, painted, resized, stray
from mofu.style.feedforward.objective import edge_ssim
from mofu.style.layers import PIXELS, style_layers
from mofu.style.merging import merge
from mofu.style.mix import Mix, Part, Where
from mofu.style.statistics import Statistics
from mofu.style.stylist import Stylist, Work, quiet
from mofu.style.texture import Place, Targets, distance, targets

_AROUND_PX = 7


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each part of what is minimised counts, and how long that goes on.

    Attributes:
        given_up: how much of the outlines, by SSIM, the style may cost at strength 1, and in proportion below.
        outlines: of the square of what it costs beyond that.
        content: of the deep maps.
        grain: of the square of how much more, or less, colours change from pixel to pixel than in what the descent
            begins with: to maps of edges, one of red against green is as good as one of light against dark.
        cells: the style is to be there in each of cells × cells parts, see `texture.Place`.
        noise: deviation of the blots that are added to the coarsest picture, where channels are in [0, 1].
        iterations: at each size.
    """

    given_up: float = 0.8
    outlines: float = 20.0
    content: float = 0.01
    grain: float = 50.0
    cells: int = 2
    noise: float = 0.1
    iterations: int = 60


class GatysStylist(Stylist):
    """Any style that the backbone measured, none of it learned beforehand."""

    name = "gatys"
    work_share = 13 / 16  # it keeps outlines by itself: six photographs, seen in 0.57 at five eighths, in 0.60 at this

    def __init__(self, backbone: Backbone, weights: Weights) -> None:
        """Cut the backbone at the layers of style."""
        self.backbone_id, self.layers, self._weights = backbone.id, style_layers(backbone.spec), weights
        self._how = backbone.spec.preprocessing
        self._network = backbone.module(self.layers).eval().requires_grad_(False)
        self._side_px = None if takes_any_size(self._network) else self._how.crop_px or self._how.side_px
        self._place(torch.device("cuda" if torch.cuda.is_available() else "cpu"))

    def leave_gpu(self) -> bool:
        """As `Stylist.leave_gpu` says."""
        left = self._device.type != "cpu"
        self._place(torch.device("cpu"))
        return left

    def maps(self, picture: torch.Tensor) -> dict[str, torch.Tensor]:
        """(1, 3, h, w) in [0, 1] → the maps of every layer."""
        mean, deviation = (picture.new_tensor(part)[:, None, None] for part in (self._how.mean, self._how.std))
        shown = picture if self._side_px is None else resized(picture, (self._side_px, self._side_px))
        return dict(zip(self.layers, self._running((shown - mean) / deviation), strict=True))

    def synthesised(self, statistics: Statistics, noise: torch.Tensor, iterations: int) -> Pixels:
        """A picture of a style and nothing else, from (1, 3, h, w) of noise; raises as `stylise` does."""
        start = noise.to(self._device)
        self.checked(as_pixels(start), (Part(statistics, label="swatch"),))

        wanted = targets(statistics, self.layers, self._device)

        def goal(shown: torch.Tensor) -> Goal:
            place, grainy = Place.of(None, 1), self._grainy(start, shown)
            return lambda picture: distance(self.maps(picture), place, wanted) + grainy(picture) + stray(picture)

        return painted(start, start=start, noise=0.0, seed=0, steps=iterations, goal=goal, progress=quiet)

    def _place(self, device: torch.device) -> None:
        self._device = device
        self._running = self._network if device.type == "cpu" else copy.deepcopy(self._network).to(device)

    def _stylise(self, work: Work) -> Pixels:
        content = as_tensor(work.pixels, self._device)
        steps = work.iterations or self._weights.iterations
        start = content + work.strength * (self._coloured(work) - content)
        return painted(
            content,
            start=start,
            noise=self._weights.noise * work.strength,
            seed=work.seed,
            steps=steps,
            goal=lambda shown: self._goal(shown, start, work),
            progress=work.progress,
        )

    def _coloured(self, work: Work) -> torch.Tensor:
        """The content (1, 3, h, w) in the colours of the mix, which descent alone would take long to find."""
        mean, covariance = moments(work.pixels)
        found = np.zeros(work.pixels.shape, np.float32)
        for where, statistics in _styles(work.mix):
            wanted = statistics.get(PIXELS)
            matrix = np.eye(3) if wanted is None else transport(covariance, wanted.covariance.astype(np.float64))
            shown = (work.pixels / 255.0 - mean) @ matrix.T + (mean if wanted is None else wanted.mean)
            found += shown if where is None else where[..., None] * shown
        return torch.from_numpy(found).to(self._device).permute(2, 0, 1)[None].clamp(0, 1)

    def _goal(self, content: torch.Tensor, start: torch.Tensor, work: Work) -> Goal:
        """What is to become small, for a content (1, 3, h, w) of one size, and what the descent began with."""
        grainy = self._grainy(start, content)
        weights, deep = self._weights, self.layers[max(0, len(self.layers) - 2)]
        styles = [self._placed(*style) for style in _styles(work.mix)]
        with torch.no_grad():
            kept = _standard(self.maps(content)[deep])

        def goal(picture: torch.Tensor) -> torch.Tensor:
            maps = self.maps(picture)
            style = torch.stack([distance(maps, place, wanted) for place, wanted in styles]).sum()
            lost = functional.relu(1 - weights.given_up * work.strength - edge_ssim(picture, content).mean())
            own = weights.outlines * lost.square() + weights.content * (_standard(maps[deep]) - kept).square().mean()
            return work.strength * style + own + grainy(picture) + stray(picture)

        return goal

    def _grainy(self, start: torch.Tensor, shown: torch.Tensor) -> Goal:
        """How much more, or less, grain of colours a picture has than what the descent begins with, at a size."""
        kept = _grain(resized(start, (shown.shape[2], shown.shape[3])))
        return lambda picture: self._weights.grain * (_grain(picture) - kept).square().mean()

    def _placed(self, where: Where | None, statistics: Statistics) -> tuple[Place, Targets]:
        """Where one style is wanted, and what it wants there.

        Not its colours: those of a word differ from picture to picture, and no part of one picture has them all.
        """
        mask = None if where is None else torch.tensor(where, device=self._device)[None, None]
        return Place.of(mask, self._weights.cells), targets(statistics, self.layers, self._device)


def load_gatys(backbone: Backbone, weights: Path | None) -> GatysStylist:
    """The stylist on any backbone that has maps.

    Raises:
        InvalidInputError: a backbone that has none, or a file of weights.
    """
    if weights is not None:
        raise InvalidInputError(f"{weights}: gatys learns nothing, so that it takes no weights: leave them out")
    return GatysStylist(backbone, Weights())


def _styles(mix: Mix) -> list[tuple[Where | None, Statistics]]:
    """Where each style goes; without maps, all of them as one."""
    if mix[0].where is None:
        only = mix[0].statistics if len(mix) == 1 else None
        return [(None, only or merge([part.statistics for part in mix], "mean", [part.weight for part in mix]))]
    return [(part.where, part.statistics) for part in mix]


def _grain(picture: torch.Tensor) -> torch.Tensor:
    """(1, 3, h, w) → how the colours of each pixel, its lightness apart, differ from those around it."""
    colours = picture - picture.mean(1, keepdim=True)
    return colours - functional.avg_pool2d(colours, 2 * _AROUND_PX + 1, 1, _AROUND_PX, count_include_pad=False)


def _standard(maps: torch.Tensor) -> torch.Tensor:
    """(1, c, h, w), each channel with its own mean and deviation taken out."""
    variance, mean = torch.var_mean(maps, (2, 3), correction=0, keepdim=True)
    return (maps - mean) * (variance + 1e-3).rsqrt()
