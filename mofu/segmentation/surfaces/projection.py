"""Statistics of regions → fewer numbers that can be compared: standardised principal components."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mofu.segmentation.surfaces.superpixels import Array

_RIDGE = 3e-3  # of the largest variance, added to each: the last components are noise, and are not made loud


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """A linear map that was fitted.

    Attributes:
        centre, scale: (d,) of each statistic.
        axes: (d, components).
    """

    centre: Array
    scale: Array
    axes: Array

    def __call__(self, rows: Array) -> Array:
        """(n, d) → (n, components)."""
        return np.asarray((rows - self.centre) / self.scale @ self.axes, np.float32)

    @classmethod
    def of(cls, rows: Array, components: int, *, whiten: bool, standardise: bool = True) -> Projection:
        """Fit to (n, d) rows.

        Args:
            components: at most; never more than d or n.
            whiten: all components vary alike; otherwise the first one varies by about a half and the others by less.
            standardise: statistics of several units to one first.
        """
        centre = rows.mean(0)
        scale = _scale(rows) if standardise else np.ones_like(centre)
        variances, axes = _principal((rows - centre) / scale, components)
        most = max(float(variances[0]), 1e-12)
        length = np.sqrt(variances + _RIDGE * most) if whiten else np.full(len(variances), 2 * np.sqrt(most))
        return cls(*(np.asarray(each, np.float32) for each in (centre, scale, axes / length)))

    def tensors(self, name: str) -> dict[str, Array]:
        """By name, for a file."""
        return {f"{name}.centre": self.centre, f"{name}.scale": self.scale, f"{name}.axes": self.axes}

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, Array], name: str) -> Projection:
        """Read what `tensors` gave; KeyError where a part is missing."""
        return cls(*(tensors[f"{name}.{part}"] for part in ("centre", "scale", "axes")))


def _scale(rows: Array) -> Array:
    deviation = rows.std(0)
    # a statistic that hardly varies is noise: dividing by next to nothing would make it loud
    return np.asarray(deviation + np.float32(0.3) * np.median(deviation) + np.float32(1e-6))


def _principal(rows: Array, components: int) -> tuple[Array, Array]:
    """Centred (n, d) rows → variances and (d, components) axes of length 1, the largest first."""
    count, dimension = rows.shape
    is_wide = dimension > count
    # where there are more numbers than rows, the products of rows say as much and are fewer
    variances, axes = np.linalg.eigh((rows @ rows.T if is_wide else rows.T @ rows) / count)
    variances, axes = np.maximum(variances[::-1][:components], 0), axes[:, ::-1][:, :components]
    if is_wide:
        axes = rows.T @ axes
        axes /= np.maximum(np.linalg.norm(axes, axis=0), np.float32(1e-12))
    return variances, axes
