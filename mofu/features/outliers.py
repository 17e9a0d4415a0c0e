"""The activations of one word → which of its images stand apart from the others.

The score is the mean cosine distance to the k nearest others (Angiulli & Pizzuti 2002, "Fast outlier detection in high
dimensional spaces", after Ramaswamy, Rastogi & Shim 2000). How much is much, the word's own images say: the modified
z-score of Iglewicz & Hoaglin (1993), 0.6745 · (score - median) / median absolute deviation, above 3.5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mofu.features.backbone import Vectors
from mofu.features.neighbours import among

NEIGHBOURS = 10
FEWEST = 4
"""Of fewer images none stands apart: there are no others that agree."""

APART = 3.5
_NORMAL = 0.6745
_LEAST_DEVIATION = 0.005
"""Cosine distance; keeps the rounding of identical images from being a distance."""


@dataclass(frozen=True, slots=True)
class Outliers:
    """How far each image stands from its nearest.

    Attributes:
        distances: (n,) float64, mean cosine distance to the nearest others, 0 … 2; 0 for an image alone.
        scores: (n,) float64, the modified z-score of the distance.
        apart: (n,) whether the score says that it is an outlier.
    """

    distances: NDArray[np.float64]
    scores: NDArray[np.float64]
    apart: NDArray[np.bool_]


def outliers(vectors: Vectors, neighbours: int = NEIGHBOURS) -> Outliers:
    """Which images stand apart; none among fewer than four, nor among identical ones.

    Args:
        vectors: (n, d) activations of one word, near-duplicates left out: copies keep each other company.
        neighbours: so many nearest others count.

    Raises:
        InvalidInputError: activations that are not finite.
    """
    near = among(vectors, neighbours).cosines.astype(np.float64)
    distances = np.clip(1 - near, 0, 2).mean(axis=1) if near.shape[1] else np.zeros(len(near))
    if not len(distances):
        return Outliers(distances, distances, np.zeros(0, dtype=bool))
    median = np.median(distances)
    deviation = max(float(np.median(np.abs(distances - median))), _LEAST_DEVIATION)
    scores = _NORMAL * (distances - median) / deviation
    return Outliers(distances, scores, (scores > APART) & (len(distances) >= FEWEST))
