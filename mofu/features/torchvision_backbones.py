"""Networks that torchvision publishes → backbones: their layers, their weights files, how they are loaded.

Preprocessing is torchvision's own for these weights (`weights.transforms()`): the shorter side to `side_px`, the middle
224 × 224, ImageNet's mean and deviation. Fully connected layers are read after their ReLU, as Caffe gave them to the
papers that name fc6 and fc7; `relu4_2` is the second ReLU of the fourth block, as in those on style, and `pool4` the
pooling after its last. `fc6_conv` and `fc7_conv` are the fully connected layers as convolutions, named as by those who
made such networks of Caffe's (fc6-conv): that they are the weights of fc6 and fc7 is what there is to know of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any

from mofu.features.backbone import Backbone, BackboneSpec, Layer, WeightsOrigin
from mofu.features.preprocessing import Interpolation, Preprocessing
from mofu.features.registry import register
from mofu.features.weights import fitting, require, state_dict, weights_file
from mofu.settings import FeaturesSettings

if TYPE_CHECKING:
    import torch

_VERSION = 2
"""Raise with every change between pixels and activations: it is part of the backbones' ids."""
_LICENCE = "BSD-3-Clause (torchvision); trained on ImageNet-1k, whose terms are for research"
_CROP_PX = 224
_OLD_DENSENET_KEY = re.compile(r"^(.*denselayer\d+\.(?:norm|relu|conv))\.((?:[12])\..*)$")
_CONNECTED = ("fc6_conv", "fc7_conv")
_NODES: dict[str, Mapping[str, str]] = {}
"""Backbone → layer → torchvision's name of the node; of `_CONNECTED`, of the layer that is made a convolution."""


def _spec(
    file: str,
    about: str,
    nodes: Mapping[Layer, str],
    *,
    parameters: int,
    size_mib: float,
    side_px: int = 256,
    interpolation: Interpolation = "bilinear",
) -> BackboneSpec:
    """A spec whose default layer is the first of `nodes`."""
    stem, _, prefix = file.removesuffix(".pth").rpartition("-")
    name = stem.partition("-")[0].removesuffix("_rwightman")
    _NODES[name] = {layer.name: node for layer, node in nodes.items()}
    return BackboneSpec(
        name=name,
        about=about,
        layers=tuple(nodes),
        default_layer=next(iter(nodes)).name,
        preprocessing=Preprocessing(side_px, "shorter", _CROP_PX, interpolation=interpolation),
        parameters=parameters,
        weights=WeightsOrigin(f"https://download.pytorch.org/models/{file}", (file,), _LICENCE, size_mib, prefix),
        extra="torch",
    )


def _vgg(convolutions: Sequence[int]) -> dict[Layer, str]:
    nodes = {Layer("fc6", 4096): "classifier.1", Layer("fc7", 4096): "classifier.4"}
    position = count()
    for block, (channels, repeats) in enumerate(zip((64, 128, 256, 512, 512), convolutions, strict=True)):
        for repeat in range(repeats):
            next(position)  # the convolution
            layer = Layer.of_maps(f"relu{block + 1}_{repeat + 1}", channels, 2**block)
            nodes[layer] = f"features.{next(position)}"
        pooling = Layer.of_maps(f"pool{block + 1}", channels, 2 ** (block + 1), "pooling")
        nodes[pooling] = f"features.{next(position)}"
    return nodes | _connected("classifier.0", "classifier.3")


def _connected(*nodes: str) -> dict[Layer, str]:
    layers = [Layer.of_maps(name, 4096, 32, "fully connected") for name in _CONNECTED]
    return dict(zip(layers, nodes, strict=True))


def _stages(
    layer: str, pattern: str, channels: Sequence[int], numbers: Sequence[int] = (1, 2, 3, 4)
) -> dict[Layer, str]:
    """Maps of four stages, each at half the size of the one before, from a quarter of the picture's on."""
    return {
        Layer.of_maps(layer.format(stage), wide, 2 ** (stage + 1)): pattern.format(number)
        for stage, (wide, number) in enumerate(zip(channels, numbers, strict=True), start=1)
    }


_ALEXNET = {
    Layer("fc6", 4096): "classifier.2",
    Layer("fc7", 4096): "classifier.5",
    Layer.of_maps("relu1", 64, 4): "features.1",
    Layer.of_maps("pool1", 64, 8, "pooling"): "features.2",
    Layer.of_maps("relu2", 192, 8): "features.4",
    Layer.of_maps("pool2", 192, 16, "pooling"): "features.5",
    Layer.of_maps("relu3", 384, 16): "features.7",
    Layer.of_maps("relu4", 256, 16): "features.9",
    Layer.of_maps("relu5", 256, 16): "features.11",
    Layer.of_maps("pool5", 256, 32, "pooling"): "features.12",
    **_connected("classifier.1", "classifier.4"),
}
_RESNET_WIDTHS = (64, 128, 256, 512)

SPECS = (
    _spec("alexnet-owt-7be5be79.pth", "AlexNet, Krizhevsky 2012", _ALEXNET, parameters=61_100_840, size_mib=233),
    _spec(
        "vgg16-397923af.pth", "VGG16, Simonyan 2014: the web system of 2016", _vgg((2, 2, 3, 3, 3)),
        parameters=138_357_544, size_mib=528,
    ),
    _spec(
        "vgg19-dcbb9e9d.pth", "VGG19, Simonyan 2014", _vgg((2, 2, 4, 4, 4)), parameters=143_667_240, size_mib=548
    ),
    _spec(
        "resnet18-f37072fd.pth", "ResNet-18, He 2016",
        {Layer("avgpool", 512): "flatten"} | _stages("layer{}", "layer{}", _RESNET_WIDTHS),
        parameters=11_689_512, size_mib=45,
    ),
    _spec(
        "resnet50-0676ba61.pth", "ResNet-50, He 2016",
        {Layer("avgpool", 2048): "flatten"} | _stages("layer{}", "layer{}", [4 * width for width in _RESNET_WIDTHS]),
        parameters=25_557_032, size_mib=98,
    ),
    _spec(
        "densenet121-a639ec97.pth", "DenseNet-121, Huang 2017",
        {Layer("avgpool", 1024): "flatten"} | _stages("block{}", "features.denseblock{}", (256, 512, 1024, 1024)),
        parameters=7_978_856, size_mib=31,
    ),
    _spec(
        "efficientnet_b0_rwightman-7f5810bc.pth", "EfficientNet-B0, Tan 2019",
        {Layer("avgpool", 1280): "flatten"} | _stages("stage{}", "features.{}", (24, 40, 112, 320), (2, 3, 5, 7)),
        parameters=5_288_548, size_mib=20, interpolation="bicubic",
    ),
    _spec(
        "convnext_tiny-983f1562.pth", "ConvNeXt-T, Liu 2022",
        {Layer("avgpool", 768): "classifier.1"} | _stages("stage{}", "features.{}", (96, 192, 384, 768), (1, 3, 5, 7)),
        parameters=28_589_128, size_mib=109, side_px=236,
    ),
)  # fmt: skip


def cut(spec: BackboneSpec, model: torch.nn.Module, layers: Sequence[str]) -> torch.nn.Module:
    """A torchvision network up to the last of some layers; shares the model's weights."""
    from torchvision.models.feature_extraction import create_feature_extractor

    from mofu.features.network import Listed

    model.eval()
    connected = [layer for layer in _CONNECTED if layer in layers]
    # what is fully connected at every place reads the last maps, whoever asked for them
    below = [layer for layer in layers if layer not in _CONNECTED] + [spec.stages()[-1].name] * bool(connected)
    network = create_feature_extractor(model, {_NODES[spec.name][layer]: layer for layer in below})
    return Listed(_at_every_place(spec, model, network, connected[-1]) if connected else network, layers)


def _at_every_place(spec: BackboneSpec, model: Any, below: torch.nn.Module, deepest: str) -> torch.nn.Module:
    from mofu.features.fully_convolutional import FullyConvolutional

    names = _CONNECTED[: _CONNECTED.index(deepest) + 1]
    layers = {name: model.get_submodule(_NODES[spec.name][name]) for name in names}
    return FullyConvolutional(below, spec.stages()[-1].name, model.features[-1], layers, model.avgpool.output_size[0])


def _renamed(spec: BackboneSpec, tensors: dict[str, Any]) -> dict[str, Any]:
    """DenseNet's file was published before torch forbade dots in the names of modules."""
    if not spec.name.startswith("densenet"):
        return tensors
    return {_OLD_DENSENET_KEY.sub(r"\1\2", name): tensor for name, tensor in tensors.items()}


@register(*SPECS)
def _load(spec: BackboneSpec, layer: str, settings: FeaturesSettings) -> Backbone:
    require(spec.name, spec.extra)
    from torchvision import models

    from mofu.features.network import NetworkBackbone

    file = weights_file(spec, settings)
    tensors = _renamed(spec, state_dict(file))
    model = models.get_model(spec.name, weights=None)
    with fitting(spec, file):
        model.load_state_dict(tensors)
    return NetworkBackbone(
        spec, layer, lambda layers: cut(spec, model, layers), settings, weights_sha256=file.sha256, version=_VERSION
    )
