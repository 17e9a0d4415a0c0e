"""Near-duplicates: pictures that a person would call the same, grouped before ranking and represented by the best copy.

Perceptual hashes (Zauner 2010) and activations say which pairs look alike, and a closer look at the pixels, which the
caller lends, confirms or refutes each. Groups are the connected components of the confirmed pairs, so that they do not
depend on the order in which pictures came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ALIKE_BITS = 24
"""Hashes further apart than this say nothing: pairs of different pictures differ by 31 bits in the median."""
AGREEING_COSINE = 0.5
"""Activations must at least not contradict a near hash."""
ALIKE_COSINE = 0.75
"""Activations this close call for a closer look whatever the hashes say: crops move them by up to 33 bits."""

NEIGHBOURS = 6
"""Suspects of each picture, by activations and by hash: more copies than that are found by way of each other."""

_BLOCK = 256
"""Pictures whose cosines with all others are computed at once: memory stays at n times this."""


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Groups of near-duplicates, numbered in the order in which their first picture comes.

    Attributes:
        labels: (n,) the group of each picture.
        representatives: (g,) the index of the picture that stands for each group: its best copy.
    """

    labels: NDArray[np.intp]
    representatives: NDArray[np.intp]


def group_near_duplicates(
    hashes: NDArray[np.int64],
    activations: NDArray[np.float32],
    quality: Sequence[tuple[int, int]],
    is_same: Callable[[int, int, float], bool],
) -> Duplicates:
    """Group pictures.

    Args:
        hashes: (n,) perceptual hashes of 64 bits.
        activations: (n, d).
        quality: of each picture, (pixels, bytes): the largest stands for its group, the first of equals.
        is_same: the closer look at the pictures of two indices, told the cosine of their activations.
    """
    parents = list(range(len(hashes)))
    for i, j, cosine in alike(hashes, activations):
        a, b = _root(parents, i), _root(parents, j)
        if a != b and is_same(i, j, cosine):
            parents[max(a, b)] = min(a, b)
    roots = [_root(parents, i) for i in range(len(hashes))]
    numbers = {root: number for number, root in enumerate(sorted(set(roots)))}
    labels = np.array([numbers[root] for root in roots], dtype=np.intp)
    best: dict[int, int] = {}
    for index, label in enumerate(labels.tolist()):
        if label not in best or quality[index] > quality[best[label]]:
            best[label] = index
    return Duplicates(labels, np.array([best[number] for number in range(len(numbers))], dtype=np.intp))


def alike(hashes: NDArray[np.int64], activations: NDArray[np.float32]) -> Iterator[tuple[int, int, float]]:
    """Pairs (i, j), i < j, that hashes and activations together call alike, with the cosine of their activations.

    Of each picture only the nearest few by each of both: a copy is among them, and a thousand photographs of one cloth
    are not compared half a million times.
    """
    lengths = np.linalg.norm(activations, axis=1)
    unit = activations / np.where(lengths > 0, lengths, 1.0)[:, None]
    bits = hashes.view(np.uint64)
    pairs: dict[tuple[int, int], float] = {}
    for i in range(len(hashes)):
        if i % _BLOCK == 0:
            block = unit[i : i + _BLOCK] @ unit.T
        cosine = block[i % _BLOCK]
        cosine[i] = -1.0
        distance = np.bitwise_count(bits ^ bits[i]).astype(np.int64)
        by_cosine = _nearest(-cosine, cosine >= ALIKE_COSINE)
        by_hash = _nearest(distance - cosine, (distance <= ALIKE_BITS) & (cosine >= AGREEING_COSINE))
        pairs |= {(min(i, j), max(i, j)): float(cosine[j]) for j in (*by_cosine, *by_hash)}
    yield from ((i, j, cosine) for (i, j), cosine in sorted(pairs.items()))


def _nearest(order: NDArray[np.floating], eligible: NDArray[np.bool_]) -> list[int]:
    """The first few eligible indices by `order`, ties by index."""
    indices = np.flatnonzero(eligible)
    return [int(i) for i in indices[np.argsort(order[indices], kind="stable")[:NEIGHBOURS]]]


def _root(parents: list[int], index: int) -> int:
    while parents[index] != index:
        parents[index] = parents[parents[index]]
        index = parents[index]
    return index
