"""Pixels → activations of networks that torchvision publishes, read at one layer.

Preprocessing is torchvision's own for these weights (`weights.transforms()`): the shorter side to `side_px`, the middle
224 × 224, ImageNet's mean and deviation. Fully connected layers are read after their ReLU, as Caffe gave them to the
papers that name fc6 and fc7. A GPU is used where torch finds one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mofu.errors import InvalidInputError
from mofu.features.backbone import Backbone, BackboneSpec, Layer, Vectors, WeightsOrigin
from mofu.features.registry import register
from mofu.features.weights import WeightsFile, local_file, published_file, require_torch, state_dict
from mofu.imaging.results import Pixels
from mofu.settings import FeaturesSettings

_VERSION = 1
"""Raise with every change of the preprocessing: it is part of the backbones' ids."""
_AT_ONCE = 16  # VGG16's first activations take 13 MB an image
_WEIGHTS = "IMAGENET1K_V1"
_LICENCE = "BSD-3-Clause (torchvision); trained on ImageNet-1k, whose terms are for research"
_OLD_DENSENET_KEY = re.compile(r"^(.*denselayer\d+\.(?:norm|relu|conv))\.((?:[12])\..*)$")

_FULLY_CONNECTED = (Layer("fc6", 4096), Layer("fc7", 4096))
_NODES = {
    ("alexnet", "fc6"): "classifier.2",
    ("alexnet", "fc7"): "classifier.5",
    ("vgg16", "fc6"): "classifier.1",
    ("vgg16", "fc7"): "classifier.4",
    ("vgg19", "fc6"): "classifier.1",
    ("vgg19", "fc7"): "classifier.4",
    ("convnext_tiny", "avgpool"): "classifier.1",
}
"""(backbone, layer) → torchvision's name of the node; `flatten`, after the global average pooling, for the others."""


def _spec(file: str, about: str, *layers: Layer, default: str = "avgpool", side_px: int = 256) -> BackboneSpec:
    stem, _, prefix = file.removesuffix(".pth").rpartition("-")
    return BackboneSpec(
        name=stem.partition("-")[0].removesuffix("_rwightman"),
        about=about,
        layers=layers,
        default_layer=default,
        side_px=side_px,
        fit="shorter",
        weights=WeightsOrigin(file, f"https://download.pytorch.org/models/{file}", prefix, _LICENCE),
        extra="torch",
    )


SPECS = (
    _spec("alexnet-owt-7be5be79.pth", "AlexNet, Krizhevsky 2012", *_FULLY_CONNECTED, default="fc6"),
    _spec("vgg16-397923af.pth", "VGG16, Simonyan 2014: the web system of 2016", *_FULLY_CONNECTED, default="fc6"),
    _spec("vgg19-dcbb9e9d.pth", "VGG19, Simonyan 2014", *_FULLY_CONNECTED, default="fc6"),
    _spec("resnet18-f37072fd.pth", "ResNet-18, He 2016", Layer("avgpool", 512)),
    _spec("resnet50-0676ba61.pth", "ResNet-50, He 2016", Layer("avgpool", 2048)),
    _spec("densenet121-a639ec97.pth", "DenseNet-121, Huang 2017", Layer("avgpool", 1024)),
    _spec("efficientnet_b0_rwightman-7f5810bc.pth", "EfficientNet-B0, Tan 2019", Layer("avgpool", 1280)),
    _spec("convnext_tiny-983f1562.pth", "ConvNeXt-T, Liu 2022", Layer("avgpool", 768), side_px=236),
)


class TorchvisionBackbone(Backbone):
    """A torchvision network cut off after one layer."""

    def __init__(self, spec: BackboneSpec, layer: str, file: WeightsFile) -> None:
        """Build the network with the file's weights; InvalidInputError where they are another network's."""
        import torch
        from torchvision import models
        from torchvision.models.feature_extraction import create_feature_extractor

        model = models.get_model(spec.name, weights=None)
        try:
            model.load_state_dict(_renamed(spec, state_dict(file)))
        except RuntimeError as error:
            reason = str(error).splitlines()[-1].strip()
            raise InvalidInputError(f"{file.path}: not the weights of {spec.name}: {reason}") from error
        digest = hashlib.sha256(f"{file.sha256} {_VERSION} {spec.side_px}".encode()).hexdigest()
        self.id, self.spec, self.layer = f"{spec.name}-{digest[:8]}", spec, layer
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._transform: Any = models.get_model_weights(spec.name)[_WEIGHTS].transforms()
        node = _NODES.get((spec.name, layer), "flatten")
        self._network = create_feature_extractor(model.eval(), {node: "activations"}).to(self._device)

    def _compute(self, pixels: Sequence[Pixels]) -> Vectors:
        parts = [self._forward(pixels[start : start + _AT_ONCE]) for start in range(0, len(pixels), _AT_ONCE)]
        return np.concatenate(parts)

    def _forward(self, pixels: Sequence[Pixels]) -> Vectors:
        import torch

        # a copy, because torch warns of arrays that cannot be written to
        images = [self._transform(torch.from_numpy(image.copy()).permute(2, 0, 1)) for image in pixels]
        with torch.inference_mode():
            activations = self._network(torch.stack(images).to(self._device))["activations"]
        vectors: Vectors = activations.cpu().numpy().astype(np.float32)
        return vectors


def _renamed(spec: BackboneSpec, tensors: dict[str, Any]) -> dict[str, Any]:
    """DenseNet's file was published before torch forbade dots in the names of modules."""
    if not spec.name.startswith("densenet"):
        return tensors
    return {_OLD_DENSENET_KEY.sub(r"\1\2", name): tensor for name, tensor in tensors.items()}


@register(*SPECS)
def _load(spec: BackboneSpec, layer: str, settings: FeaturesSettings) -> TorchvisionBackbone:
    require_torch(spec)
    if settings.weights is not None:
        return TorchvisionBackbone(spec, layer, local_file(Path(settings.weights)))
    assert spec.weights is not None, "every spec of this file names its weights"  # noqa: S101 - for the type checker
    return TorchvisionBackbone(spec, layer, published_file(spec, spec.weights))
