"""Networks that timm publishes → backbones: a chosen few by short names, any other as `timm/MODEL`.

A layer that has maps is named as in timm (`blocks.11`, `stages.2`). `cls` is the class token and `patch_mean` the mean
of the patches' tokens, both after the last normalisation; `pooled` is what the classifier would be given.
"""

from __future__ import annotations

from collections.abc import Sequence

from mofu.features.backbone import Backbone, BackboneSpec, Layer, WeightsOrigin
from mofu.features.preprocessing import Preprocessing
from mofu.features.registry import family, register
from mofu.features.weights import fitting, require, state_dict, weights_file
from mofu.settings import FeaturesSettings

_VERSION = 1
"""Raise with every change between pixels and activations: it is part of the backbones' ids."""
FILES = ("model.safetensors", "pytorch_model.bin")
"""What a repository of timm's has, in the order in which timm looks."""

_AT_224_PX = Preprocessing(256, "shorter", 224, interpolation="bicubic")
_MODELS: dict[str, str] = {}
"""Backbone → timm's name of model and weights."""


def _spec(
    name: str, model: str, about: str, licence: str, layers: Sequence[Layer], how: Preprocessing,
    *, parameters: int, size_mib: float,
) -> BackboneSpec:  # fmt: skip
    _MODELS[name] = model
    repository = f"timm/{model}"
    url = f"https://huggingface.co/{repository}"
    return BackboneSpec(
        name=name,
        about=about,
        layers=tuple(layers),
        default_layer=layers[0].name,
        preprocessing=how,
        parameters=parameters,
        weights=WeightsOrigin(url, FILES, licence, size_mib, repository=repository),
        extra="timm",
    )


def _transformer(width: int, blocks: int, patch_px: int) -> tuple[Layer, ...]:
    maps = (Layer.of_maps(f"blocks.{block}", width, patch_px) for block in range(blocks))
    return Layer("cls", width), Layer("patch_mean", width), *maps


def _stages(pattern: str, widths: Sequence[int], pooled: int) -> tuple[Layer, ...]:
    first_stride = 32 // 2 ** (len(widths) - 1)
    maps = (Layer.of_maps(pattern.format(stage), width, first_stride * 2**stage) for stage, width in enumerate(widths))
    return Layer("pooled", pooled), *maps


_IMAGENET_22K = "trained on ImageNet-22k and 1k, whose terms are for research"

SPECS = (
    _spec(
        "dinov2_vits14", "vit_small_patch14_dinov2.lvd142m", "DINOv2 ViT-S/14, Oquab 2023",
        "Apache-2.0; trained on LVD-142M, without labels", _transformer(384, 12, 14), _AT_224_PX,
        parameters=21_628_800, size_mib=84,
    ),
    _spec(
        "dinov2_vitb14", "vit_base_patch14_dinov2.lvd142m", "DINOv2 ViT-B/14, Oquab 2023",
        "Apache-2.0; trained on LVD-142M, without labels", _transformer(768, 12, 14), _AT_224_PX,
        parameters=85_724_928, size_mib=330,
    ),
    _spec(
        "convnextv2_tiny", "convnextv2_tiny.fcmae_ft_in22k_in1k", "ConvNeXt V2-T, Woo 2023",
        f"CC-BY-NC-4.0; {_IMAGENET_22K}", _stages("stages.{}", (96, 192, 384, 768), 768), _AT_224_PX,
        parameters=28_635_496, size_mib=109,
    ),
    _spec(
        "swin_tiny", "swin_tiny_patch4_window7_224.ms_in22k_ft_in1k", "Swin-T, Liu 2021",
        f"MIT; {_IMAGENET_22K}", _stages("layers.{}", (96, 192, 384, 768), 768),
        Preprocessing(248, "shorter", 224, interpolation="bicubic"), parameters=28_288_354, size_mib=108,
    ),
    _spec(
        "mobilenetv4_small", "mobilenetv4_conv_small.e2400_r224_in1k", "MobileNetV4-Conv-S, Qin 2024: the smallest",
        "Apache-2.0; trained on ImageNet-1k, whose terms are for research",
        (Layer("pooled", 1280), Layer.of_maps("bn1", 32, 2), Layer.of_maps("blocks.0", 32, 4),
         Layer.of_maps("blocks.1", 64, 8), Layer.of_maps("blocks.2", 96, 16), Layer.of_maps("blocks.4", 960, 32)),
        _AT_224_PX, parameters=3_774_024, size_mib=14,
    ),
)  # fmt: skip


def find(model: str) -> BackboneSpec:
    """The spec of any model of timm's that has weights, e.g. `resnet50.a1_in1k`; its name is `timm/` before that.

    Raises:
        UnknownNameError: timm publishes no weights of that name.
        MissingPackageError: timm is not installed.
    """
    require(f"timm/{model}", "timm")
    from mofu.features.timm_network import described

    return described(model)


@family("timm", find)
@register(*SPECS)
def _load(spec: BackboneSpec, layer: str, settings: FeaturesSettings) -> Backbone:
    require(spec.name, spec.extra)
    from mofu.features.network import NetworkBackbone
    from mofu.features.timm_network import TimmCut, build

    file = weights_file(spec, settings)
    tensors = state_dict(file)
    with fitting(spec, file):
        model = build(_MODELS.get(spec.name, spec.name.removeprefix("timm/")), spec.preprocessing, tensors)
    return NetworkBackbone(
        spec, layer, lambda layers: TimmCut(model, layers), settings, weights_sha256=file.sha256, version=_VERSION
    )
