"""What is known of a backbone → the layers whose maps make a style."""

from __future__ import annotations

from mofu.errors import InvalidInputError
from mofu.features.backbone import BackboneSpec, Layer

PIXELS = "pixels"
"""The picture itself as a layer: R, G, B in [0, 1]. Any backbone has it."""

WIDEST = 512
"""Channels: a second moment has half their square in numbers, 8 MB for a layer of 2048."""


def style_layers(spec: BackboneSpec) -> tuple[str, ...]:
    """The first stage at each resolution; where there is only one, a quarter, half and all of the way.

    relu{1..5}_1 of VGG, as Gatys et al. have it. Wider layers than `WIDEST` are left out where others remain.

    Raises:
        InvalidInputError: no layer of this backbone has maps.
    """
    maps = spec.stages()
    if not maps:
        raise InvalidInputError(
            f"backbone {spec.name} has no maps, so that it has no styles: use one that has, e.g. embedded_cnn, vgg16"
        )
    maps = tuple(layer for layer in maps if _channels(layer) <= WIDEST) or maps
    first: dict[int, str] = {}
    for layer in maps:
        if layer.spatial is not None:
            first.setdefault(layer.spatial.stride_px, layer.name)
    if len(first) > 1:
        return tuple(first.values())
    return tuple(dict.fromkeys(maps[max(0, len(maps) * part // 4 - 1)].name for part in (1, 2, 4)))


def _channels(layer: Layer) -> int:
    return layer.spatial.channels if layer.spatial else 0
