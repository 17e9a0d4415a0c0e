"""timm's networks through timm's own loader, with random weights in the published files' names and formats."""

import io
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from published_files import Payload, cosines, put_into_hub_cache
from safetensors.torch import save

timm: Any = pytest.importorskip("timm", reason="NO timm HERE: timm's backbones are not tested")

from mofu.errors import (  # noqa: E402 - what follows needs timm
    DamagedError,
    InvalidInputError,
    MissingWeightsError,
    UnknownNameError,
)
from mofu.features.registry import find, is_cached, load, parse  # noqa: E402 - likewise
from mofu.features.timm_backbones import _MODELS, SPECS  # noqa: E402 - likewise
from mofu.features.timm_network import TimmCut, build, described, preprocessing  # noqa: E402 - likewise
from mofu.features.weights import verified  # noqa: E402 - likewise
from mofu.settings import FeaturesSettings  # noqa: E402 - likewise

VIT, RESNET = "test_vit.r160_in1k", "test_resnet.r160_in1k"
PICTURES = [
    np.random.default_rng(seed).integers(0, 256, (*size, 3), np.uint8)
    for seed, size in enumerate([(180, 200), (168, 168)])
]


def random_network(model: str) -> Any:
    torch.manual_seed(0)
    return timm.create_model(model).eval()


def shown(backbone: Any) -> torch.Tensor:
    """The pictures as timm's own transform shows them to a model."""
    from PIL import Image

    how = timm.data.resolve_data_config({}, pretrained_cfg=timm.get_pretrained_cfg(backbone.name[5:]).to_dict())
    transform = timm.data.create_transform(**how, is_training=False)
    return torch.stack([transform(Image.fromarray(image)) for image in PICTURES])


@pytest.fixture
def vit(hub_cache: Path) -> Any:
    put_into_hub_cache(hub_cache, f"timm/{VIT}", "model.safetensors", save(random_network(VIT).state_dict()))
    return load(f"timm/{VIT}", FeaturesSettings())


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_the_table_agrees_with_timm(spec) -> None:
    model = _MODELS[spec.name]
    told = described(model)
    assert spec.layers == told.layers
    assert (spec.default_layer, spec.extra) == (told.default_layer, "timm")
    assert spec.weights.repository == told.weights.repository
    assert spec.weights.size_mib == pytest.approx(told.weights.size_mib, abs=0.6)
    assert spec.weights.licence.lower().startswith(timm.get_pretrained_cfg(model).license)
    shown_by_timm = preprocessing(model)
    if spec.name.startswith("dinov2"):  # at 224 px as its authors judge it, not at the 518 of its last training steps
        assert spec.preprocessing == replace(shown_by_timm, side_px=256, crop_px=224)
    else:
        assert spec.preprocessing == shown_by_timm


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_every_layer_gives_what_the_table_says(spec) -> None:
    with torch.device("meta"), torch.inference_mode():  # shapes without numbers
        network = build(_MODELS[spec.name], spec.preprocessing)
        found = TimmCut(network, [each.name for each in spec.layers])(torch.empty(1, 3, 224, 224))
    assert sum(parameter.numel() for parameter in network.parameters()) == spec.parameters
    for layer, activations in zip(spec.layers, found, strict=True):
        if layer.spatial is None:
            assert activations.shape == (1, layer.dimension)
        else:
            side = 224 // layer.spatial.stride_px
            assert activations.shape == (1, layer.spatial.channels, side, side)


def test_the_published_file_is_read_from_the_hubs_cache(vit: Any) -> None:
    reference = random_network(VIT)
    with torch.inference_mode():
        tokens = reference.forward_features(shown(vit)).numpy()
    assert (vit.name, vit.layer, vit.dimension) == (f"timm/{VIT}", "cls", 64)
    assert cosines(vit.extract(PICTURES), tokens[:, 0]).min() > 0.999
    patches = load(f"timm/{VIT}:patch_mean", FeaturesSettings())
    assert cosines(patches.extract(PICTURES), tokens[:, 1:].mean(1)).min() > 0.999
    assert patches.id == vit.id
    assert is_cached(find(f"timm/{VIT}"))


def test_maps_are_the_tokens_where_the_patches_lie(vit: Any) -> None:
    first, last = vit.maps(PICTURES, ["blocks.0", "blocks.5"])
    assert first.shape == last.shape == (2, 64, 10, 10)
    reference = random_network(VIT)
    with torch.inference_mode():
        tokens = reference.norm(torch.from_numpy(last).flatten(2).transpose(1, 2))
        expected = reference.forward_features(shown(vit))[:, 1:]
    assert tokens.numpy() == pytest.approx(expected.numpy(), abs=1e-3)


def test_the_older_format_is_read_where_the_repository_has_no_other(hub_cache: Path) -> None:
    stream = io.BytesIO()
    torch.save(random_network(RESNET).state_dict(), stream)
    put_into_hub_cache(hub_cache, f"timm/{RESNET}", "pytorch_model.bin", stream.getvalue())
    backbone = load(f"timm/{RESNET}:layer3", FeaturesSettings())
    (maps,) = backbone.maps(PICTURES, ["layer3"])
    assert maps.shape[1:] == (backbone.spec.layer("layer3").spatial.channels, 10, 10)
    expected = np.concatenate([maps.mean((2, 3)), maps.std((2, 3))], axis=1)
    assert cosines(backbone.extract(PICTURES), expected).min() > 0.999


def test_a_file_that_is_not_what_the_hub_told_is_refused_unread(hub_cache: Path) -> None:
    link = put_into_hub_cache(hub_cache, f"timm/{VIT}", "model.safetensors", b"published")
    link.resolve().write_bytes(b"something else")
    assert verified(find(f"timm/{VIT}")).state == "damaged"
    with pytest.raises(DamagedError, match="delete the file to have it fetched again"):
        load(f"timm/{VIT}", FeaturesSettings())


def test_a_pickle_of_the_hub_that_runs_code_is_refused_before_it_runs(hub_cache: Path, tmp_path: Path) -> None:
    content = pickle.dumps({"cls_token": Payload(tmp_path / "owned")})
    put_into_hub_cache(hub_cache, f"timm/{VIT}", "pytorch_model.bin", content)
    with pytest.raises(InvalidInputError, match="nothing but tensors"):
        load(f"timm/{VIT}", FeaturesSettings())
    assert not (tmp_path / "owned").exists()


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "resnet.safetensors"
    path.write_bytes(save(random_network(RESNET).state_dict()))
    with pytest.raises(InvalidInputError, match=f"not the weights of timm/{VIT}"):
        load(f"timm/{VIT}", FeaturesSettings(weights=str(path)))


def test_weights_that_cannot_be_had_say_how_to_get_them(hub_cache: Path) -> None:
    with pytest.raises(MissingWeightsError) as caught:
        load("dinov2_vits14", FeaturesSettings())
    message = str(caught.value)
    for told in ("model.safetensors", str(hub_cache), "huggingface.co/timm/vit_small_patch14_dinov2.lvd142m"):
        assert told in message
    assert "mofu models fetch dinov2_vits14" in message
    assert caught.value.exit_code == 4
    assert not is_cached(find("dinov2_vits14"))


def test_an_unknown_model_suggests_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r"did you mean 'test_vit\.r160_in1k'"):
        parse("timm/test_vit.r160_in1")


def test_an_unknown_layer_lists_the_layers() -> None:
    with pytest.raises(UnknownNameError, match=r"'blocks\.6'.*known: blocks\.0, .*blocks\.5, cls, patch_mean"):
        parse(f"timm/{VIT}:blocks.6")
