"""Cells of pictures and what is on each picture → a head: binary cross-entropy of pooled scores, by AdamW."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from torch.nn import functional

from mofu.progress import Progress
from mofu.segmentation.cells import Cells
from mofu.segmentation.classifier import Provenance
from mofu.segmentation.heads import Head

_BEHIND = 0.2
"""Weight of the background's classes: they are to be several, not to be told apart at the cost of the words."""


@dataclass(frozen=True, slots=True)
class FittingSettings:
    """Steps and rates.

    Attributes:
        epochs: times that every picture is seen.
        batch: pictures a step.
        rate: learning rate at its highest, in the middle of a cycle that starts and ends near 0.
        decay: weight decay.
        dropout: share of the hidden units that a step leaves out.
        cells: of a picture, drawn anew for each step: neighbours tell nearly the same, and cost as much.
    """

    epochs: int = 12
    batch: int = 32
    rate: float = 1e-3
    decay: float = 1e-2
    dropout: float = 0.3
    cells: int = 64


def fit(
    cells: Cells, shown: NDArray[np.bool_], provenance: Provenance, settings: FittingSettings, progress: Progress
) -> Head:
    """Train a head.

    Args:
        cells: of every picture.
        shown: (pictures, words) which words each picture shows; none: it is of the background.
        provenance: how many classes there are, the head's shape, the seed.
        settings: steps and rates.
        progress: told of each epoch.
    """
    labels = torch.from_numpy(_labels(cells.pictures, shown, provenance))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(provenance.seed)
        head = Head(cells.channels, provenance.classes, provenance.head)
        _standardise(head, cells.pictures)
        optimiser = torch.optim.AdamW(head.parameters(), settings.rate, weight_decay=settings.decay)
        steps = settings.epochs * -(-len(cells) // settings.batch)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, settings.rate, total_steps=steps)
        progress.start("training", ", ".join(provenance.words), settings.epochs)
        for epoch in range(settings.epochs):
            for rows in torch.split(torch.randperm(len(cells)), settings.batch):
                drawn = [_drawn(cells.pictures[row], settings.cells) for row in rows]
                loss = _loss(head, drawn, labels[rows], len(provenance.words), settings.dropout)
                optimiser.zero_grad()
                torch.autograd.backward(loss)
                optimiser.step()
                schedule.step()
            progress.advance(epoch + 1, settings.epochs)
        progress.finish(f"loss {loss.item():.3f}")
    return head.eval()


def _drawn(picture: torch.Tensor, count: int) -> torch.Tensor:
    return picture[torch.randperm(len(picture))[:count]]


def _loss(
    head: Head, pictures: Sequence[torch.Tensor], labels: torch.Tensor, words: int, dropout: float
) -> torch.Tensor:
    # a cell is classified by itself: pictures of any sizes make one row of cells
    cells = head.classify(torch.cat(list(pictures)).float(), dropout).softmax(1).T[None]
    scores = torch.cat([head.pool(each) for each in torch.split(cells, [len(picture) for picture in pictures], dim=2)])
    # what is around a word is some background that nobody has named
    told = torch.where(labels[:, words:].any(1, keepdim=True), _BEHIND, 0.0).expand_as(labels).clone()
    told[:, :words] = 1
    return functional.binary_cross_entropy(scores.clamp(1e-6, 1 - 1e-6), labels, told)


def _standardise(head: Head, pictures: Sequence[torch.Tensor]) -> None:
    """Centre and spread of each statistic; what hardly varies is noise that is not to be made loud."""
    count = sum(len(picture) for picture in pictures)
    mean = sum((picture.double().sum(0) for picture in pictures), torch.zeros(1)) / count
    square = sum((picture.double().square().sum(0) for picture in pictures), torch.zeros(1)) / count
    spread = (square - mean * mean).clamp_min(0).sqrt()
    head.centre.copy_(mean)
    head.spread.copy_(spread + 0.1 * spread.median() + 1e-6)


def _labels(pictures: Sequence[torch.Tensor], shown: NDArray[np.bool_], provenance: Provenance) -> NDArray[np.float32]:
    """(pictures, classes): the words, then one contrast of each picture of the background."""
    labels = np.zeros((len(pictures), provenance.classes), np.float32)
    labels[:, : shown.shape[1]] = shown
    behind = np.flatnonzero(~shown.any(1)).tolist()
    if provenance.contrasts:
        rows = np.stack([pictures[row].float().mean(0).numpy() for row in behind])
        labels[behind, shown.shape[1] + _groups(rows, provenance.contrasts, provenance.seed)] = 1
    return labels


def _groups(rows: NDArray[np.float32], count: int, seed: int) -> NDArray[np.intp]:
    """The k-means cluster of each row, standardised."""
    standard = (rows - rows.mean(0)) / (rows.std(0) + 1e-6)
    with warnings.catch_warnings():
        # fewer distinct pictures than clusters leave some of them empty, which is no harm
        warnings.simplefilter("ignore", ConvergenceWarning)
        return np.asarray(KMeans(count, n_init=4, random_state=seed).fit_predict(standard), np.intp)
