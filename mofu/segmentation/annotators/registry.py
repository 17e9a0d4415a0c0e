"""Names → annotators: one table, filled by one decorator."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from mofu.errors import UnknownNameError
from mofu.segmentation.annotators.base import Annotator, AnnotatorSpec

Loader = Callable[[AnnotatorSpec], Annotator]

REGISTRY: dict[str, tuple[AnnotatorSpec, Loader]] = {}
_HOMES = ("torchvision_annotators", "transformers_annotators")
"""The files of this folder that hold annotators."""


def annotators(*specs: AnnotatorSpec) -> Callable[[Loader], Loader]:
    """Register what loads these; a name can be taken once."""

    def decorate(loader: Loader) -> Loader:
        for spec in specs:
            if spec.name in REGISTRY:
                raise ValueError(f"annotator {spec.name!r} is registered twice")
            REGISTRY[spec.name] = (spec, loader)
        return loader

    return decorate


def listing() -> list[AnnotatorSpec]:
    """Every annotator, by name; loads no weights and no framework."""
    return sorted((spec for spec, _ in _known().values()), key=lambda spec: spec.name)


def find(name: str) -> AnnotatorSpec:
    """What is known of an annotator; UnknownNameError lists the known ones and the nearest."""
    known = _known()
    if name not in known:
        raise UnknownNameError("annotator", name, known)
    return known[name][0]


def load(name: str) -> Annotator:
    """Load an annotator.

    Raises:
        UnknownNameError: no such annotator.
        MissingPackageError: its extra is not installed.
        MissingWeightsError: its weights are neither cached nor to be fetched.
        DamagedError: they are not those that were published.
        InvalidInputError: they are another network's.
    """
    spec = find(name)
    return _known()[name][1](spec)


def _known() -> dict[str, tuple[AnnotatorSpec, Loader]]:
    for home in _HOMES:
        importlib.import_module(f"mofu.segmentation.annotators.{home}")
    return REGISTRY
