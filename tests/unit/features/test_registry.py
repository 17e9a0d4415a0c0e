"""Names of backbones: what is known, what is refused and with which words."""

import pytest

from mofu.errors import UnknownNameError
from mofu.features import registry
from mofu.features.backbone import BackboneSpec, Layer
from mofu.features.registry import find, is_cached, models, parse, register
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
    with pytest.raises(UnknownNameError, match=r"layer of backbone vgg16 'fc8'.*fc6, fc7"):
        parse("vgg16:fc8")


@pytest.mark.parametrize("text", ["vgg16:", ":fc6", ""])
def test_half_a_name_is_unknown(text: str) -> None:
    with pytest.raises(UnknownNameError):
        parse(text)


def test_a_name_is_taken_once() -> None:
    with pytest.raises(ValueError, match="registered twice"):
        register(find("fisher"))(registry.REGISTRY["fisher"][1])


def test_what_is_in_the_package_comes_first_and_is_there() -> None:
    assert models()[0].name == "fisher"
    assert models()[0].extra is None
    assert is_cached(models()[0])


def test_every_default_layer_is_a_layer() -> None:
    assert all(spec.dimension(spec.default_layer) > 0 for spec in models())


def test_the_default_setting_names_a_backbone() -> None:
    assert parse(FeaturesSettings().backbone)[0] == "fisher"


def test_the_dimension_of_an_unknown_layer_is_a_programming_error() -> None:
    spec = BackboneSpec("tiny", "", (Layer("only", 3),), "only", 32, "longer")
    assert spec.dimension("only") == 3
    with pytest.raises(KeyError):
        spec.dimension("other")
