"""A picture cut into regions → the Fisher vector of any union of them.

A Fisher vector is made of sums over descriptors. They are kept for each region, so that those of a union are found by
adding them up, without a descriptor being looked at again. A descriptor belongs to the region of its patch's centre.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mofu.features.fisher.backbone import identity
from mofu.features.fisher.codebook import Codebook
from mofu.features.fisher.cues import CUES, Cue, centres, descriptors, prepared
from mofu.features.fisher.mixture import improved, unit
from mofu.imaging.results import Pixels

Array = NDArray[np.float32]
Sums = tuple[Array, ...]
"""Of each cue, (regions, K, 1 + 2D): Σγ, Σγx and Σγx² of each Gaussian, x and its mirror twin together."""


class RegionTextures:
    """Reads the textures of regions by a codebook.

    Attributes:
        id: of the backbone `fisher` with that codebook.
        dimension: numbers in the vector of a union.
    """

    def __init__(self, codebook: Codebook) -> None:
        self.id = identity(codebook.sha256)
        self._books = codebook.cues
        self.dimension = sum(self._books[cue.name].dimension for cue in CUES)

    def sums(self, pixels: Pixels, regions: Sequence[NDArray[np.int32]]) -> list[Sums]:
        """What the regions of a picture add up to, each way it is cut.

        Args:
            pixels: (h, w, 3) uint8 RGB, sides of 32 px or more.
            regions: (h', w') each, the region of each pixel, from 0; the picture may be shown larger or smaller.
        """
        image = prepared(pixels)
        found = [self._sums_of(image, cue, regions) for cue in CUES]
        return [tuple(each[number] for each in found) for number in range(len(regions))]

    def vectors(self, sums: Sums, members: NDArray[np.bool_]) -> Array:
        """Improved Fisher vectors of unions: (n, dimension), a cue after the other by its weight, unit length.

        Args:
            sums: of the regions.
            members: (n, regions), which of them each union holds; one without a descriptor has zeros.
        """
        parts = []
        for cue, each in zip(CUES, sums, strict=True):
            held = members.astype(np.float32) @ each.reshape(len(each), -1)
            rows = self._books[cue.name].mixture.of_sums(held.reshape(-1, *each.shape[1:]))
            parts.append(np.float32(cue.weight) * np.stack([improved(row) for row in rows]))
        return np.stack([unit(row) for row in np.concatenate(parts, 1)])

    def _sums_of(self, image: Array, cue: Cue, regions: Sequence[NDArray[np.int32]]) -> list[Array]:
        book = self._books[cue.name]
        # descriptors of all sizes at once: of many small regions, each is a matrix product
        found = np.concatenate(list(book.twins(descriptors(image, cue), cue.mirrored)))
        places = [np.concatenate([_at(labels, *each) for each in centres(image, cue)]) for labels in regions]
        counts = [int(labels.max()) + 1 for labels in regions]
        return book.mixture.sums(found, [np.repeat(each, 2) for each in places], counts)


def _at(labels: NDArray[np.int32], down: Array, along: Array) -> NDArray[np.int32]:
    """The regions of a grid of places that are given as shares of the sides, row by row."""
    rows, columns = ((shares * side).astype(np.intp) for shares, side in zip((down, along), labels.shape, strict=True))
    return labels[np.ix_(rows, columns)].ravel()
