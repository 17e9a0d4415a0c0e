"""Names → backbones: one table of what can be loaded, filled by one decorator, and families that make specs by name."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from mofu.errors import InvalidInputError, UnknownNameError
from mofu.features.backbone import Backbone, BackboneSpec
from mofu.features.crops import pooled
from mofu.features.weights_cache import cached_path
from mofu.settings import FeaturesSettings

__all__ = ["FAMILIES", "REGISTRY", "Backbone", "BackboneSpec", "family", "find", "is_cached", "load", "models", "parse"]

Loader = Callable[[BackboneSpec, str, FeaturesSettings], Backbone]
"""(spec, layer, settings) → the backbone, read at that layer."""

Finder = Callable[[str], BackboneSpec]
"""The part of a name after `family/` → its spec; UnknownNameError where the family has no such model."""

REGISTRY: dict[str, tuple[BackboneSpec, Loader]] = {}
FAMILIES: dict[str, tuple[Finder, Loader]] = {}
_HOMES = (
    "mofu.features.fisher.backbone",
    "mofu.features.embedded.backbone",
    "mofu.features.torchvision_backbones",
    "mofu.features.timm_backbones",
    "mofu.features.open_clip_backbones",
)


def register(*specs: BackboneSpec) -> Callable[[Loader], Loader]:
    """Register what loads the backbones of these specs; a name can be taken once."""

    def decorate(loader: Loader) -> Loader:
        for spec in specs:
            if spec.name in REGISTRY:
                raise ValueError(f"backbone {spec.name!r} is registered twice")
            REGISTRY[spec.name] = (spec, loader)
        return loader

    return decorate


def family(name: str, finder: Finder) -> Callable[[Loader], Loader]:
    """Register what loads every `name/MODEL` that the finder knows: a library's models beyond those of the table.

    A name can be taken once.
    """

    def decorate(loader: Loader) -> Loader:
        if name in FAMILIES:
            raise ValueError(f"family of backbones {name!r} is registered twice")
        FAMILIES[name] = (finder, loader)
        return loader

    return decorate


def models() -> list[BackboneSpec]:
    """Every backbone of the table, those of the package first; loads no weights and no framework."""
    return sorted((spec for spec, _ in _known().values()), key=lambda spec: (spec.weights is not None, spec.name))


def parse(text: str) -> tuple[str, str]:
    """`vgg16:fc6` → (`vgg16`, `fc6`); without a layer, the backbone's default one.

    Raises:
        UnknownNameError: no such backbone (with the nearest), or no such layer (with those it has).
        MissingPackageError: a model of a family whose extra is not installed.
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
        MissingPackageError: a model of a family whose extra is not installed.
    """
    return _found(name)[0]


def is_cached(spec: BackboneSpec) -> bool:
    """Whether loading this backbone would fetch nothing."""
    return spec.weights is None or cached_path(spec.weights) is not None


def load(text: str, settings: FeaturesSettings) -> Backbone:
    """Load the backbone that `name` or `name:layer` stands for.

    Raises:
        UnknownNameError: no such backbone or layer.
        InvalidInputError: `features.weights` holds no weights, or not this backbone's, or the backbone takes none.
        MissingPackageError: it needs an extra that is not installed.
        MissingWeightsError: its weights are neither cached nor to be fetched.
        DamagedError: its weights are not those that were published.
    """
    name, layer = parse(text)
    spec, loader = _found(name)
    if settings.weights is not None and spec.weights is None:
        raise InvalidInputError(
            f"features.weights={settings.weights}: backbone {name} takes no file, its weights are in the package:"
            " name another with --backbone, or leave out --weights"
        )
    return pooled(loader(spec, layer, settings), settings)


def _found(name: str) -> tuple[BackboneSpec, Loader]:
    known = _known()
    prefix, slash, model = name.partition("/")
    if slash and prefix in FAMILIES:
        finder, loader = FAMILIES[prefix]
        return finder(model), loader
    if name not in known:
        raise UnknownNameError("backbone", name, [*known, *(f"{each}/MODEL" for each in FAMILIES)])
    return known[name]


def _known() -> dict[str, tuple[BackboneSpec, Loader]]:
    for home in _HOMES:
        importlib.import_module(home)
    return REGISTRY
