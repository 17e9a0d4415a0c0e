"""A network, pictures and styles → the network trained: the loop by which the package's own were, too."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from mofu.style.feedforward.encoder import Encoder
from mofu.style.feedforward.moments import Maps, Moments, of_maps
from mofu.style.feedforward.objective import Loss, Weights, loss

_DECAY = 0.998


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that decides what comes out, but for the pictures and styles.

    Attributes:
        steps: of the optimiser.
        batch: pictures a step, each with a style of its own.
        crop_px: side of what is cut out of a picture, a multiple of 16.
        rate: highest learning rate, reached after a hundred steps.
        steady: share of the steps after which it begins to fall.
        whole: share of the pictures at strength 1; the others' is drawn between 0 and 1.
        half: whether convolutions are computed in bfloat16.
        seed: of crops, styles, strengths and noise.
        every: so many steps it is told how far it is, and a checkpoint is written.
        weights: of the parts of the loss.
    """

    steps: int
    batch: int = 4
    crop_px: int = 128
    rate: float = 1e-3
    steady: float = 0.5
    whole: float = 0.7
    half: bool = True
    seed: int = 0
    every: int = 250
    weights: Weights = field(default_factory=Weights)


class Styles(Protocol):
    """Where styles are drawn from."""

    def draw(self, generator: np.random.Generator, count: int) -> Moments:
        """Moments of as many styles, float32."""


class Contents(Protocol):
    """Where pictures are drawn from."""

    def draw(self, generator: np.random.Generator, count: int, side_px: int) -> torch.Tensor:
        """(n, 3, side, side) in [0, 1]."""


class Crops:
    """Pictures of any size, of which squares are cut at random, up to whole ones, some of them mirrored."""

    def __init__(self, pictures: Sequence[NDArray[np.uint8]]) -> None:
        """Take (h, w, 3) uint8 RGB pictures."""
        self._pictures = pictures

    def draw(self, generator: np.random.Generator, count: int, side_px: int) -> torch.Tensor:
        """See `Contents.draw`."""
        chosen = generator.integers(0, len(self._pictures), count)
        return torch.cat([cropped(self._pictures[number], generator, side_px) for number in chosen])


def cropped(picture: NDArray[np.uint8], generator: np.random.Generator, side_px: int) -> torch.Tensor:
    """(1, 3, side, side) in [0, 1], cut out at random; what is smaller is made larger."""
    least = min(picture.shape[:2])
    side = int(generator.integers(min(side_px, least), least + 1))
    top, left = (int(generator.integers(0, length - side + 1)) for length in picture.shape[:2])
    cut = picture[top : top + side, left : left + side].copy()  # torch takes none that cannot be written to
    given = torch.from_numpy(cut).permute(2, 0, 1)[None].float() / 255
    if side != side_px:
        given = functional.interpolate(given, size=(side_px, side_px), mode="bilinear", antialias=True)
    return given.flip(3) if generator.random() < 0.5 else given


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a training is.

    Attributes:
        step, steps: done, and in all.
        style, content, edges: the parts of the loss, their mean since it was told last.
        seconds: since this call began.
    """

    step: int
    steps: int
    style: float
    content: float
    edges: float
    seconds: float


class Trainer:
    """A stylist's network on its way through a plan.

    Attributes:
        plan: as given.
        average: the network with the running average of its weights: what is to be kept.
        step: how many were done.
    """

    def __init__(self, model: nn.Module, encoder: Encoder, plan: Plan) -> None:
        """Take a network that paints as `AdainNetwork` and `FastModel` do; it is changed in place."""
        self._model = model.to(memory_format=torch.channels_last)
        self._encoder = encoder.to(memory_format=torch.channels_last)
        self.average = copy.deepcopy(model).requires_grad_(False)
        self.plan, self.step = plan, 0
        self._optimiser = torch.optim.AdamW(model.parameters(), plan.rate, (0.9, 0.98), weight_decay=1e-4)

    def run(
        self,
        contents: Contents,
        styles: Styles,
        told: Callable[[Progress], None] | None = None,
        checkpoint: Path | None = None,
    ) -> None:
        """Go on to the end of the plan.

        Args:
            told: called every so many steps.
            checkpoint: a file that is written then, and from which an interrupted training of the same plan goes on.
        """
        if checkpoint is not None and checkpoint.is_file():
            self._resume(checkpoint)
        began, parts = time.monotonic(), []
        while self.step < self.plan.steps:
            found = self._advance(contents, styles)
            parts.append([float(each.detach().mean()) for each in (found.style, found.content, found.edges)])
            self.step += 1
            if not self.step % self.plan.every or self.step == self.plan.steps:
                style, content, edges = np.mean(parts, 0).tolist()
                if checkpoint is not None:
                    self._save(checkpoint)
                progress = Progress(self.step, self.plan.steps, style, content, edges, time.monotonic() - began)
                if told is not None:
                    told(progress)
                parts = []

    def _advance(self, contents: Contents, styles: Styles) -> Loss:
        plan = self.plan
        # each step draws from a seed of its own, so that a resumed training goes on as it would have
        generator = np.random.default_rng((plan.seed, self.step))
        pixels = contents.draw(generator, plan.batch, plan.crop_px).contiguous(memory_format=torch.channels_last)
        wanted = styles.draw(generator, plan.batch)
        whole = generator.random(plan.batch) < plan.whole
        strength = torch.from_numpy(np.where(whole, 1.0, generator.random(plan.batch)).astype(np.float32))
        found = self.loss(self._model, pixels, wanted, strength, int(generator.integers(2**31)))
        for group in self._optimiser.param_groups:
            group["lr"] = self._rate()
        self._optimiser.zero_grad()
        torch.autograd.backward([found.whole])
        nn.utils.clip_grad_norm_(self._model.parameters(), 1.0)
        self._optimiser.step()
        self._averaged()
        return found

    def loss(self, model: nn.Module, pixels: torch.Tensor, style: Moments, strength: torch.Tensor, seed: int) -> Loss:
        """Of pictures in styles, painted by a network at strengths (n,).

        At a strength below 1 the moments that are wanted lie between the picture's and the style's.
        """
        generator = torch.Generator().manual_seed(seed)
        shapes: list[tuple[int, ...]] = model.noise_shapes(*pixels.shape[::2], pixels.shape[3])  # type: ignore[operator]
        noise = [torch.randn(shape, generator=generator) for shape in shapes]
        with torch.autocast("cpu", torch.bfloat16, enabled=self.plan.half):
            with torch.no_grad():
                maps: Maps = [each.float() for each in self._encoder(pixels)]
                content = of_maps(maps)
            found = self._encoder(model(maps, content, style, strength, noise))
        return loss(found, maps, content.towards(style, strength), self.plan.weights)

    def _rate(self) -> float:
        done = self.step / self.plan.steps
        fallen = max(0.0, done - self.plan.steady) / (1 - self.plan.steady)
        falling = 0.01 + 0.99 * (1 + math.cos(math.pi * fallen)) / 2
        return self.plan.rate * min(1.0, (self.step + 1) / 100) * falling

    def _averaged(self) -> None:
        # the first steps are soon forgotten
        share = max(1 - _DECAY, 1 / (self.step / 10 + 1))
        with torch.no_grad():
            for kept, new in zip(self.average.parameters(), self._model.parameters(), strict=True):
                kept.lerp_(new, share)

    def _save(self, path: Path) -> None:
        state = {
            "plan": repr(asdict(self.plan)),
            "step": self.step,
            "model": self._model.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self._optimiser.state_dict(),
        }
        torch.save(state, path.with_suffix(".new"))
        path.with_suffix(".new").replace(path)

    def _resume(self, path: Path) -> None:
        state: dict[str, Any] = torch.load(path, weights_only=True)
        if state["plan"] != repr(asdict(self.plan)):
            return
        self.step = state["step"]
        self._model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self._optimiser.load_state_dict(state["optimiser"])
