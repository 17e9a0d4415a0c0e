"""An annotator's published weights → a file on this machine, fetched where it is missing, held against its hash."""

from __future__ import annotations

import importlib

from mofu.errors import MissingPackageError, MissingWeightsError
from mofu.features.weights import WeightsFile, published_file
from mofu.features.weights_cache import cached_path, fetch, place
from mofu.segmentation.annotators.base import AnnotatorSpec

_PACKAGES = {"torch": ("torch", "torchvision"), "panoptic": ("torch", "torchvision", "transformers")}
"""What the annotators of an extra import."""


def require(spec: AnnotatorSpec) -> None:
    """Raise MissingPackageError where what an annotator runs on cannot be imported."""
    for package in _PACKAGES[spec.extra]:
        try:
            importlib.import_module(package)
        except ImportError as error:
            raise MissingPackageError(
                f"annotator {spec.name} needs {package}: pip install 'mofu[{spec.extra}]'"
            ) from error


def weights_file(spec: AnnotatorSpec) -> WeightsFile:
    """The published file.

    Raises:
        MissingWeightsError: neither cached nor to be fetched.
        DamagedError: its hash is not the published one.
    """
    try:
        path = cached_path(spec.weights) or fetch(spec.name, spec.weights)
    except MissingWeightsError as error:
        raise missing(spec) from error
    return published_file(spec.weights, path)


def missing(spec: AnnotatorSpec) -> MissingWeightsError:
    """What to do about weights that cannot be had."""
    return MissingWeightsError(
        f"annotator {spec.name} needs {spec.weights.files[0]}, which is not in {place(spec.weights)} and cannot be"
        f" fetched from {spec.weights.url}: put it there, or run this once with a network"
    )
