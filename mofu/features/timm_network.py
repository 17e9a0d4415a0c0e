"""A name of timm's, and the tensors of its file → a network that can be cut at its layers, and what is known of it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlparse

import timm
import timm.data
import torch

from mofu.errors import InvalidInputError, UnknownNameError
from mofu.features.backbone import BackboneSpec, Layer, WeightsOrigin
from mofu.features.preprocessing import Preprocessing
from mofu.features.timm_backbones import FILES

_HASH_IN_NAME = re.compile(r"-([0-9a-f]{8,64})\.")
_BYTES_OF_PARAMETER = 4
_VECTORS = ("cls", "patch_mean", "pooled")


def build(model: str, how: Preprocessing, tensors: Mapping[str, torch.Tensor] | None = None) -> torch.nn.Module:
    """Make a network by timm's own loader, which converts old names and fits position embeddings to the picture's size.

    Args:
        how: whose square the network is made for, where its size is fixed.
        tensors: its weights; None: random ones.

    Raises:
        RuntimeError, KeyError: the tensors are another network's.
    """
    fixed: dict[str, Any] = {}
    if _published(model).get("fixed_input_size"):
        fixed["img_size"] = how.crop_px
    if tensors is not None:
        fixed |= {"pretrained": True, "pretrained_cfg_overlay": {"state_dict": dict(tensors)}}
    made: Any = timm.create_model(model, **fixed)
    made.pretrained_cfg.pop("state_dict", None)  # or the weights stay in memory twice
    network: torch.nn.Module = made.eval()
    return network


class TimmCut(torch.nn.Module):
    """A timm network up to the last of some layers; shares the model's weights."""

    def __init__(self, model: torch.nn.Module, layers: Sequence[str]) -> None:
        super().__init__()
        self.model, self.layers = model, tuple(layers)
        known = [each["module"] for each in _stages(model)]
        self._indices = sorted(known.index(layer) for layer in self.layers if layer not in _VECTORS)
        self._order = [known[index] for index in self._indices]

    def forward(self, images: torch.Tensor) -> list[torch.Tensor]:
        """Return (n, d) of `cls`, `patch_mean` and `pooled`, (n, c, h, w) of the others."""
        model: Any = self.model
        found: dict[str, torch.Tensor] = {}
        if self._indices:
            maps = model.forward_intermediates(
                images, indices=self._indices, output_fmt="NCHW", intermediates_only=True, stop_early=True
            )
            found.update(zip(self._order, maps, strict=True))
        if len(found) < len(self.layers):
            found.update(self._vectors(model, model.forward_features(images)))
        return [found[layer] for layer in self.layers]

    def _vectors(self, model: Any, tokens: torch.Tensor) -> dict[str, torch.Tensor]:
        made = {}
        if "cls" in self.layers:
            made["cls"] = tokens[:, 0]
        if "patch_mean" in self.layers:
            made["patch_mean"] = tokens[:, model.num_prefix_tokens :].mean(1)
        if "pooled" in self.layers:
            made["pooled"] = model.forward_head(tokens, pre_logits=True).flatten(1)
        return made


@cache
def described(model: str) -> BackboneSpec:
    """The spec of a model of timm's, found by building it without memory for its weights."""
    known = timm.list_models(pretrained=True)
    if model not in known:
        raise UnknownNameError("model of timm", model, known)
    published, how = _published(model), preprocessing(model)
    with torch.device("meta"):
        built = build(model, how)
    parameters = sum(parameter.numel() for parameter in built.parameters())
    layers = _layers(built, how)
    return BackboneSpec(
        name=f"timm/{model}",
        about=f"timm's {model}",
        layers=layers,
        default_layer=layers[0].name,
        preprocessing=how,
        parameters=parameters,
        weights=_origin(published, round(parameters * _BYTES_OF_PARAMETER / 2**20, 1)),
        extra="timm",
    )


def preprocessing(model: str) -> Preprocessing:
    """What timm shows a model to judge it; InvalidInputError where it frames the picture."""
    told = timm.data.resolve_data_config({}, pretrained_cfg=_published(model))
    crop_px = told["input_size"][-1]
    if told["crop_mode"] not in ("center", "squash") or told["interpolation"] not in ("bilinear", "bicubic"):
        raise InvalidInputError(
            f"timm/{model}: prepares pictures by {told['crop_mode']} and {told['interpolation']}:"
            " expected a model that cuts or squashes them, bilinear or bicubic"
        )
    return Preprocessing(
        side_px=math.floor(crop_px / told["crop_pct"]),
        crop_px=crop_px,
        mode="squash" if told["crop_mode"] == "squash" else "crop",
        mean=tuple(told["mean"]),
        std=tuple(told["std"]),
        interpolation=told["interpolation"],
    )


def _published(model: str) -> dict[str, Any]:
    """What timm knows of a model's weights."""
    told: dict[str, Any] = timm.get_pretrained_cfg(model).to_dict()
    return told


def _layers(model: torch.nn.Module, how: Preprocessing) -> tuple[Layer, ...]:
    names: list[str] = []
    if hasattr(model, "num_prefix_tokens"):
        has_class_token = getattr(model, "cls_token", None) is not None
        # what such a network pools is its class token, which has a name of its own
        names += ["cls"] if has_class_token else []
        names += [] if has_class_token and getattr(model, "global_pool", "") == "token" else ["pooled"]
        names += ["patch_mean"]
    else:
        names = ["pooled"]
    with torch.device("meta"), torch.inference_mode():
        side_px = how.crop_px or how.side_px
        vectors = TimmCut(model, names)(torch.empty(1, 3, side_px, side_px))
    maps = [Layer.of_maps(each["module"], each["num_chs"], each["reduction"]) for each in _stages(model)]
    return *(Layer(name, vector.shape[1]) for name, vector in zip(names, vectors, strict=True)), *maps


def _stages(model: Any) -> list[dict[str, Any]]:
    """Each of a model's stages that gives maps: its module's name, channels, stride."""
    if not hasattr(model, "forward_intermediates"):
        return []
    told = model.feature_info
    return list(told if isinstance(told, list) else told.get_dicts())


def _origin(published: Mapping[str, Any], size_mib: float) -> WeightsOrigin:
    licence = f"{published.get('license') or 'not stated'}; as timm tells it, see its model card for the pictures"
    repository = published.get("hf_hub_id")
    if repository:
        named = published.get("hf_hub_filename")
        url = f"https://huggingface.co/{repository}"
        return WeightsOrigin(url, (named,) if named else FILES, licence, size_mib, repository=repository)
    url = published["url"]
    file = PurePosixPath(urlparse(url).path).name
    told = _HASH_IN_NAME.search(file)
    return WeightsOrigin(url, (file,), licence, size_mib, sha256=told[1] if told else "")
