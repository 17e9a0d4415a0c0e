"""Names of backbones: what is known, what is refused and with which words."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from mofu.errors import InvalidInputError, UnknownNameError
from mofu.features import registry
from mofu.features.backbone import BackboneSpec, Layer, identity
from mofu.features.preprocessing import Preprocessing
from mofu.features.registry import find, is_cached, load, models, parse, register
from mofu.settings import FeaturesSettings


def test_a_name_alone_means_its_default_layer() -> None:
    assert parse("vgg16") == ("vgg16", "fc6")
    assert parse("fisher") == ("fisher", "all")


def test_a_layer_can_be_named() -> None:
    assert parse("vgg16:fc7") == ("vgg16", "fc7")


def test_an_unknown_backbone_suggests_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'resnet50'"):
        parse("resnet-50")


def test_an_unknown_layer_lists_the_layers() -> None:
    with pytest.raises(
        UnknownNameError, match=r"layer of backbone vgg16 'fc8'.*fc6, fc6_conv, fc7, .*relu1_1, .*relu5_3"
    ):
        parse("vgg16:fc8")


@pytest.mark.parametrize("text", ["vgg16:", ":fc6", ""])
def test_half_a_name_is_unknown(text: str) -> None:
    with pytest.raises(UnknownNameError):
        parse(text)


def test_a_name_is_taken_once() -> None:
    with pytest.raises(ValueError, match="registered twice"):
        register(find("fisher"))(registry.REGISTRY["fisher"][1])


def test_a_family_is_taken_once() -> None:
    find("fisher")  # reads the table
    finder, loader = registry.FAMILIES["timm"]
    with pytest.raises(ValueError, match="'timm' is registered twice"):
        registry.family("timm", finder)(loader)


def test_what_is_in_the_package_comes_first_and_is_there() -> None:
    assert models()[0].name == "embedded"
    assert models()[0].extra is None
    assert is_cached(models()[0])


def test_maps_are_pooled_to_two_numbers_a_channel() -> None:
    layer = find("vgg16").layer("relu4_2")
    assert (layer.spatial.channels, layer.spatial.stride_px, layer.dimension) == (512, 8, 1024)
    assert find("vgg16").layer("fc6").spatial is None
    assert [layer.name for layer in find("resnet50").maps()] == ["layer1", "layer2", "layer3", "layer4"]


def test_stages_are_maps_but_for_poolings_and_fully_connected_layers() -> None:
    alexnet = find("alexnet")
    assert [layer.name for layer in alexnet.stages()] == ["relu1", "relu2", "relu3", "relu4", "relu5"]
    others = {layer.name: layer.spatial.role for layer in alexnet.maps() if layer not in alexnet.stages()}
    poolings = dict.fromkeys(("pool1", "pool2", "pool5"), "pooling")
    assert others == poolings | dict.fromkeys(("fc6_conv", "fc7_conv"), "fully connected")


def test_an_identity_changes_with_all_that_changes_activations() -> None:
    shown = Preprocessing(256, crop_px=224)
    ids = {
        identity("tiny", "abc", shown, 1),
        identity("tiny", "abd", shown, 1),
        identity("tiny", "abc", replace(shown, interpolation="bicubic"), 1),
        identity("tiny", "abc", replace(shown, mean=(0.5, 0.5, 0.5)), 1),
        identity("tiny", "abc", shown, 2),
        identity("other", "abc", shown, 1),
    }
    assert len(ids) == 6
    assert identity("tiny", "abc", Preprocessing(256, "shorter", 224), 1) in ids


def test_a_backbone_of_the_package_takes_no_weights_file() -> None:
    with pytest.raises(InvalidInputError, match=r"features.weights=mine\.pth: backbone fisher takes no file"):
        load("fisher", FeaturesSettings(weights="mine.pth"))


def test_what_has_no_network_says_so() -> None:
    fisher, picture = load("fisher", FeaturesSettings()), np.zeros((8, 8, 3), np.uint8)
    with pytest.raises(InvalidInputError, match="backbone fisher has none: expected one that has"):
        fisher.maps([picture], ["relu1_1"])
    with pytest.raises(InvalidInputError, match="network cut at relu1_1"):
        fisher.module(["relu1_1"])
    with pytest.raises(InvalidInputError, match="cannot read 2 texts"):
        fisher.text_vectors(["fluffy", "bumpy"])


def test_a_list_of_models_loads_no_framework() -> None:
    code = (
        "import sys; from mofu.features.registry import models; models();"
        "sys.exit(bool({'torch', 'timm', 'open_clip', 'huggingface_hub'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_default_layer_is_a_layer() -> None:
    assert all(spec.dimension(spec.default_layer) > 0 for spec in models())


def test_the_default_setting_names_a_backbone() -> None:
    assert parse(FeaturesSettings().backbone)[0] == "embedded"


def test_the_dimension_of_an_unknown_layer_is_a_programming_error() -> None:
    spec = BackboneSpec("tiny", "", (Layer("only", 3),), "only", Preprocessing(32))
    assert spec.dimension("only") == 3
    with pytest.raises(KeyError):
        spec.dimension("other")
