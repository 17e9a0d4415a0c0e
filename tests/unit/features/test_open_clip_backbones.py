"""CLIP's two towers: the table against open_clip, and a small CLIP read from a file as it is published."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from published_files import cosines, put_into_hub_cache
from safetensors.torch import save

open_clip: Any = pytest.importorskip("open_clip", reason="NO open_clip HERE: CLIP's backbones are not tested")

from mofu.errors import InvalidInputError, MissingWeightsError  # noqa: E402 - what follows needs open_clip
from mofu.features.backbone import Backbone  # noqa: E402 - likewise
from mofu.features.open_clip_backbones import (  # noqa: E402 - likewise
    ARCHITECTURES,
    SPECS,
    TAG,
    described,
    load_clip,
    transformer,
)
from mofu.features.open_clip_network import ClipCut, build  # noqa: E402 - likewise
from mofu.features.registry import REGISTRY, load  # noqa: E402 - likewise
from mofu.settings import FeaturesSettings  # noqa: E402 - likewise

TINY = {
    "embed_dim": 16,
    "vision_cfg": {"image_size": 32, "layers": 2, "width": 64, "patch_size": 16},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 8, "heads": 2, "layers": 1},
}
REPOSITORY = "somebody/CLIP-tiny"
PICTURES = [np.random.default_rng(seed).integers(0, 256, (40, 48, 3), np.uint8) for seed in range(3)]


@pytest.fixture
def tiny(hub_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A CLIP of random weights in the hub's cache; the backbone `clip_tiny` is to be made of it."""
    (tmp_path / "ViT-tiny.json").write_text(json.dumps(TINY))
    open_clip.add_model_config(tmp_path / "ViT-tiny.json")
    spec = described(
        "clip_tiny", "ViT-tiny", REPOSITORY, transformer(16, 64, 2, 16), parameters=0, size_mib=2, side_px=32
    )
    monkeypatch.setitem(REGISTRY, "clip_tiny", (spec, load_clip))
    torch.manual_seed(0)
    model = build("ViT-tiny")
    put_into_hub_cache(hub_cache, REPOSITORY, "open_clip_model.safetensors", save(model.state_dict()))
    return model


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_the_table_agrees_with_open_clip(spec) -> None:
    architecture = ARCHITECTURES[spec.name]
    told = open_clip.get_pretrained_cfg(architecture, TAG)
    assert told["hf_hub"] == f"{spec.weights.repository}/"
    assert (told["mean"], told["std"]) == (spec.preprocessing.mean, spec.preprocessing.std)
    assert told["interpolation"] == spec.preprocessing.interpolation
    assert told["resize_mode"] == "shortest"
    with torch.device("meta"), torch.inference_mode():  # shapes without numbers
        model = build(architecture)
        found = ClipCut(model.visual, [each.name for each in spec.layers])(torch.empty(1, 3, 224, 224))
    parameters = sum(parameter.numel() for parameter in model.parameters())
    assert (parameters, spec.weights.size_mib) == (spec.parameters, pytest.approx(parameters * 4 / 2**20, abs=0.6))
    for layer, activations in zip(spec.layers, found, strict=True):
        assert activations.shape[1] == (layer.spatial.channels if layer.spatial else layer.dimension)


def test_pictures_are_what_open_clip_makes_of_them(tiny: Any) -> None:
    backbone = load("clip_tiny", FeaturesSettings())
    transform = open_clip.image_transform(
        32, is_train=False, mean=backbone.spec.preprocessing.mean, std=backbone.spec.preprocessing.std
    )
    with torch.inference_mode():
        expected = tiny.encode_image(torch.stack([transform(Image.fromarray(image)) for image in PICTURES]))
    found = backbone.extract(PICTURES)
    assert found.shape == (3, 16)
    assert cosines(found, expected.numpy()).min() > 0.999
    assert np.linalg.norm(found, axis=1) == pytest.approx(np.ones(3), abs=1e-2)


def test_texts_are_unit_vectors_in_the_space_of_pictures(tiny: Any) -> None:
    backbone = load("clip_tiny", FeaturesSettings())
    texts = ["a fluffy cat", "a bumpy road"]
    with torch.inference_mode():
        expected = tiny.encode_text(open_clip.tokenize(texts), normalize=True).numpy()
    found = backbone.text_vectors(texts)
    assert found.dtype == np.float32
    assert found == pytest.approx(expected, abs=1e-5)
    assert found.shape[1] == backbone.dimension
    assert backbone.text_vectors([]).shape == (0, 16)


def test_texts_have_no_place_at_another_layer(tiny: Any) -> None:
    backbone = load("clip_tiny:blocks.1", FeaturesSettings())
    (maps,) = backbone.maps(PICTURES, ["blocks.1"])
    assert maps.shape == (3, 64, 2, 2)
    assert backbone.extract(PICTURES).shape == (3, 128)
    with pytest.raises(InvalidInputError, match=r"clip_tiny:blocks\.1 cannot read 1 texts"):
        backbone.text_vectors(["a cat"])


def test_weights_of_another_clip_are_refused(tiny: Any, tmp_path: Path) -> None:
    state = {name: tensor for name, tensor in tiny.state_dict().items() if name != "visual.proj"}
    (tmp_path / "other.safetensors").write_bytes(save(state))
    with pytest.raises(InvalidInputError, match="not the weights of clip_tiny"):
        load("clip_tiny", FeaturesSettings(weights=str(tmp_path / "other.safetensors")))


def test_weights_that_cannot_be_had_say_how_to_get_them(hub_cache: Path) -> None:
    with pytest.raises(MissingWeightsError, match=r"open_clip_model\.safetensors.*mofu models fetch clip_vitb32"):
        load("clip_vitb32", FeaturesSettings())


def test_other_weights_are_another_identity(tiny: Any, tmp_path: Path) -> None:
    published: Backbone = load("clip_tiny", FeaturesSettings())
    state = dict(tiny.state_dict())
    state["logit_scale"] = state["logit_scale"] + 1
    (tmp_path / "other.safetensors").write_bytes(save(state))
    other = load("clip_tiny", FeaturesSettings(weights=str(tmp_path / "other.safetensors")))
    assert other.id != published.id
    assert replace(other.spec) == published.spec
