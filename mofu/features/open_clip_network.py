"""A CLIP of open_clip's → its image tower, cut at its layers, and its text tower."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import open_clip
import torch

from mofu.features.backbone import BackboneSpec, Vectors
from mofu.features.network import NetworkBackbone
from mofu.features.open_clip_backbones import ARCHITECTURES
from mofu.settings import FeaturesSettings

_SHARED = "embed"
_AT_ONCE = 64


def build(architecture: str) -> torch.nn.Module:
    """Make both towers, with random weights."""
    model: torch.nn.Module = open_clip.CLIP(**open_clip.get_model_config(architecture)).eval()
    return model


class ClipCut(torch.nn.Module):
    """The image tower up to the last of some layers; shares the model's weights."""

    def __init__(self, visual: torch.nn.Module, layers: Sequence[str]) -> None:
        super().__init__()
        self.visual, self.layers = visual, tuple(layers)
        self._indices = sorted(int(layer.removeprefix("blocks.")) for layer in self.layers if layer != _SHARED)

    def forward(self, images: torch.Tensor) -> list[torch.Tensor]:
        """Return unit vectors (n, d) of `embed`, (n, c, h, w) of the others."""
        visual: Any = self.visual
        found: dict[str, torch.Tensor] = {}
        if self._indices:
            told = visual.forward_intermediates(images, indices=self._indices, intermediates_only=True, stop_early=True)
            named = (f"blocks.{index}" for index in self._indices)
            found.update(zip(named, told["image_intermediates"], strict=True))
        if _SHARED in self.layers:
            found[_SHARED] = torch.nn.functional.normalize(visual(images), dim=-1)
        return [found[layer] for layer in self.layers]


class ClipBackbone(NetworkBackbone):
    """A CLIP: pictures and, at the layer `embed`, texts."""

    def __init__(
        self,
        spec: BackboneSpec,
        layer: str,
        model: Any,
        settings: FeaturesSettings,
        *,
        weights_sha256: str,
        version: int,
    ) -> None:
        """Take the loaded towers over."""
        super().__init__(
            spec, layer, lambda layers: ClipCut(model.visual, layers), settings,
            weights_sha256=weights_sha256, version=version,
        )  # fmt: skip
        self._model = model
        self._tokens = open_clip.get_tokenizer(ARCHITECTURES[spec.name])

    def text_vectors(self, texts: Sequence[str]) -> Vectors:
        """As `Backbone.text_vectors` says."""
        if self.layer != _SHARED:
            return super().text_vectors(texts)
        parts = [self._read(texts[start : start + _AT_ONCE]) for start in range(0, len(texts), _AT_ONCE)]
        return np.concatenate(parts) if parts else np.zeros((0, self.dimension), np.float32)

    def _read(self, texts: Sequence[str]) -> Vectors:
        device = self._model.positional_embedding.device
        with torch.inference_mode():
            vectors = self._model.encode_text(self._tokens(list(texts)).to(device), normalize=True)
        read: Vectors = vectors.float().cpu().numpy()
        return read
