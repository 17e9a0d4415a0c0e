"""The statistics of several pictures → those of their style.

Moments are merged at energy 1, so that a contrasty picture says no more than a pale one, and the result has the mean
energy of all. The mean of positive semi-definite moments is one, and so is its covariance. Their element-wise maximum
need not be: its covariance is replaced by the nearest that is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from mofu.errors import InvalidInputError, UnknownNameError
from mofu.style.statistics import LayerStatistics, Statistics, nearest_psd

Merge = Literal["mean", "max"]
MERGES: tuple[Merge, ...] = get_args(Merge)

_Array = NDArray[np.float64]


def merge(each: Sequence[Statistics], how: Merge = "mean", weights: Sequence[float] | None = None) -> Statistics:
    """Merge pictures, or styles, of the same layers.

    Args:
        each: at least one.
        how: `mean` of the moments, or their element-wise `max`.
        weights: how much each counts, positive; None: all the same. Of a maximum they weigh means and energies.

    Raises:
        InvalidInputError: nothing to merge, layers or channels that differ, or weights that are not positive.
        UnknownNameError: no such way of merging.
    """
    if how not in MERGES:
        raise UnknownNameError("way of merging", how, MERGES)
    shares = _shares(len(each), weights)
    shapes = [{name: layer.channels for name, layer in statistics.items()} for statistics in each]
    for other in shapes[1:]:
        if other != shapes[0]:
            raise InvalidInputError(f"layers {shapes[0]} and {other}: expected the same: measure both by one backbone")
    return {name: _layer([statistics[name] for statistics in each], how, shares) for name in each[0]}


def _shares(count: int, weights: Sequence[float] | None) -> _Array:
    given = np.ones(count) if weights is None else np.asarray(weights, np.float64)
    if not count or given.shape != (count,) or not np.all((given > 0) & np.isfinite(given)):
        raise InvalidInputError(f"{count} statistics with weights {weights}: expected at least one, each above 0")
    return np.asarray(given / given.sum())


def _layer(each: Sequence[LayerStatistics], how: Merge, shares: _Array) -> LayerStatistics:
    energies = np.array([layer.energy for layer in each])
    energy = float(shares @ energies)
    roots = np.sqrt(np.where(energies > 0, energies, 1.0))
    lit = shares * (energies > 0)  # a layer that is zero everywhere has an energy, and no direction
    lit /= lit.sum() or 1.0
    moments = np.stack([layer.moment / root**2 for layer, root in zip(each, roots, strict=True)])
    mean = lit @ np.stack([layer.mean / root for layer, root in zip(each, roots, strict=True)])
    if how == "mean":
        return _of_energy(mean, np.tensordot(lit, moments, 1), energy)
    outer = np.outer(mean, mean)
    moment = np.asarray(nearest_psd(moments.max(axis=0) - outer) + outer, np.float64)
    size = float(np.trace(moment)) or 1.0
    return _of_energy(mean / np.sqrt(size), moment / size, energy)


def _of_energy(mean: _Array, moment: _Array, energy: float) -> LayerStatistics:
    """Statistics at energy 1 → at another."""
    return LayerStatistics((mean * np.sqrt(energy)).astype(np.float32), (moment * energy).astype(np.float32))
