"""Pictures with masks → what a segmenter learns: soft cross-entropy at every cell, by AdamW."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch.nn import functional

from mofu.segmentation.selftraining.segmenter import Segmenter

_SAMPLES = 20_000
"""Positions that the principal components of a projection rest on."""


@dataclass(frozen=True, slots=True)
class LearningSettings:
    """Steps and rates.

    Attributes:
        steps: at least; the last epoch is gone through to its end.
        batch: pictures a step, all of one shape.
        rate: learning rate at its highest, in the middle of a cycle that starts and ends near 0.
        decay: weight decay.
        balance: 0 weighs every cell the same, 1 every label; between them, small surfaces do not vanish round by round.
    """

    steps: int = 200
    batch: int = 8
    rate: float = 2e-3
    decay: float = 1e-2
    balance: float = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """What is learned from a picture.

    Attributes:
        seen: float16 parts as the head takes them, of a frozen body; else the picture itself, (3, h, w) uint8.
        target: (labels, rows, columns) uint8, 255 times the probability of each label.
    """

    seen: tuple[torch.Tensor, ...]
    target: torch.Tensor

    @property
    def shape(self) -> tuple[torch.Size, ...]:
        """What examples of a batch share."""
        return tuple(part.shape for part in (*self.seen, self.target))


def fit_projections(segmenter: Segmenter, images: Sequence[torch.Tensor], seed: int) -> None:
    """Let what is computed once of a frozen body be principal components over (1, 3, h, w) uint8 pictures."""
    projections = segmenter.head.projections
    samples: list[list[torch.Tensor]] = [[] for _ in projections]
    each = max(1, _SAMPLES // len(images))
    with torch.random.fork_rng(devices=[]), torch.inference_mode():
        torch.manual_seed(seed)
        for image in images:
            found = segmenter.head.gathered(segmenter.body(image), (image.shape[2], image.shape[3]))
            for rows, part in zip(samples, found, strict=True):
                positions = part[0].flatten(1).T
                rows.append(positions[torch.randperm(len(positions))[:each]])
        for projection, rows in zip(projections, samples, strict=True):
            projection.fit(torch.cat(rows))


def fit(
    segmenter: Segmenter,
    examples: Sequence[Example],
    settings: LearningSettings,
    seed: int,
    told: Callable[[int, int], None],
) -> tuple[float, ...]:
    """Teach a segmenter; equal seeds teach the same on equal machines.

    Args:
        told: how many epochs are done, of how many.

    Returns:
        The mean loss of each epoch, nats a cell.
    """
    learned = [each for each in segmenter.parameters() if each.requires_grad]
    if segmenter.body.frozen:
        kept = {id(each) for projection in segmenter.head.projections for each in projection.parameters()}
        learned = [each for each in learned if id(each) not in kept]
    optimiser = torch.optim.AdamW(learned, settings.rate, weight_decay=settings.decay)
    losses = []
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        a_time = len(list(_batches(examples, settings.batch)))
        epochs = -(-settings.steps // a_time)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, settings.rate, total_steps=epochs * a_time)
        segmenter.train()
        weights = _weights(examples, settings.balance)
        for epoch in range(1, epochs + 1):
            batches = _batches(examples, settings.batch)
            losses.append(
                sum(_step(segmenter, batch, weights, optimiser, schedule) for batch in batches) / len(examples)
            )
            told(epoch, epochs)
    segmenter.eval()
    return tuple(losses)


def _step(
    segmenter: Segmenter,
    batch: Sequence[Example],
    weights: torch.Tensor,
    optimiser: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
) -> float:
    """The summed loss of a batch, before the step."""
    seen = [torch.stack(parts) for parts in zip(*(each.seen for each in batch), strict=True)]
    logits = segmenter.head([part.float() for part in seen]) if segmenter.body.frozen else segmenter(seen[0])
    target = torch.stack([each.target for each in batch]).float() / 255
    loss = functional.cross_entropy(logits, target, weight=weights)
    optimiser.zero_grad()
    torch.autograd.backward(loss)
    optimiser.step()
    schedule.step()
    return loss.item() * len(batch)


def _weights(examples: Sequence[Example], balance: float) -> torch.Tensor:
    """(labels,) weights whose mean over cells is 1; a label that nothing shows gets none."""
    shares = torch.stack([each.target.flatten(1).float().mean(1) for each in examples]).mean(0) / 255
    weights = torch.where(shares > 0, shares.clamp_min(1e-6) ** -balance, 0.0)
    return weights / (weights * shares).sum()


def _batches(examples: Sequence[Example], size: int) -> Iterator[list[Example]]:
    """Batches of one shape each, in random order."""
    groups: dict[tuple[torch.Size, ...], list[Example]] = {}
    for row in torch.randperm(len(examples)).tolist():
        groups.setdefault(examples[row].shape, []).append(examples[row])
    batches = [group[first : first + size] for group in groups.values() for first in range(0, len(group), size)]
    for row in torch.randperm(len(batches)).tolist():
        yield batches[row]
