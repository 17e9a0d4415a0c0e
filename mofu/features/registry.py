"""Names → backbones: one table of what can be loaded, filled by one decorator."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from mofu.errors import UnknownNameError
from mofu.features.backbone import Backbone, BackboneSpec
from mofu.features.weights import cached_path
from mofu.settings import FeaturesSettings

__all__ = ["REGISTRY", "Backbone", "BackboneSpec", "find", "is_cached", "load", "models", "parse", "register"]

Loader = Callable[[BackboneSpec, str, FeaturesSettings], Backbone]
"""(spec, layer, settings) → the backbone, read at that layer."""

REGISTRY: dict[str, tuple[BackboneSpec, Loader]] = {}
_HOMES = ("mofu.features.fisher.backbone", "mofu.features.torchvision_backbones")


def register(*specs: BackboneSpec) -> Callable[[Loader], Loader]:
    """Register what loads the backbones of these specs; a name can be taken once."""

    def decorate(loader: Loader) -> Loader:
        for spec in specs:
            if spec.name in REGISTRY:
                raise ValueError(f"backbone {spec.name!r} is registered twice")
            REGISTRY[spec.name] = (spec, loader)
        return loader

    return decorate


def models() -> list[BackboneSpec]:
    """Every backbone that can be named, those of the package first; loads no weights and no framework."""
    return sorted((spec for spec, _ in _known().values()), key=lambda spec: (spec.weights is not None, spec.name))


def parse(text: str) -> tuple[str, str]:
    """`vgg16:fc6` → (`vgg16`, `fc6`); without a layer, the backbone's default one.

    Raises:
        UnknownNameError: no such backbone (with the nearest), or no such layer (with those it has).
    """
    name, colon, layer = text.partition(":")
    spec = find(name)
    if not colon:
        return name, spec.default_layer
    layers = [known.name for known in spec.layers]
    if layer not in layers:
        raise UnknownNameError(f"layer of backbone {name}", layer, layers)
    return name, layer


def find(name: str) -> BackboneSpec:
    """The spec of a backbone's name.

    Raises:
        UnknownNameError: lists the known names and the nearest.
    """
    known = _known()
    if name not in known:
        raise UnknownNameError("backbone", name, known)
    return known[name][0]


def is_cached(spec: BackboneSpec) -> bool:
    """Whether loading this backbone would fetch nothing; False too where the extra that it needs is not installed."""
    if spec.weights is None:
        return True
    try:
        return cached_path(spec.weights).is_file()
    except ImportError:
        return False


def load(text: str, settings: FeaturesSettings) -> Backbone:
    """Load the backbone that `name` or `name:layer` stands for.

    Raises:
        UnknownNameError: no such backbone or layer.
        MissingPackageError: it needs an extra that is not installed.
        MissingWeightsError: its weights are neither cached nor to be fetched.
        DamagedError: its weights are not those that were published.
    """
    name, layer = parse(text)
    spec, loader = _known()[name]
    return loader(spec, layer, settings)


def _known() -> dict[str, tuple[BackboneSpec, Loader]]:
    for home in _HOMES:
        importlib.import_module(home)
    return REGISTRY
