"""Names → saliency methods: one table, filled by one decorator, and the one call that finds by name."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable, Sequence

import torch

from mofu.errors import InvalidInputError, UnknownNameError
from mofu.imaging.results import Pixels
from mofu.segmentation.classifier import RegionClassifier
from mofu.segmentation.saliency.base import Method, Saliency

REGISTRY: dict[str, Method] = {}
_HOMES = ("cam", "dcsm", "simonyan", "gradcampp", "layercam", "attention")
"""The files of this folder that hold methods."""


def method(name: str) -> Callable[[Method], Method]:
    """Register a method; a name can be taken once."""

    def decorate(function: Method) -> Method:
        if name in REGISTRY:
            raise ValueError(f"saliency method {name!r} is registered twice")
        REGISTRY[name] = function
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


def _known() -> dict[str, Method]:
    for home in _HOMES:
        importlib.import_module(f"mofu.segmentation.saliency.{home}")
    return REGISTRY
