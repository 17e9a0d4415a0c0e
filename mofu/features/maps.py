"""The activations of one word → a place in the plane for each image, such that what looks alike lies together.

t-SNE (van der Maaten & Hinton 2008; started from principal components and seeded, Kobak & Berens 2019) by openTSNE
(Poličar, Stražar & Zupan 2024), on exact neighbours by cosine; the two strongest principal components without it and
for a handful of images.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mofu.errors import MissingPackageError
from mofu.features.backbone import Vectors
from mofu.features.neighbours import among
from mofu.features.reduction import principal

Method = Literal["tsne", "pca"]

PERPLEXITY = 30.0
"""Neighbours that an image heeds, about; a third of the others where there are fewer."""

FEWEST = 10
"""Of fewer images, neighbourhoods say less than the axes of PCA."""

Places = NDArray[np.float64]
"""(n, 2): x to the right, y up, within -1 … 1, the middle of the map at 0."""


def method_for(wanted: Literal["auto", "tsne", "pca"], images: int) -> Method:
    """The method that a setting stands for, on this machine and for so many images.

    Raises:
        MissingPackageError: t-SNE is asked for and openTSNE is not installed.
    """
    if wanted == "tsne" and not _has_opentsne():
        raise MissingPackageError("explore.method=tsne needs openTSNE: pip install 'mofu[explore]'")
    return "tsne" if wanted != "pca" and images >= FEWEST and _has_opentsne() else "pca"


def places(vectors: Vectors, method: Method, seed: int = 0, perplexity: float = PERPLEXITY) -> Places:
    """Where each image lies; equal rows, method and seed give the same places on the same machine.

    Args:
        vectors: (n, d) activations, near-duplicates left out: copies make islands of their own.
        method: as `method_for` gives it; t-SNE needs three images at least.
        perplexity: of t-SNE; more than a third of the other images is taken for that.

    Raises:
        InvalidInputError: activations that are not finite.
    """
    axes = principal(vectors, 2)
    if method == "pca" or not axes.any():
        return _framed(axes)
    return _framed(_tsne(vectors, axes, seed, min(perplexity, (len(axes) - 1) / 3)))


def _has_opentsne() -> bool:
    from importlib.util import find_spec

    return find_spec("openTSNE") is not None


def _tsne(vectors: Vectors, axes: Places, seed: int, perplexity: float) -> Places:
    from openTSNE import TSNE, initialization
    from openTSNE.affinity import PerplexityBasedNN
    from openTSNE.nearest_neighbors import PrecomputedNeighbors

    near = among(vectors, min(len(vectors) - 1, int(3 * perplexity)))
    distances = np.sqrt(np.clip(2 - 2 * near.cosines.astype(np.float64), 0, None))
    affinities = PerplexityBasedNN(
        knn_index=PrecomputedNeighbors(near.rows, distances), perplexity=perplexity, n_jobs=1, random_state=seed
    )
    start = initialization.rescale(axes)
    found = TSNE(n_jobs=1, random_state=seed).fit(affinities=affinities, initialization=start)
    return np.asarray(found, dtype=np.float64)


def _framed(found: Places) -> Places:
    """Centred, and scaled as one so that the farthest coordinate is 1."""
    if not len(found):
        return found
    centred = found - (found.min(axis=0) + found.max(axis=0)) / 2
    reach = float(np.abs(centred).max())
    framed: Places = centred / (reach or 1.0)
    return framed
