"""`mofu models`: what is listed, shown, fetched and held against its hash; no call reaches a server."""

import sys
from pathlib import Path

import pytest
from cli_calls import Mofu

from mofu.features.registry import models

VGG16 = "vgg16-397923af.pth"


@pytest.fixture
def checkpoints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """torch's cache, a test's own, and a proxy that refuses every connection."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    folder = tmp_path / "torch" / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    return folder


def test_alone_it_is_the_list(mofu: Mofu) -> None:
    assert mofu("models").out == mofu("models", "list").out
    assert mofu("models", "--json").json == mofu("models", "list", "--json").json


def test_the_list_has_every_backbone_of_the_table(mofu: Mofu) -> None:
    assert [each["name"] for each in mofu("models", "list", "--json").json] == [spec.name for spec in models()]


def test_show_tells_of_layers_with_maps_and_of_weights(mofu: Mofu) -> None:
    (told,) = mofu("models", "show", "vgg16", "--json").json
    assert told["layers"]["relu4_2"] == 1024
    assert told["maps"]["relu4_2"] == {"channels": 512, "stride_px": 8, "role": "stage"}
    assert told["maps"]["fc7_conv"] == {"channels": 4096, "stride_px": 32, "role": "fully connected"}
    assert told["weights"]["sha256"] == "397923af"
    assert (told["parameters"], told["format"]) == (138_357_544, "pickle")
    said = mofu("models", "show", "vgg16").out
    for part in ("138,357,544", "the middle 224 × 224", VGG16, "397923af", "relu4_2"):
        assert part in said


def test_show_of_an_unknown_name_suggests_the_nearest(mofu: Mofu) -> None:
    said = mofu("models", "show", "vgg-16")
    assert said.code == 2
    assert "did you mean 'vgg16'" in said.err


def test_show_of_an_unknown_layer_lists_the_layers(mofu: Mofu) -> None:
    said = mofu("models", "show", "resnet50:fc6")
    assert said.code == 2
    assert "avgpool, layer1, layer2, layer3, layer4" in said.err


def test_what_is_in_the_package_needs_no_fetching(mofu: Mofu) -> None:
    said = mofu("models", "fetch", "fisher")
    assert (said.code, said.out) == (0, "fisher  in the package\n")


def test_without_a_network_fetch_says_what_is_missing_and_where(mofu: Mofu, checkpoints: Path) -> None:
    pytest.importorskip("torchvision", reason="NO torch HERE: fetching for it is not tested")
    said = mofu("models", "fetch", "vgg16", "--progress", "none")
    assert said.code == 4
    assert said.err.count("\n") == 1
    for part in (VGG16, str(checkpoints), "https://download.pytorch.org/models/", "--weights FILE"):
        assert part in said.err


def test_without_the_extra_nothing_is_said_but_which_one_is_missing(
    mofu: Mofu, checkpoints: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torchvision", None)  # what Python itself does for "not importable"
    said = mofu("models", "fetch", "vgg16", "--progress", "plain")
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert said.err.startswith("mofu: backbone vgg16 needs torch")
    assert "pip install 'mofu[torch]'" in said.err


def test_of_several_what_can_be_had_is_had(mofu: Mofu, checkpoints: Path) -> None:
    said = mofu("models", "fetch", "fisher", "vgg16", "--progress", "none")
    assert said.code == 3
    assert said.out == "fisher  in the package\n"
    assert said.err.startswith("mofu: vgg16: ")


def test_verify_without_weights_tells_of_the_package(mofu: Mofu, checkpoints: Path) -> None:
    said = mofu("models", "verify", "fisher", "--json")
    assert said.code == 0
    assert said.json == [
        {"name": "fisher", "state": "in the package", "path": None, "sha256": "", "published": ""},
    ]


def test_verify_finds_a_file_that_is_not_what_was_published(mofu: Mofu, checkpoints: Path) -> None:
    (checkpoints / VGG16).write_bytes(b"not these")
    said = mofu("models", "verify", "vgg16", "--json")
    assert said.code == 1
    assert (said.json[0]["state"], said.json[0]["published"]) == ("damaged", "397923af")
    assert "delete it, then `mofu models fetch vgg16`" in said.err
    assert "vgg16" in [each["name"] for each in mofu("models", "verify", "--json").json]


def test_verify_of_what_is_not_here_says_how_to_get_it(mofu: Mofu, checkpoints: Path) -> None:
    said = mofu("models", "verify", "alexnet")
    assert said.code == 4
    assert "mofu models fetch alexnet" in said.err


@pytest.mark.parametrize("verb", ["features", "rank"])
def test_a_weights_file_is_the_setting_of_that_call(mofu: Mofu, built: Path, verb: str) -> None:
    pytest.importorskip("torchvision", reason="NO torch HERE: a weights file for it is not tested")
    (built.parent / "mine.safetensors").write_bytes(b"no weights")
    said = mofu(
        verb, "もふもふ", "--library", built, "--backbone", "resnet18", "--weights", built.parent / "mine.safetensors"
    )
    assert said.code == 2
    assert "mine.safetensors: expected weights" in said.err


def test_the_default_backbone_takes_no_weights_file(mofu: Mofu, built: Path) -> None:
    said = mofu("features", "もふもふ", "--library", built, "--weights", "mine.pth", "--backbone", "fisher")
    assert said.code == 2
    assert "features.weights=mine.pth: backbone fisher takes no file" in said.err
