"""Weights that others published → a file on this machine, fetched where it is missing, held against its hash."""

from __future__ import annotations

import importlib
from dataclasses import dataclass

from mofu.errors import InvalidInputError, MissingPackageError, MissingWeightsError
from mofu.features.backbone import WeightsOrigin
from mofu.features.weights import WeightsFile, published_file
from mofu.features.weights_cache import cached_path, fetch, place

_OF_TRANSFORMERS = ("torch", "torchvision", "transformers")
_PACKAGES = {"torch": ("torch", "torchvision"), "panoptic": _OF_TRANSFORMERS, "sam": _OF_TRANSFORMERS}
"""What the networks of an extra import."""


@dataclass(frozen=True, slots=True)
class Published:
    """A network whose weights others published.

    Attributes:
        told: as messages name it, e.g. `annotator deeplabv3`.
        model: as its library calls it.
        weights: where they are published.
        extra: the optional extra of mofu that it needs.
    """

    told: str
    model: str
    weights: WeightsOrigin
    extra: str


def require(network: Published) -> None:
    """Raise MissingPackageError where what a network runs on cannot be imported."""
    for package in _PACKAGES[network.extra]:
        try:
            importlib.import_module(package)
        except ImportError as error:
            raise MissingPackageError(f"{network.told} needs {package}: pip install 'mofu[{network.extra}]'") from error


def weights_file(network: Published) -> WeightsFile:
    """The published file.

    Raises:
        MissingWeightsError: neither cached nor to be fetched.
        DamagedError: its hash is not the published one.
    """
    try:
        path = cached_path(network.weights) or fetch(network.told, network.weights)
    except MissingWeightsError as error:
        raise missing(network) from error
    return published_file(network.weights, path)


def missing(network: Published) -> MissingWeightsError:
    """What to do about weights that cannot be had."""
    weights = network.weights
    return MissingWeightsError(
        f"{network.told} needs {weights.files[0]}, which is not in {place(weights)} and cannot be fetched from"
        f" {weights.url}: put it there, or run this once with a network"
    )


def foreign(network: Published, file: WeightsFile) -> InvalidInputError:
    """What to do about a file that is another network's."""
    return InvalidInputError(f"{file.path}: not the weights of {network.model}: delete it to have it fetched again")
