"""From two sequences of numbers to how far they order things alike: Spearman's ρ and Kendall's τ-b, ties included."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Reals = NDArray[np.float64]


def spearman(first: ArrayLike, second: ArrayLike) -> float:
    """Spearman's ρ in [-1, 1]: Pearson's correlation of the ranks, equal values sharing the mean of theirs.

    Args:
        first: (n,) numbers.
        second: (n,) numbers of the same things.

    Returns:
        NaN where n < 2 or one of the two is constant.

    Raises:
        ValueError: NaN, or lengths that differ.
    """
    a, b = (average_ranks(values) for values in _pair(first, second))
    a, b = a - (len(a) + 1) / 2, b - (len(b) + 1) / 2
    scale = math.sqrt(float(a @ a) * float(b @ b))
    return _within_one(float(a @ b) / scale) if scale else math.nan


def kendall_tau(first: ArrayLike, second: ArrayLike) -> float:
    """Kendall's τ-b in [-1, 1] (Kendall 1945): (C − D) / √((P − T₁)(P − T₂)).

    Of all P pairs C agree, D disagree, and T₁ and T₂ are tied in one sequence or the other. Time and memory grow by n².
    Arguments, NaN and errors are those of `spearman`.
    """
    signs = []
    for values in _pair(first, second):
        upper = np.triu_indices(len(values), 1)
        signs.append((values[upper[0]] > values[upper[1]]).astype(np.int8) - (values[upper[0]] < values[upper[1]]))
    a, b = signs
    scale = math.sqrt(int(np.count_nonzero(a)) * int(np.count_nonzero(b)))
    return _within_one(int((a * b).sum(dtype=np.int64)) / scale) if scale else math.nan


def average_ranks(values: ArrayLike) -> Reals:
    """(n,) ranks from 1 for the smallest; equal values share the mean of their ranks."""
    _, group, sizes = np.unique(np.asarray(values), return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(sizes) - (sizes - 1) / 2)[group], dtype=np.float64)


def _pair(first: ArrayLike, second: ArrayLike) -> tuple[Reals, Reals]:
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if a.ndim != 1 or a.shape != b.shape:
        raise ValueError(f"sequences of shapes {a.shape} and {b.shape}: expected two of the same length")
    if np.isnan(a).any() or np.isnan(b).any():
        raise ValueError("NaN among the values: expected numbers; leave out what has none in both sequences")
    return a, b


def _within_one(value: float) -> float:
    """Rounding can leave the last bit of a perfect correlation above 1."""
    return max(-1.0, min(1.0, value))
