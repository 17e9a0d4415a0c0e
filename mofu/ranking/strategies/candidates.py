"""What every strategy is given: a word's images in the order of search, and what is known about each."""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mofu.ranking.background import Activations, PreparedBackground

Labels = NDArray[np.int8]
"""(n,) 1 accepted by a person, -1 rejected, 0 unknown or unsure."""


@dataclass(frozen=True, slots=True)
class View:
    """The images as one backbone sees them.

    Attributes:
        activations: (n, d) float32, as they come from the backbone.
        background: the word-free pool by the same backbone.
    """

    activations: Activations
    background: PreparedBackground


@dataclass(frozen=True, slots=True)
class Candidates:
    """A word's images in the order of search, near-duplicates represented once: a group counts once, however large.

    Attributes:
        activations: (n, d) float32, n > 0.
        background: what they are held against.
        labels: (n,) int8 verdicts: 1 accepted, -1 rejected, 0 unknown; None for no verdict at all.
        source_ranks: of each search service the rank of each image, (n,) float, from 1; NaN where it did not find it.
            Empty for one service alone, whose order is that of the rows.
        text_scores: (n,) how well each fits the word's description, higher is better; None without a text tower.
        more: the same images by further backbones.

    Raises:
        ValueError: no image, or numbers of images that differ.
    """

    activations: Activations
    background: PreparedBackground
    labels: Labels | None = None
    source_ranks: tuple[NDArray[np.float64], ...] = ()
    text_scores: NDArray[np.float64] | None = None
    more: tuple[View, ...] = ()

    def __post_init__(self) -> None:
        given: dict[str, Sized | None] = {
            "labels": self.labels,
            "text_scores": self.text_scores,
        }
        given |= {f"source_ranks[{i}]": ranks for i, ranks in enumerate(self.source_ranks)}
        given |= {f"more[{i}]": view.activations for i, view in enumerate(self.more)}
        if not len(self):
            raise ValueError("no image: expected at least one to rank")
        for name, values in given.items():
            if values is not None and len(values) != len(self):
                raise ValueError(f"{name} of {len(values)} images: expected {len(self)}, as there are activations")

    def __len__(self) -> int:
        """n, the number of images."""
        return len(self.activations)

    @property
    def views(self) -> tuple[View, ...]:
        """The images by each backbone, the first one first."""
        return (View(self.activations, self.background), *self.more)

    @property
    def verdicts(self) -> Labels:
        """(n,) the labels, zeros where there are none."""
        return np.zeros(len(self), dtype=np.int8) if self.labels is None else self.labels
