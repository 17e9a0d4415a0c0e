"""Names → saliency methods: one table, filled by one decorator, and the one call that finds by name."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence

from mofu.errors import UnknownNameError
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
    """Where each word is on a picture, by the method of a name.

    Args:
        name: of a method, see `methods`.
        classifier: of some words.
        pixels: (h, w, 3) uint8 RGB of any size.
        shown: words that are known to be on the picture, as those are that it was found by; the others have to
            score more than 0.5.

    Raises:
        UnknownNameError: no such method, or no such word; lists them.
        InvalidInputError: no picture, or a backbone that the method cannot read.
    """
    known = _known()
    if name not in known:
        raise UnknownNameError("saliency method", name, known)
    for word in shown:
        if word not in classifier.words:
            raise UnknownNameError("word of the classifier", word, classifier.words)
    return known[name](classifier, pixels, frozenset(classifier.words.index(word) for word in shown))


def _known() -> dict[str, Method]:
    for home in _HOMES:
        importlib.import_module(f"mofu.segmentation.saliency.{home}")
    return REGISTRY
