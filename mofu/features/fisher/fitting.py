"""Pictures → a codebook: some descriptors of each picture, then for each cue a PCA and a mixture."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mofu.features.fisher import codebook
from mofu.features.fisher.cues import CUES, Cue, descriptors

Array = NDArray[np.float32]

DESCRIPTORS = 156_000
"""Descriptors of a cue that a fit rests on, where the pictures have as many."""
MOST_OF_A_PICTURE = 150


def each_of(pictures: int) -> int:
    """Descriptors to take of each of so many pictures: evenly, and never so many that a few pictures rule."""
    return max(1, min(MOST_OF_A_PICTURE, DESCRIPTORS // max(1, pictures)))


def sampled(image: Array, each: int, rng: np.random.Generator) -> dict[str, Array]:
    """Some descriptors of a picture by cue, every second of them as its mirror twin has it.

    Args:
        image: as `cues.prepared` gives it.
        each: descriptors of each cue, fewer where the picture has fewer.
        rng: draws them.
    """
    return {cue.name: _some(image, cue, each, rng) for cue in CUES}


def _some(image: Array, cue: Cue, each: int, rng: np.random.Generator) -> Array:
    found = np.concatenate(list(descriptors(image, cue)))
    some = found[rng.choice(len(found), min(each, len(found)), replace=False)]
    some[::2] = some[::2][:, cue.mirrored]
    return some


def fit(
    samples: Sequence[Mapping[str, Array]], seed: int, begun: Callable[[int, int], None] = lambda _done, _all: None
) -> dict[str, codebook.CueCodebook]:
    """PCA and mixture of every cue from what `sampled` gave of each picture.

    Args:
        samples: of each picture.
        seed: of the mixtures' start.
        begun: told before each cue how many are done, of how many.

    Raises:
        InvalidInputError: too few descriptors for the Gaussians of a cue.
    """
    books = {}
    for number, cue in enumerate(CUES):
        begun(number, len(CUES))
        books[cue.name] = codebook.fit(np.concatenate([sample[cue.name] for sample in samples]), cue, seed)
    return books
