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
    rows = np.ascontiguousarray(vectors, dtype=np.float32)
    if rows.ndim != 2:
        raise InvalidInputError(f"activations of shape {rows.shape}: expected (n, d)")
    lengths = np.sqrt(np.einsum("nd,nd->n", rows, rows, dtype=np.float32))
    check_finite(lengths)
    divisors: NDArray[np.float32] = np.where(lengths > 0, lengths, np.float32(1))
    return rows / divisors[:, None]


def check_finite(of_rows: NDArray[np.floating]) -> None:
    """Refuse numbers of rows, (n,), that are not finite; InvalidInputError names the first."""
    spoiled = np.flatnonzero(~np.isfinite(of_rows))
    if len(spoiled):
        raise InvalidInputError(
            f"activations of row {spoiled[0]} (counted from 0) and {len(spoiled) - 1} others are not finite: "
            "leave these images out, or extract them again"
        )
