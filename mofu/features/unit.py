"""Activations → rows of length 1, so that their inner products are cosines; what is not finite is refused."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mofu.errors import InvalidInputError
from mofu.features.backbone import Vectors


def unit_rows(vectors: Vectors) -> Vectors:
    """Rows of length 1; rows of zeros stay as they are.

    Args:
        vectors: (n, d).

    Returns:
        (n, d) float32.

    Raises:
        InvalidInputError: not two-dimensional, or a row that holds NaN or infinity, with its number.
    """
    return vectors / lengths(vectors)[:, None]


def lengths(vectors: Vectors) -> NDArray[np.float32]:
    """The lengths of rows, (n,), 1 for rows of zeros; raises as `unit_rows` does."""
    if vectors.ndim != 2:
        raise InvalidInputError(f"activations of shape {vectors.shape}: expected (n, d)")
    found: NDArray[np.float32] = np.sqrt(np.einsum("nd,nd->n", vectors, vectors))
    spoiled = np.flatnonzero(~np.isfinite(found))
    if len(spoiled):
        raise InvalidInputError(
            f"activations of row {spoiled[0]} (counted from 0) and {len(spoiled) - 1} others are not finite: "
            "leave these images out, or extract them again"
        )
    found[found == 0] = 1
    return found
