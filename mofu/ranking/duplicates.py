"""Near-duplicates: pictures that a person would call the same, grouped before ranking and represented by the best copy.

A pair is one where the perceptual hashes (Zauner 2010) say so and the activations confirm it; groups are the connected
components of the pairs, so that they do not depend on the order in which pictures came.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CERTAIN_BITS = 4
"""Hashes this close need the activations' agreement only loosely."""
CANDIDATE_BITS = 22
"""Hashes further apart than this are never compared (unrelated pictures differ by 32 ± 4 bits)."""
CERTAIN_COSINE = 0.5
CONFIRMING_COSINE = 0.8


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
    hashes: NDArray[np.int64], activations: NDArray[np.float32], quality: Sequence[tuple[int, int]]
) -> Duplicates:
    """Group pictures.

    Args:
        hashes: (n,) perceptual hashes of 64 bits.
        activations: (n, d).
        quality: of each picture, (pixels, bytes): the largest stands for its group, the first of equals.
    """
    count = len(hashes)
    parents = list(range(count))
    for i, j in _pairs(hashes, activations):
        a, b = _root(parents, i), _root(parents, j)
        parents[max(a, b)] = min(a, b)
    roots = [_root(parents, i) for i in range(count)]
    firsts = sorted(set(roots))
    numbers = {root: number for number, root in enumerate(firsts)}
    labels = np.array([numbers[root] for root in roots], dtype=np.intp)
    best: dict[int, int] = {}
    for index, label in enumerate(labels.tolist()):
        if label not in best or quality[index] > quality[best[label]]:
            best[label] = index
    return Duplicates(labels, np.array([best[number] for number in range(len(firsts))], dtype=np.intp))


def _pairs(hashes: NDArray[np.int64], activations: NDArray[np.float32]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    lengths = np.linalg.norm(activations, axis=1)
    unit = activations / np.where(lengths > 0, lengths, 1.0)[:, None]
    bits = hashes.view(np.uint64)
    for i in range(len(hashes) - 1):
        distance = np.bitwise_count(bits[i + 1 :] ^ bits[i])
        candidates = np.flatnonzero(distance <= CANDIDATE_BITS)
        if not candidates.size:
            continue
        cosine = unit[i + 1 + candidates] @ unit[i]
        needed = np.where(distance[candidates] <= CERTAIN_BITS, CERTAIN_COSINE, CONFIRMING_COSINE)
        found += [(i, i + 1 + int(j)) for j in candidates[cosine >= needed]]
    return found


def _root(parents: list[int], index: int) -> int:
    while parents[index] != index:
        parents[index] = parents[parents[index]]
        index = parents[index]
    return index
