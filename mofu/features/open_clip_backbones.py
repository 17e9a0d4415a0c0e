"""CLIP as open_clip publishes it → backbones: an image tower, and a text tower that reads into its space."""

from __future__ import annotations

from mofu.features.backbone import Backbone, BackboneSpec, Layer, WeightsOrigin
from mofu.features.preprocessing import Preprocessing
from mofu.features.registry import register
from mofu.features.weights import fitting, require, state_dict, weights_file
from mofu.settings import FeaturesSettings

_VERSION = 1
"""Raise with every change between pixels and activations: it is part of the backbones' ids."""
_FILES = ("open_clip_model.safetensors", "open_clip_pytorch_model.bin")
_MEAN = (0.48145466, 0.4578275, 0.40821073)
_STD = (0.26862954, 0.26130258, 0.27577711)
_LICENCE = "MIT; trained on DataComp-1B, pictures and captions of the web"
TAG = "datacomp_xl_s13b_b90k"
"""open_clip's name of the weights."""

ARCHITECTURES: dict[str, str] = {}
"""Backbone → open_clip's name of the architecture."""


def described(
    name: str, architecture: str, repository: str, layers: tuple[Layer, ...], *, parameters: int, size_mib: float,
    side_px: int = 224,
) -> BackboneSpec:  # fmt: skip
    """The spec of a CLIP of open_clip's; `embed`, its first layer, is the space that pictures and texts share."""
    ARCHITECTURES[name] = architecture
    return BackboneSpec(
        name=name,
        about=f"CLIP {architecture}, Radford 2021, Gadre 2023: pictures and texts in one space",
        layers=layers,
        default_layer=layers[0].name,
        preprocessing=Preprocessing(side_px, "shorter", side_px, mean=_MEAN, std=_STD, interpolation="bicubic"),
        parameters=parameters,
        weights=WeightsOrigin(
            f"https://huggingface.co/{repository}", _FILES, _LICENCE, size_mib, repository=repository
        ),
        extra="clip",
    )


def transformer(embed: int, width: int, blocks: int, patch_px: int) -> tuple[Layer, ...]:
    """Layers of a vision transformer: the shared space, and the maps of each block."""
    return Layer("embed", embed), *(Layer.of_maps(f"blocks.{block}", width, patch_px) for block in range(blocks))


SPECS = (
    described(
        "clip_vitb32", "ViT-B-32", "laion/CLIP-ViT-B-32-DataComp.XL-s13B-b90K", transformer(512, 768, 12, 32),
        parameters=151_277_313, size_mib=577,
    ),
    described(
        "clip_vitb16", "ViT-B-16", "laion/CLIP-ViT-B-16-DataComp.XL-s13B-b90K", transformer(512, 768, 12, 16),
        parameters=149_620_737, size_mib=571,
    ),
    described(
        "clip_vitl14", "ViT-L-14", "laion/CLIP-ViT-L-14-DataComp.XL-s13B-b90K", transformer(768, 1024, 24, 14),
        parameters=427_616_513, size_mib=1631,
    ),
)  # fmt: skip


@register(*SPECS)
def load_clip(spec: BackboneSpec, layer: str, settings: FeaturesSettings) -> Backbone:
    """Load both towers; see `registry.load`."""
    require(spec.name, spec.extra)
    from mofu.features.open_clip_network import ClipBackbone, build

    file = weights_file(spec, settings)
    tensors = state_dict(file)
    model = build(ARCHITECTURES[spec.name])
    with fitting(spec, file):
        model.load_state_dict(tensors)
    return ClipBackbone(spec, layer, model, settings, weights_sha256=file.sha256, version=_VERSION)
