"""A word's first images → which of them to learn from, when the very first may be wrong: those in dense company.

Images that show the word look like each other; what else a search finds looks like nothing in particular. Of the first
m, the seeds are those whose k nearest among the same m are nearest.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mofu.ranking.background import Activations

NEIGHBOURS = 10


def density(normalized: Activations, neighbours: int = NEIGHBOURS) -> NDArray[np.float64]:
    """The mean cosine of each image to its nearest ones, in [-1, 1], (m,); 0 for an image alone.

    Args:
        normalized: (m, d) rows as `PreparedBackground.normalized` gives them.
        neighbours: k; all the others where there are fewer.
    """
    others = len(normalized) - 1
    if others < 1:
        return np.zeros(len(normalized))
    cosines = (normalized @ normalized.T).astype(np.float64)
    np.fill_diagonal(cosines, -np.inf)
    count = min(neighbours, others)
    return np.asarray(np.sort(cosines, axis=1)[:, -count:].mean(axis=1))
