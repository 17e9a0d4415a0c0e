"""`mofu models`: what can compute activations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mofu.cli.call import Call, verb
from mofu.cli.output import write_json, write_table

if TYPE_CHECKING:
    from mofu.features.backbone import BackboneSpec


@verb(
    """mofu models
mofu models --json
mofu build もふもふ --backbone vgg16:fc6"""
)
def models(call: Call) -> None:
    """List the backbones that can be named.

    With their layers and dimensions, the licence of their weights, and whether those are here.
    """
    from mofu.features import registry
    from mofu.settings import load_settings

    default = registry.parse(load_settings(call.library, call.flags).features.backbone)[0]
    for spec in (found := registry.models()):
        if call.as_json:
            write_json(_facts(spec) | {"default": spec.name == default})
    if not call.as_json:
        rows = [(_marked(spec, default), _layers(spec), presence(spec), spec.about, _licence(spec)) for spec in found]
        write_table(("backbone", "layers", "weights", "about", "licence"), rows)
        click.echo("* the default; another: --backbone NAME[:LAYER]")


def presence(spec: BackboneSpec) -> str:
    """Whether a backbone can be used at once, and if not, what it takes."""
    from mofu.cli.machine import lacks
    from mofu.features import registry

    if spec.weights is None:
        return "in the package"
    if spec.extra and lacks(spec.extra):
        return f"needs pip install 'mofu[{spec.extra}]'"
    return "cached" if registry.is_cached(spec) else "fetched on first use"


def _marked(spec: BackboneSpec, default: str) -> str:
    return f"{spec.name} *" if spec.name == default else spec.name


def _layers(spec: BackboneSpec) -> str:
    ordered = sorted(spec.layers, key=lambda layer: layer.name != spec.default_layer)
    return ", ".join(f"{layer.name} ({layer.dimension:,})" for layer in ordered)


def _licence(spec: BackboneSpec) -> str:
    return spec.weights.licence if spec.weights else "mofu's own"


def _facts(spec: BackboneSpec) -> dict[str, object]:
    return {
        "name": spec.name,
        "about": spec.about,
        "layers": {layer.name: layer.dimension for layer in spec.layers},
        "default_layer": spec.default_layer,
        "weights": spec.weights,
        "licence": _licence(spec),
        "extra": spec.extra,
        "presence": presence(spec),
    }
