"""A cut picture → its tree of regions and, for each node, the numbers by which it is classified.

Two blocks of unit length: statistics of a backbone's maps, and the Fisher vector of local texture and colour.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mofu.features.fisher.regions import RegionTextures
from mofu.segmentation.surfaces.cutting import Cut
from mofu.segmentation.surfaces.projection import Projection
from mofu.segmentation.surfaces.superpixels import Array, spread
from mofu.segmentation.surfaces.tree import Tree, tree

_LIKENESS, _STATISTICS, _TEXTURES = 40, 320, 240
_COMPARED = 20_000
"""Superpixels that what is compared is fitted to, at most."""
_READ = 3_000
"""Nodes that textures are fitted to, at most: there are more numbers to each than that."""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """A picture's regions as they are classified.

    Attributes:
        tree: of its regions.
        rows: (nodes, components) of unit length.
    """

    tree: Tree
    rows: Array


@dataclass(frozen=True, slots=True, eq=False)
class Description:
    """How regions are described.

    Attributes:
        textures: reads them.
        likeness: of superpixels: what they are joined by.
        statistics: of nodes' maps.
        local: of nodes' Fisher vectors.
    """

    textures: RegionTextures
    likeness: Projection
    statistics: Projection
    local: Projection

    @classmethod
    def of(cls, textures: RegionTextures, cuts: Sequence[Cut]) -> Description:
        """Fitted to some pictures."""
        compared = np.concatenate([spread(each.pieces.compared) for each in cuts])
        likeness = Projection.of(_some(compared, _COMPARED), _LIKENESS, whiten=False)
        trees = [tree(each.pieces, likeness(spread(each.pieces.compared))) for each in cuts]
        pooled = [each.pooled(cut.pieces.moments) for cut, each in zip(cuts, trees, strict=True)]
        moments = spread(np.concatenate(pooled))
        every = -(-len(moments) // _READ)
        local = [textures.vectors(cut.textures, each.members[::every]) for cut, each in zip(cuts, trees, strict=True)]
        return cls(
            textures,
            likeness,
            Projection.of(moments, _STATISTICS, whiten=True),
            Projection.of(np.concatenate(local), _TEXTURES, whiten=True, standardise=False),
        )

    def __call__(self, cut: Cut) -> Known:
        """Join the superpixels of a picture, and describe what they are joined to."""
        found = tree(cut.pieces, self.likeness(spread(cut.pieces.compared)))
        blocks = [
            unit(self.statistics(spread(found.pooled(cut.pieces.moments)))),
            unit(self.local(self.textures.vectors(cut.textures, found.members))),
        ]
        return Known(found, unit(np.concatenate(blocks, 1)))

    def tensors(self) -> dict[str, Array]:
        """By name, for a file."""
        parts = (self.likeness.tensors("likeness"), self.statistics.tensors("statistics"), self.local.tensors("local"))
        return {name: each for part in parts for name, each in part.items()}

    @classmethod
    def from_tensors(cls, textures: RegionTextures, tensors: Mapping[str, Array]) -> Description:
        """Read what `tensors` gave; KeyError where a part is missing."""
        return cls(textures, *(Projection.from_tensors(tensors, name) for name in ("likeness", "statistics", "local")))


def unit(rows: Array) -> Array:
    """Each row to length 1."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12), np.float32)


def _some(rows: Array, most: int) -> Array:
    return rows[:: -(-len(rows) // most)]
