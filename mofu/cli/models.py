"""`mofu models`: what can compute activations, where its weights come from, and whether they are whole."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from mofu.cli.call import Call, verb, with_common_options
from mofu.cli.failures import tell
from mofu.cli.output import write_json, write_table
from mofu.errors import DamagedError, MofuError, PartialError

if TYPE_CHECKING:
    from mofu.features.backbone import BackboneSpec, Layer
    from mofu.features.weights import Verified

_IN_PACKAGE = "in the package"
_SHOWN_DIGITS = 16


@with_common_options
@click.group(
    invoke_without_command=True,
    epilog="\b\nExamples:\n  mofu models\n  mofu models show vgg16\n  mofu models fetch vgg16\n\nGuide: docs/cli.md",
)
@click.pass_context
def models(context: click.Context) -> None:
    """What can compute activations.

    Without a command: the list.
    """
    if context.invoked_subcommand is None:
        context.invoke(listing)


@verb(
    """mofu models list
mofu models list --json
mofu build もふもふ --backbone vgg16:fc6""",
    name="list",
)
def listing(call: Call) -> None:
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
        click.echo("* the default; another: --backbone NAME[:LAYER]; any other model of timm: timm/NAME[:LAYER]")


@verb(
    """mofu models show vgg16
mofu models show timm/resnet50.a1_in1k
mofu models show dinov2_vits14 --json"""
)
@click.argument("name", metavar="NAME")
def show(call: Call, name: str) -> None:
    """Say all that is known of a backbone.

    Its layers, those with maps with their channels and stride; preprocessing, parameters, weights.
    """
    from mofu.features import registry

    spec = registry.find(registry.parse(name)[0])
    if call.as_json:
        write_json(_facts(spec))
        return
    for title, text in _described(spec):
        click.echo(f"{title:13} {text}")
    rows = [(layer.name, layer.dimension, *_spatial(layer)) for layer in spec.layers]
    click.echo()
    write_table(("layer", "numbers an image", "channels", "stride, px"), rows)


@verb(
    """mofu models fetch vgg16
mofu models fetch resnet50 dinov2_vits14"""
)
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
def fetch(call: Call, names: tuple[str, ...]) -> int:
    """Fetch published weights into a cache.

    It is their own library's cache; they are held against their published hash. What is there already stays.
    """
    from mofu.features import registry

    specs = [registry.find(name) for name in names]
    codes: list[int] = []
    for spec in specs:
        try:
            _fetch_one(call, spec)
            codes.append(0)
        except MofuError as error:
            if len(specs) == 1:
                raise
            codes.append(tell(error, as_json=call.as_json, debug=call.debug, word=spec.name))
    if 0 in codes and any(codes):
        return PartialError.exit_code
    return max(codes)


@verb(
    """mofu models verify
mofu models verify vgg16 --json"""
)
@click.argument("names", nargs=-1, metavar="NAME...")
def verify(call: Call, names: tuple[str, ...]) -> int:
    """Hold cached weights against their published hash.

    Without names, those of the list that are here. Exit status 1 where a file is not what was published.
    """
    from mofu.features import registry
    from mofu.features.weights import verified

    specs = [registry.find(name) for name in names] or [spec for spec in registry.models() if registry.is_cached(spec)]
    found = [verified(spec) for spec in specs]
    if call.as_json:
        for each in found:
            write_json(each)
    else:
        rows = [(each.name, each.state, each.sha256[:_SHOWN_DIGITS], each.path or "") for each in found]
        write_table(("backbone", "state", "SHA-256", "file"), rows)
    return _told(found)


def presence(spec: BackboneSpec) -> str:
    """Whether a backbone can be used at once, and if not, what it takes."""
    from mofu.cli.machine import lacks
    from mofu.features import registry

    if spec.weights is None:
        return _IN_PACKAGE
    if spec.extra and lacks(spec.extra):
        return f"needs pip install 'mofu[{spec.extra}]'"
    return "cached" if registry.is_cached(spec) else "fetched on first use"


def _fetch_one(call: Call, spec: BackboneSpec) -> None:
    from mofu.cli.progress import watching
    from mofu.features import registry
    from mofu.features.weights import fetched, require

    require(spec.name, spec.extra)  # before a word is said of a fetching that cannot be
    with watching(call.progress) as progress:
        if spec.weights and not registry.is_cached(spec):
            progress.notice(f"fetch  {spec.name}  about {spec.weights.size_mib:,.0f} MiB from {spec.weights.url}")
    file = fetched(spec, bar=call.progress == "auto" and sys.stderr.isatty())
    if call.as_json:
        write_json({"name": spec.name, "path": file.path, "sha256": file.sha256} if file else {"name": spec.name})
    else:
        click.echo(
            f"{spec.name}  {file.sha256[:_SHOWN_DIGITS]}  {file.path}" if file else f"{spec.name}  {_IN_PACKAGE}"
        )


def _told(found: list[Verified]) -> int:
    """Say on stderr what to do about damaged files; the exit status."""
    damaged = [each for each in found if each.state == "damaged"]
    for each in damaged:
        click.echo(
            f"mofu: {each.path}: SHA-256 {each.sha256[:_SHOWN_DIGITS]}, published {each.published[:_SHOWN_DIGITS]}:"
            f" delete it, then `mofu models fetch {each.name}`",
            err=True,
        )
    return DamagedError.exit_code if damaged else 0


def _described(spec: BackboneSpec) -> Iterator[tuple[str, str]]:
    how, origin = spec.preprocessing, spec.weights
    cut = f", the middle {how.crop_px} × {how.crop_px}" if how.crop_px else ""
    side = f"{how.side_px} × {how.side_px}" if how.mode == "squash" else f"{how.fit} side {how.side_px}"
    yield "backbone", f"{spec.name}: {spec.about}"
    yield "pixels", f"{side}{cut}, {how.interpolation}"
    yield "parameters", f"{spec.parameters:,}" if spec.parameters else "none"
    yield "weights", presence(spec)
    yield "licence", _licence(spec)
    if origin is not None:
        published = origin.sha256 or "told by the hub with the file"
        yield "file", f"{' or '.join(origin.files)}, {origin.format}, about {origin.size_mib:,.0f} MiB"
        yield "from", origin.url
        yield "SHA-256", f"{published}…" if origin.sha256 else published


def _spatial(layer: Layer) -> tuple[int | None, int | None]:
    return (layer.spatial.channels, layer.spatial.stride_px) if layer.spatial else (None, None)


def _marked(spec: BackboneSpec, default: str) -> str:
    return f"{spec.name} *" if spec.name == default else spec.name


def _layers(spec: BackboneSpec) -> str:
    """Layers of vectors, the default one first, and how many have maps."""
    ordered = sorted(spec.layers, key=lambda layer: layer.name != spec.default_layer)
    told = [f"{layer.name} ({layer.dimension:,})" for layer in ordered if layer.spatial is None]
    maps = spec.maps()
    return ", ".join(told + ([f"maps {maps[0].name}…{maps[-1].name}"] if maps else []))


def _licence(spec: BackboneSpec) -> str:
    return spec.weights.licence if spec.weights else "mofu's own"


def _facts(spec: BackboneSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "about": spec.about,
        "layers": {layer.name: layer.dimension for layer in spec.layers},
        "maps": {layer.name: layer.spatial for layer in spec.maps()},
        "default_layer": spec.default_layer,
        "preprocessing": spec.preprocessing,
        "parameters": spec.parameters,
        "weights": spec.weights,
        "format": spec.weights.format if spec.weights else None,
        "licence": _licence(spec),
        "extra": spec.extra,
        "presence": presence(spec),
    }


for _command in (listing, show, fetch, verify):
    models.add_command(_command)
