"""The name of a refinement, soft masks and pixels → refined soft masks of the same shape."""

from __future__ import annotations

import importlib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mofu.errors import InvalidInputError, UnknownNameError
from mofu.imaging.results import Pixels

Probabilities = NDArray[np.float32]
"""(labels, h, w) float32 in [0, 1], summing to 1 over labels at each pixel."""

Refinement = Callable[[Probabilities, Pixels], Probabilities]

REFINEMENTS: dict[str, Refinement] = {}
_IDENTITIES: dict[str, Callable[[], str]] = {}
_HOMES = ("crf", "guided", "sam")
TOLERANCE = 1e-3
"""By how much the labels of a pixel may miss a sum of 1: they are brought to it."""


def refinement(name: str, *, identity: Callable[[], str] | None = None) -> Callable[[Refinement], Refinement]:
    """Register a refinement; a name can be taken once.

    Args:
        identity: of one that has weights: loads them and gives its name with their hash.
    """

    def decorate(function: Refinement) -> Refinement:
        if name in REFINEMENTS:
            raise ValueError(f"refinement {name!r} is registered twice")
        REFINEMENTS[name] = function
        if identity is not None:
            _IDENTITIES[name] = identity
        return function

    return decorate


def names() -> tuple[str, ...]:
    """What can be asked for."""
    return tuple(_known())


def identity(name: str) -> str:
    """Load what a refinement needs, once a process, and say what it is: equal identities refine alike.

    Returns:
        Its name, with the hash of its weights where it has any.

    Raises:
        UnknownNameError: no such refinement; lists those there are.
        MissingPackageError: its extra is not installed.
        MissingWeightsError: its weights are neither cached nor to be fetched.
        DamagedError: they are not those that were published.
        InvalidInputError: they are another network's.
    """
    _find(name)
    return _IDENTITIES[name]() if name in _IDENTITIES else name


def refine(name: str, probabilities: Probabilities, pixels: Pixels) -> Probabilities:
    """Refine the soft masks of a picture.

    Args:
        name: `none`, `crf`, `crf-surfaces`, `guided` or `sam`.
        probabilities: (labels, h, w) float32 in [0, 1], summing to 1 over labels to 1e-3.
        pixels: (h, w, 3) uint8 RGB.

    Returns:
        (labels, h, w) float32, summing to 1; with one label, ones.

    Raises:
        UnknownNameError: no such refinement; lists those there are.
        InvalidInputError: shapes that do not belong together, an empty picture, or values that are no probabilities.
        MissingPackageError, MissingWeightsError, DamagedError: as `identity`, which is asked first where pictures are
            many.
    """
    function = _find(name)
    checked = _checked(probabilities, pixels)
    return checked if len(checked) == 1 else function(checked, pixels)


@refinement("none")
def _unchanged(probabilities: Probabilities, pixels: Pixels) -> Probabilities:
    del pixels
    return probabilities


def _find(name: str) -> Refinement:
    known = _known()
    if name not in known:
        raise UnknownNameError("refinement", name, known)
    return known[name]


def _known() -> dict[str, Refinement]:
    for home in _HOMES:
        importlib.import_module(f"mofu.segmentation.refinement.{home}")
    return REFINEMENTS


def _checked(probabilities: Probabilities, pixels: Pixels) -> Probabilities:
    """A copy that sums to 1 as exactly as float32 can."""
    shape = pixels.shape
    if pixels.ndim != 3 or shape[2] != 3 or pixels.dtype != np.uint8 or 0 in shape:
        raise InvalidInputError(f"pixels of shape {shape}, {pixels.dtype}: expected (h, w, 3) uint8, not empty")
    if probabilities.ndim != 3 or not len(probabilities) or probabilities.shape[1:] != shape[:2]:
        raise InvalidInputError(
            f"probabilities of shape {probabilities.shape} for a picture of {shape[0]} x {shape[1]}:"
            " expected (labels, h, w) of the same height and width: resize one of them"
        )
    sums = probabilities.sum(axis=0, dtype=np.float32)
    # NaN compares false with everything, so that it is caught by asking for what is right
    if not (probabilities.min() >= 0 and np.abs(sums - 1).max() <= TOLERANCE):
        raise InvalidInputError(
            f"probabilities between {probabilities.min():.4g} and {probabilities.max():.4g} whose sums over labels are"
            f" {sums.min():.4g} … {sums.max():.4g}: expected at least 0 and 1: divide them by their sum"
        )
    return np.asarray(probabilities / sums, np.float32)
