"""A start and a goal of one's own at each size → the picture that makes the goal small, coarse to fine, by L-BFGS."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch.nn import functional

from mofu.imaging.results import Pixels
from mofu.style.stylist import Told

Goal = Callable[[torch.Tensor], torch.Tensor]
"""A picture (1, 3, h, w), in [0, 1] but for what `stray` tells → a number, differentiable."""

COARSEST_PX = 64
"""The shorter side is halved no further: the deep maps of less are a few points."""
COARSEST_LEVELS = 3
_HISTORY = 20
_STRAY = 20.0


def painted(
    content: torch.Tensor,
    *,
    start: torch.Tensor,
    noise: float,
    seed: int,
    steps: int,
    goal: Callable[[torch.Tensor], Goal],
    progress: Told,
) -> Pixels:
    """Minimise at a fraction of the size first, then at twice that, until it is the content's own.

    Args:
        content: (1, 3, h, w) in [0, 1]; its detail is what a coarser picture is refined by.
        start: what the descent begins with, of the same shape.
        noise: deviation of the blots that are added to the coarsest picture: from a flat surface no way leads to a
            texture.
        seed: of the noise.
        steps: of L-BFGS at each size.
        goal: content at a size → the goal there.
        progress: told of every step.

    Returns:
        (h, w, 3) uint8.
    """
    sizes = pyramid((content.shape[2], content.shape[3]))
    coarsest = resized(start, sizes[0])
    picture, total = coarsest + noise * _blots(sizes[0], seed).to(content.device), steps * len(sizes)
    for level, size in enumerate(sizes):
        shown = resized(content, size)
        # what the coarser picture cannot know of the finer one is the content's own detail
        picture = shown + resized(picture - resized(content, (picture.shape[2], picture.shape[3])), size)
        picture = minimised(goal(shown), picture, steps, _after(level * steps, total, progress))
    return as_pixels(picture)


def _blots(size: tuple[int, int], seed: int) -> torch.Tensor:
    """(1, 3, h, w), of deviation 1 until enlarged from half the size: finer grain is hardly seen, and would stay."""
    half = (-(-size[0] // 2), -(-size[1] // 2))
    drawn = torch.randn((1, 3, *half), generator=torch.Generator().manual_seed(seed))
    return resized(drawn, size)


def minimised(goal: Goal, picture: torch.Tensor, steps: int, told: Callable[[int], None]) -> torch.Tensor:
    """The picture after so many steps of L-BFGS (Nocedal 1980) with a line search for the strong Wolfe conditions."""
    found = picture.detach().clone(memory_format=torch.contiguous_format).requires_grad_(True)
    optimiser = torch.optim.LBFGS(
        [found],
        max_iter=steps,
        max_eval=2 * steps,
        history_size=_HISTORY,
        tolerance_grad=1e-9,
        tolerance_change=1e-12,
        line_search_fn="strong_wolfe",
    )
    evaluations = 0

    def closure() -> torch.Tensor:
        nonlocal evaluations
        optimiser.zero_grad()
        value = goal(found)
        torch.autograd.backward(value)
        evaluations += 1
        told(min(evaluations, steps))
        return value

    step: Callable[..., object] = optimiser.step
    with torch.enable_grad():
        step(closure)
    return found.detach()


def stray(picture: torch.Tensor) -> torch.Tensor:
    """A number that grows with how far channels are outside of [0, 1]."""
    return _STRAY * (functional.relu(picture - 1) + functional.relu(-picture)).square().mean()


def pyramid(size: tuple[int, int]) -> list[tuple[int, int]]:
    """Heights and widths, the coarsest first: halves, as long as the shorter side has `COARSEST_PX`."""
    sizes = [size]
    while len(sizes) < COARSEST_LEVELS and min(sizes[0]) // 2 >= COARSEST_PX:
        sizes.insert(0, (sizes[0][0] // 2, sizes[0][1] // 2))
    return sizes


def resized(maps: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """(n, c, h, w) → (n, c, *size), bilinear, antialiased; itself where it has that size."""
    if tuple(maps.shape[2:]) == size:
        return maps
    return functional.interpolate(maps, size, mode="bilinear", align_corners=False, antialias=True)


def as_tensor(pixels: Pixels, device: torch.device) -> torch.Tensor:
    """(h, w, 3) uint8 → (1, 3, h, w) float32 in [0, 1]."""
    return torch.tensor(pixels).to(device).permute(2, 0, 1)[None].float() / 255


def as_pixels(picture: torch.Tensor) -> Pixels:
    """(1, 3, h, w) → (h, w, 3) uint8, clipped and rounded."""
    shown = (picture[0].clamp(0, 1) * 255).round().to(torch.uint8)
    return np.ascontiguousarray(shown.permute(1, 2, 0).cpu().numpy())


def _after(before: int, total: int, progress: Told) -> Callable[[int], None]:
    """What tells of steps that follow others."""

    def told(done: int) -> None:
        progress(before + done, total)

    return told
