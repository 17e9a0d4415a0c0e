"""A network of two layers, its weights set by hand → activations worked out by hand."""

from collections.abc import Sequence

import numpy as np
import pytest
import torch

from mofu.errors import InvalidInputError, UnknownNameError
from mofu.features.backbone import BackboneSpec, Layer
from mofu.features.network import Listed, NetworkBackbone
from mofu.features.preprocessing import Preprocessing
from mofu.settings import FeaturesSettings

SPEC = BackboneSpec(
    "tiny",
    "two layers",
    (Layer("sum", 1), Layer.of_maps("edges", 2, 1)),
    "sum",
    Preprocessing(2, "shorter", 2, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0)),
)


class Tiny(torch.nn.Module):
    """Maps: red, and what green has more than blue; vector: the sum of both over the picture, weighted 1 and 10."""

    def __init__(self) -> None:
        super().__init__()
        self.mix = torch.nn.Conv2d(3, 2, 1, bias=False)
        self.mix.weight.data = torch.tensor([[1.0, 0, 0], [0, 1, -1]])[..., None, None]

    def forward(self, images: torch.Tensor) -> dict[str, torch.Tensor]:
        edges = torch.relu(self.mix(images))
        return {"edges": edges, "sum": edges.sum((2, 3)) @ torch.tensor([[1.0], [10.0]])}


def tiny(layer: str) -> NetworkBackbone:
    network = Tiny()

    def cut(layers: Sequence[str]) -> torch.nn.Module:
        return Listed(network, layers)

    settings = FeaturesSettings(runtime="torch", device="cpu")
    return NetworkBackbone(SPEC, layer, cut, settings, weights_sha256="0" * 64, version=1)


PICTURE = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [255, 255, 0]]], np.uint8)
"""Red, green; blue, yellow. So red is 1 0 0 1, and green more than blue is 0 1 0 1."""


def test_a_vector_is_what_the_network_says() -> None:
    assert tiny("sum").extract([PICTURE]).tolist() == [[22.0]]


def test_a_map_as_activations_is_its_mean_and_its_deviation() -> None:
    # each map has two ones among four: mean 1/2, deviation 1/2
    assert tiny("edges").extract([PICTURE]).tolist() == [[0.5, 0.5, 0.5, 0.5]]


def test_maps_lie_as_the_picture_does() -> None:
    (edges,) = tiny("sum").maps([PICTURE, 255 - PICTURE], ["edges"])
    assert edges.dtype == np.float32
    assert edges[0].tolist() == [[[1, 0], [0, 1]], [[0, 1], [0, 1]]]
    assert edges[1].tolist() == [[[0, 1], [1, 0]], [[0, 0], [1, 0]]]


def test_the_module_takes_pictures_of_any_size() -> None:
    (edges,) = tiny("sum").module(["edges"])(torch.ones(1, 3, 5, 7))
    assert edges.shape == (1, 2, 5, 7)


def test_a_vector_has_no_maps() -> None:
    with pytest.raises(UnknownNameError, match=r"layer with maps of backbone tiny 'sum': known: edges"):
        tiny("sum").maps([PICTURE], ["sum"])


def test_maps_of_several_shapes_are_asked_for_one_by_one() -> None:
    whole = NetworkBackbone(
        BackboneSpec("tiny", "", SPEC.layers, "sum", Preprocessing(4, "shorter", None)),
        "sum", lambda layers: Listed(Tiny(), layers), FeaturesSettings(), weights_sha256="", version=1,
    )  # fmt: skip
    with pytest.raises(InvalidInputError, match=r"expected pictures of one shape, got \[\(4, 4\), \(4, 8\)\]"):
        whole.maps([np.zeros((4, 4, 3), np.uint8), np.zeros((4, 8, 3), np.uint8)], ["edges"])


def test_every_layer_has_one_identity() -> None:
    assert tiny("sum").id == tiny("edges").id
    assert tiny("sum").id.startswith("tiny-")
