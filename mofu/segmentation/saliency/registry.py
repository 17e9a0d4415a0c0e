"""Names → saliency methods: one table, filled by one decorator, and the one call that finds by name."""

from __future__ import annotations

import importlib
import math
import warnings
from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from mofu.errors import InvalidInputError, UnknownNameError
from mofu.imaging.results import Pixels
from mofu.segmentation.classifier import RegionClassifier
from mofu.segmentation.saliency.base import Method, Saliency

REGISTRY: dict[str, Method] = {}
_MIDDLES: dict[str, float] = {}
_HOMES = ("cam", "dcsm", "simonyan", "gradcampp", "layercam", "attention")
"""The files of this folder that hold methods."""


def method(name: str, *, middle: float = 0.5) -> Callable[[Method], Method]:
    """Register a method; a name can be taken once.

    Args:
        middle: the value from which on its maps mark the word best, see `scaled`.
    """

    def decorate(function: Method) -> Method:
        if name in REGISTRY:
            raise ValueError(f"saliency method {name!r} is registered twice")
        REGISTRY[name] = function
        _MIDDLES[name] = middle
        return function

    return decorate


def methods() -> tuple[str, ...]:
    """Every name, sorted."""
    return tuple(sorted(_known()))


def maps(name: str, classifier: RegionClassifier, pixels: Pixels, shown: Sequence[str] = ()) -> Saliency:
    """Where each word is on a picture, by the method of a name; a classifier for which a GPU has no room leaves it.

    Args:
        name: of a method, see `methods`.
        classifier: of some words.
        pixels: (h, w, 3) uint8 RGB of any size.
        shown: words that are known to be on the picture, as those are that it was found by; the others have to
            score more than 0.5.

    Raises:
        UnknownNameError: no such method, or no such word; lists them.
        InvalidInputError: no picture, a backbone that the method cannot read, or no memory.
    """
    known = _known()
    if name not in known:
        raise UnknownNameError("saliency method", name, known)
    for word in shown:
        if word not in classifier.words:
            raise UnknownNameError("word of the classifier", word, classifier.words)
    there = frozenset(classifier.words.index(word) for word in shown)
    try:
        return known[name](classifier, pixels, there)
    except torch.OutOfMemoryError as error:
        if classifier.device.type == "cpu":
            raise InvalidInputError(
                f"image of {pixels.shape[1]} × {pixels.shape[0]}: {name} has no memory for it: use another method,"
                " e.g. cam, or smaller images"
            ) from error
        reason = str(error).partition("\n")[0]
    warnings.warn(f"the GPU has no room for {name} ({reason}): going on with the CPU", RuntimeWarning, stacklevel=2)
    return known[name](classifier.to("cpu"), pixels, there)


def middle(name: str) -> float:
    """The value from which on the maps of a known method mark the word best, in (0, 1), see `scaled`."""
    _known()
    return _MIDDLES[name]


def scaled(name: str, values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Maps of a method, brought to where 0.5 parts the word from what is around it: v ↦ v^(log ½ / log middle).

    Every method has a scale of its own: of plain gradients hardly a pixel comes near the largest, of differences of
    gradients most do. The middles are the thresholds with the best mean IoU on the tuning composites of
    `benchmarks/segmentation.py`, words known, without refinement; CAM's probabilities and DCSM stay as they are, and
    so does attention, of which nothing was measured. 0 and 1 stay, and so does the order of values.

    Args:
        name: of a known method.
        values: of any shape, in [0, 1].
    """
    return np.asarray(values ** (math.log(0.5) / math.log(middle(name))), np.float32)


def _known() -> dict[str, Method]:
    for home in _HOMES:
        importlib.import_module(f"mofu.segmentation.saliency.{home}")
    return REGISTRY
