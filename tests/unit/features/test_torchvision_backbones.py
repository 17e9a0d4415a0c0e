"""torchvision's networks through their real loading path, with random weights in the published files' format."""

import hashlib
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from published_files import Payload, cosines
from safetensors.torch import save_file
from torchvision import models as torchvision_models

from mofu.errors import DamagedError, InvalidInputError, MissingPackageError, MissingWeightsError, UnknownNameError
from mofu.features.backbone import Backbone
from mofu.features.registry import REGISTRY, find, is_cached, load
from mofu.features.torchvision_backbones import SPECS, cut
from mofu.features.weights_cache import torch_checkpoints
from mofu.settings import FeaturesSettings

PICTURES = [
    np.random.default_rng(seed).integers(0, 256, (*size, 3), np.uint8)
    for seed, size in enumerate([(256, 300), (260, 256), (256, 256)])
]


def random_network(name: str) -> torch.nn.Module:
    torch.manual_seed(0)
    return torchvision_models.get_model(name, weights=None).eval()


@pytest.fixture(scope="module")
def resnet18_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "resnet18.pth"
    torch.save(random_network("resnet18").state_dict(), path)
    return path


@pytest.fixture(scope="module")
def resnet18(resnet18_file: Path) -> Backbone:
    return load("resnet18", FeaturesSettings(weights=str(resnet18_file)))


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_the_table_agrees_with_torchvision(spec) -> None:
    published = torchvision_models.get_model_weights(spec.name).IMAGENET1K_V1
    shown = published.transforms()
    assert spec.weights.url == published.url
    assert spec.weights.sha256 in published.url
    assert spec.weights.size_mib == pytest.approx(published.meta["_file_size"], abs=0.6)
    assert spec.parameters == published.meta["num_params"]
    assert [spec.preprocessing.side_px] == shown.resize_size
    assert [spec.preprocessing.crop_px] == shown.crop_size
    assert spec.preprocessing.interpolation == shown.interpolation.value
    assert (list(spec.preprocessing.mean), list(spec.preprocessing.std)) == (shown.mean, shown.std)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_every_layer_gives_what_the_table_says(spec) -> None:
    with torch.device("meta"):  # shapes without numbers
        network = cut(spec, torchvision_models.get_model(spec.name, weights=None), [each.name for each in spec.layers])
        found = network(torch.empty(1, 3, 960, 960))
    for layer, activations in zip(spec.layers, found, strict=True):
        if layer.spatial is None:
            assert activations.shape == (1, layer.dimension), layer
        else:
            assert activations.shape[1] == layer.spatial.channels, layer
            assert 960 // activations.shape[2] in (layer.spatial.stride_px, layer.spatial.stride_px + 1), layer


def test_activations_are_what_the_network_pools(resnet18: Backbone) -> None:
    reference = random_network("resnet18")
    reference.fc = torch.nn.Identity()
    transforms = torchvision_models.ResNet18_Weights.IMAGENET1K_V1.transforms()
    with torch.inference_mode():
        expected = reference(torch.stack([transforms(Image.fromarray(image)) for image in PICTURES])).numpy()
    found = resnet18.extract(PICTURES)
    assert found.shape == (3, 512)
    assert found.dtype == np.float32
    assert cosines(found, expected).min() > 0.999


def test_batch_and_order_change_nothing(resnet18: Backbone) -> None:
    together = resnet18.extract(PICTURES)
    apart = np.concatenate([resnet18.extract([image]) for image in reversed(PICTURES)])
    assert together == pytest.approx(apart[::-1], abs=1e-4)


def test_fc6_is_after_its_relu_and_fc7_follows_it(tmp_path: Path) -> None:
    network = random_network("alexnet")
    path = tmp_path / "alexnet.safetensors"
    save_file(network.state_dict(), path)
    settings = FeaturesSettings(weights=str(path))
    fc6 = load("alexnet:fc6", settings).extract(PICTURES[:1])
    fc7 = load("alexnet:fc7", settings).extract(PICTURES[:1])
    with torch.inference_mode():
        expected = torch.relu(network.classifier[4](torch.from_numpy(fc6))).numpy()
    assert fc6.min() == 0
    assert cosines(fc7, expected).min() > 0.999


def test_maps_are_what_the_network_gives_there(resnet18: Backbone) -> None:
    layer2, layer1 = resnet18.maps(PICTURES, ["layer2", "layer1"])
    assert (layer1.shape, layer2.shape) == ((3, 64, 56, 56), (3, 128, 28, 28))
    assert layer2.dtype == np.float32
    reference = random_network("resnet18")
    with torch.inference_mode():
        expected = reference.layer2(torch.from_numpy(layer1)).numpy()
    assert layer2 == pytest.approx(expected, abs=1e-4)


def test_maps_as_activations_are_their_mean_and_deviation(resnet18: Backbone, resnet18_file: Path) -> None:
    maps = resnet18.maps(PICTURES, ["layer3"])[0]
    found = load("resnet18:layer3", FeaturesSettings(weights=str(resnet18_file))).extract(PICTURES)
    assert cosines(found, np.concatenate([maps.mean((2, 3)), maps.std((2, 3))], axis=1)).min() > 0.999


def test_the_network_is_differentiable_at_its_maps(resnet18: Backbone) -> None:
    images = torch.ones(1, 3, 64, 96, requires_grad=True)
    (maps,) = resnet18.module(["layer2"])(images)
    assert maps.shape == (1, 128, 8, 12)
    maps.sum().backward()
    assert images.grad is not None
    assert float(images.grad.abs().sum()) > 0


def test_a_layer_without_maps_lists_those_that_have(resnet18: Backbone) -> None:
    with pytest.raises(UnknownNameError, match=r"'avgpool'.*layer1, layer2, layer3, layer4"):
        resnet18.maps(PICTURES, ["avgpool"])


def test_every_layer_has_the_same_identity(resnet18: Backbone, resnet18_file: Path) -> None:
    assert load("resnet18:layer1", FeaturesSettings(weights=str(resnet18_file))).id == resnet18.id


def test_the_cache_is_where_torch_keeps_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("TORCH_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert torch_checkpoints() == Path(torch.hub.get_dir()) / "checkpoints"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert torch_checkpoints() == Path(torch.hub.get_dir()) / "checkpoints"
    monkeypatch.setenv("TORCH_HOME", "~/torch")
    assert torch_checkpoints() == Path(torch.hub.get_dir()) / "checkpoints"


def test_a_published_network_gives_what_is_worked_out_by_hand(tmp_path: Path) -> None:
    """All weights are zero but the last normalisation's shift, k − 256 of channel k: ReLU leaves max(0, k − 256)."""
    state = {name: torch.zeros_like(tensor) for name, tensor in random_network("resnet18").state_dict().items()}
    state |= {name: torch.ones_like(tensor) for name, tensor in state.items() if name.endswith("running_var")}
    state["layer4.1.bn2.bias"] = torch.arange(512) - 256.0
    torch.save(state, tmp_path / "worked_out.pth")
    settings = FeaturesSettings(weights=str(tmp_path / "worked_out.pth"))
    expected = np.maximum(np.arange(512) - 256, 0)
    assert load("resnet18", settings).extract(PICTURES[:1])[0] == pytest.approx(expected, rel=1e-2)
    flat = load("resnet18:layer4", settings)
    assert flat.extract(PICTURES[:1])[0] == pytest.approx(np.concatenate([expected, np.zeros(512)]), rel=1e-2, abs=1e-2)
    assert np.ptp(flat.maps(PICTURES[:1], ["layer4"])[0], axis=(2, 3)).max() == 0


def test_densenet_is_read_with_the_names_of_its_published_file(tmp_path: Path) -> None:
    state = random_network("densenet121").state_dict()
    old = {name.replace("norm1.", "norm.1.").replace("conv2.", "conv.2."): tensor for name, tensor in state.items()}
    path = tmp_path / "densenet121.pth"
    torch.save(old, path)
    assert set(old) != set(state)
    assert load("densenet121", FeaturesSettings(weights=str(path))).dimension == 1024


def test_other_weights_are_another_identity(resnet18: Backbone, tmp_path: Path) -> None:
    state = random_network("resnet18").state_dict()
    state["conv1.weight"] += 1
    torch.save(state, tmp_path / "other.pth")
    other = load("resnet18", FeaturesSettings(weights=str(tmp_path / "other.pth")))
    assert other.id != resnet18.id
    assert (other.name, other.layer) == ("resnet18", "avgpool")


def test_the_published_file_is_taken_from_the_cache(
    torch_home: Path, resnet18_file: Path, resnet18: Backbone, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, (spec, loader) = resnet18_file.read_bytes(), REGISTRY["resnet18"]
    pinned = replace(spec, weights=replace(spec.weights, sha256=hashlib.sha256(content).hexdigest()[:8]))
    monkeypatch.setitem(REGISTRY, "resnet18", (pinned, loader))
    assert not is_cached(pinned)
    torch_home.mkdir(parents=True)
    (torch_home / "resnet18-f37072fd.pth").write_bytes(content)
    assert is_cached(pinned)
    backbone = load("resnet18", FeaturesSettings())
    assert backbone.id == resnet18.id
    assert backbone.extract(PICTURES[:1]).shape == (1, 512)


def test_a_cached_file_with_another_hash_is_refused_unread(torch_home: Path, resnet18_file: Path) -> None:
    torch_home.mkdir(parents=True)
    (torch_home / "resnet18-f37072fd.pth").write_bytes(resnet18_file.read_bytes())
    with pytest.raises(DamagedError, match=r"f37072fd.*delete the file"):
        load("resnet18", FeaturesSettings())


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that nobody can read, root included")
def test_a_cached_file_that_cannot_be_read_says_what_to_do(torch_home: Path) -> None:
    torch_home.mkdir(parents=True)
    (torch_home / "resnet18-f37072fd.pth").symlink_to("/proc/self/mem")
    with pytest.raises(InvalidInputError, match=r"resnet18-f37072fd\.pth: cannot be read .*: make it readable"):
        load("resnet18", FeaturesSettings())


def test_weights_that_cannot_be_had_name_the_file_the_place_and_the_way(torch_home: Path) -> None:
    with pytest.raises(MissingWeightsError) as caught:
        load("vgg16:fc6", FeaturesSettings())
    message = str(caught.value)
    assert "vgg16-397923af.pth" in message
    assert str(torch_home) in message
    assert "https://download.pytorch.org/models/vgg16-397923af.pth" in message
    assert "mofu models fetch vgg16" in message
    assert "--weights FILE" in message
    assert caught.value.exit_code == 4
    assert not is_cached(find("vgg16"))


def test_a_pickle_that_runs_code_is_refused_before_it_runs(tmp_path: Path) -> None:
    target, path = tmp_path / "owned", tmp_path / "evil.pth"
    path.write_bytes(pickle.dumps({"conv1.weight": Payload(target)}))
    with pytest.raises(InvalidInputError, match="nothing but tensors"):
        load("resnet18", FeaturesSettings(weights=str(path)))
    assert not target.exists()


@pytest.mark.parametrize("name", ["junk.pth", "junk.safetensors"])
def test_junk_is_no_weights(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"junk" * 50)
    with pytest.raises(InvalidInputError, match="expected weights") as caught:
        load("resnet18", FeaturesSettings(weights=str(tmp_path / name)))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("length", [0, 7, 1000])
def test_a_torn_safetensors_file_is_no_weights(tmp_path: Path, length: int) -> None:
    save_file({"conv1.weight": torch.zeros(64, 64)}, tmp_path / "whole.safetensors")
    (tmp_path / "torn.safetensors").write_bytes((tmp_path / "whole.safetensors").read_bytes()[:length])
    with pytest.raises(InvalidInputError, match=r"torn\.safetensors: expected weights"):
        load("resnet18", FeaturesSettings(weights=str(tmp_path / "torn.safetensors")))


def test_a_pickle_named_safetensors_is_not_unpickled(tmp_path: Path) -> None:
    target, path = tmp_path / "owned", tmp_path / "evil.safetensors"
    path.write_bytes(pickle.dumps({"conv1.weight": Payload(target)}))
    with pytest.raises(InvalidInputError, match="expected weights"):
        load("resnet18", FeaturesSettings(weights=str(path)))
    assert not target.exists()


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    torch.save({"conv1.weight": torch.zeros(2, 2)}, tmp_path / "small.pth")
    with pytest.raises(InvalidInputError, match="not the weights of resnet18"):
        load("resnet18", FeaturesSettings(weights=str(tmp_path / "small.pth")))


def test_a_missing_local_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"gone\.pth"):
        load("resnet18", FeaturesSettings(weights=str(tmp_path / "gone.pth")))


def test_without_torchvision_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "torchvision", None)  # what Python itself does for "not importable"
    with pytest.raises(MissingPackageError, match=r"pip install 'mofu\[torch\]'"):
        load("resnet18", FeaturesSettings())


@pytest.mark.skipif(not torch.cuda.is_available(), reason="NO GPU HERE: agreement of GPU and CPU is not tested")
def test_the_gpu_gives_what_the_cpu_gives(resnet18_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = FeaturesSettings(weights=str(resnet18_file))
    on_gpu = load("resnet18", settings).extract(PICTURES)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    on_cpu = load("resnet18", settings).extract(PICTURES)
    assert cosines(on_gpu, on_cpu).min() > 0.999
