"""Superpixels → the nodes of a tree of regions: what touches and is most alike is joined first.

A surface is known by the statistics of all of it: over windows of a size fixed beforehand, which hold several surfaces
or too little of one, a classifier is right far less often. Ward's criterion, as scikit-learn has it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import ward_tree

from mofu.segmentation.surfaces.superpixels import Array, Superpixels

LEAST_AREA = 0.03
"""Share of a picture below which a node says too little to be classified."""
_MOST_AREA = 0.4
"""Share above which a node counts only for superpixels that no smaller one holds: it holds several things."""
_COLOUR_UNITS = np.array([[30, 12, 12], [20, 8, 8]], np.float32)  # how far means and deviations of L, a, b vary
_COLOUR_FLOOR = 4.0  # of a variance, in 8 bits


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """The nodes of a picture that are classified.

    Attributes:
        members: (nodes, s) bool, which superpixels each holds; the last is the whole picture.
        areas: (nodes,) shares of the picture.
        parts: (s,) shares of the picture of the superpixels.
    """

    members: NDArray[np.bool_]
    areas: Array
    parts: Array

    def pooled(self, values: Array) -> Array:
        """(s, …) means over superpixels → (nodes, …) means over nodes."""
        weights = self.members * self.parts
        weights /= weights.sum(1, keepdims=True)
        return np.asarray(np.tensordot(weights, values, axes=1), np.float32)

    def averaged(self, values: Array) -> Array:
        """(nodes, k) → (s, k): the mean over the nodes that hold each superpixel."""
        counted = self.areas <= _MOST_AREA
        held = self.members[counted].astype(np.float32)
        number = held.sum(0)[:, None]
        found = held.T @ values[counted] / np.maximum(number, 1)
        return np.asarray(np.where(number > 0, found, values[-1]), np.float32)

    def shares(self, labels: NDArray[np.intp], classes: int) -> Array:
        """(s,) labels of superpixels → (nodes, classes), what share of each node has each label."""
        each = np.eye(classes, dtype=np.float32)[labels] * self.parts[:, None]
        return np.asarray(self.members @ each / self.areas[:, None], np.float32)


def tree(pieces: Superpixels, likeness: Array) -> Tree:
    """Join superpixels.

    Args:
        pieces: of a picture.
        likeness: (s, d) what of their activations is compared, of about unit size; colour is added to it.
    """
    members = _joined(np.concatenate([likeness, _colour(pieces.colours)], 1), pieces)
    areas = members @ pieces.areas
    members = members[(areas >= LEAST_AREA) | (np.arange(len(areas)) == len(areas) - 1)]
    return Tree(members, members @ pieces.areas, pieces.areas)


def _joined(compared: Array, pieces: Superpixels) -> NDArray[np.bool_]:
    """(2 s − 1, s): every superpixel, and every union in the order of joining."""
    count = len(compared)
    members = np.zeros((2 * count - 1, count), np.bool_)
    members[np.arange(count), np.arange(count)] = True
    if count > 1:
        pairs = ward_tree(compared, connectivity=pieces.borders)[0]
        for node, (first, second) in enumerate(pairs, start=count):
            members[node] = members[first] | members[second]
    return members


def _colour(moments: Array) -> Array:
    mean, square = moments[:, 0], moments[:, 1]
    deviation = np.sqrt(np.maximum(square - mean * mean, 0) + _COLOUR_FLOOR)
    standard = np.stack([mean, deviation], 1) / _COLOUR_UNITS
    return np.asarray(standard.reshape(len(moments), -1) / np.sqrt(_COLOUR_UNITS.size), np.float32)
