"""Activations → their principal components, the same for the same rows whichever way the solver turned them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mofu.features.backbone import Vectors
from mofu.features.unit import unit_rows

DIMENSIONS = 50
"""What maps and clusters are made of (van der Maaten & Hinton 2008 reduce to 30): distances beyond it are noise."""

_NOTHING = 1e-5
"""A spread below this share of a row's length is the rounding of float32."""


def principal(vectors: Vectors, dimensions: int = DIMENSIONS) -> NDArray[np.float64]:
    """Principal components of rows of length 1, the strongest first; zeros where there are fewer.

    Args:
        vectors: (n, d) activations.

    Returns:
        (n, dimensions) float64. Of each component, the row that is farthest out is positive.

    Raises:
        InvalidInputError: activations that are not finite.
    """
    unit = unit_rows(vectors).astype(np.float64)
    reduced = np.zeros((len(unit), dimensions))
    if len(unit) < 2:
        return reduced
    centred = unit - unit.mean(axis=0)
    # Of n rows and d columns, the smaller product has all that the other has.
    if len(unit) <= unit.shape[1]:
        values, vectors_of_rows = np.linalg.eigh(centred @ centred.T)
        components = vectors_of_rows * np.sqrt(np.maximum(values, 0))
    else:
        values, axes = np.linalg.eigh(centred.T @ centred)
        components = centred @ axes
    kept = np.flatnonzero(values > _NOTHING**2 * len(unit))[::-1][:dimensions]
    found = components[:, kept]
    farthest = found[np.abs(found).argmax(axis=0), np.arange(len(kept))]
    reduced[:, : len(kept)] = found * np.where(farthest < 0, -1.0, 1.0)
    return reduced
