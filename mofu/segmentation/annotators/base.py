"""What an annotator is: what is known of it before it is loaded, what it finds, and maps of scores → objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from mofu.features.backbone import WeightsOrigin
from mofu.imaging.results import Pixels
from mofu.segmentation.published import Published

Task = Literal["semantic", "instance", "panoptic"]

LEAST_AREA = 0.001
"""Share of a picture below which what is found is noise."""
SURE = 0.5
"""Score from which on an object counts as found."""


@dataclass(frozen=True, slots=True)
class AnnotatorSpec:
    """What is known of an annotator without loading it.

    Attributes:
        name: as in `--annotator NAME`.
        about: one line for a list.
        task: semantic, a region a class; instance, a region an object; panoptic, objects and what is around them.
        model: as its library calls it.
        weights: where they are published.
        extra: the optional extra of mofu that it needs.
    """

    name: str
    about: str
    task: Task
    model: str
    weights: WeightsOrigin
    extra: str

    @property
    def published(self) -> Published:
        """What its weights are loaded by."""
        return Published(f"annotator {self.name}", self.model, self.weights, self.extra)


@dataclass(frozen=True, slots=True, eq=False)
class FoundObject:
    """An object, or all of a class.

    Attributes:
        label: its class, as the annotator's data name it.
        confidence: 0 … 1.
        soft_map: (h, w) float32 in [0, 1], at least 0.5 where it is.
    """

    label: str
    confidence: float
    soft_map: NDArray[np.float32]


class Annotator(Protocol):
    """A loaded annotator; `id` is its name with the hash of its weights: equal ids find equal objects."""

    spec: AnnotatorSpec
    id: str

    def find(self, pixels: Pixels) -> list[FoundObject]:
        """The objects on a picture, (h, w, 3) uint8 RGB, the largest first; their maps are of the same size."""


def of_scores(scores: NDArray[np.float32], labels: Sequence[str], nothing: int | None = None) -> list[FoundObject]:
    """The classes of a picture, the largest first.

    Args:
        scores: (classes, h, w), not negative: how much each pixel looks like each class.
        labels: of the classes.
        nothing: the class that is none, which only competes.

    Returns:
        Of each class that is somewhere the highest: its map, p / (p + the next), and the mean of that where it is.
    """
    best = scores.argmax(axis=0)
    found = []
    for each in np.unique(best).tolist():
        inside = best == each
        if each == nothing or inside.mean() < LEAST_AREA:
            continue
        others = np.delete(scores, each, axis=0).max(axis=0, initial=0)
        soft = np.asarray(scores[each] / np.maximum(scores[each] + others, 1e-12), np.float32)
        found.append(FoundObject(labels[each], float(soft[inside].mean()), soft))
    return largest_first(found)


def largest_first(found: list[FoundObject]) -> list[FoundObject]:
    """By the area where the maps are at least 0.5."""
    return sorted(found, key=lambda each: -float((each.soft_map >= SURE).mean()))
