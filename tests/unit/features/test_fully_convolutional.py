"""Fully connected layers as convolutions, on networks of torchvision's own classes with a few channels a layer."""

from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional
from torchvision import models

from mofu.features.fully_convolutional import Windowed
from mofu.features.network import Pooled
from mofu.features.registry import find
from mofu.features.torchvision_backbones import cut

CHANNELS, WIDTHS = 6, (16, 12)
NAMES = ("alexnet", "vgg16", "vgg19")


def narrow(name: str) -> Any:
    """The network of that name, its layers as they are but for their channels."""
    torch.manual_seed(0)
    with torch.device("meta"):
        model = models.get_model(name, weights=None)
    before = 3
    for place, layer in enumerate(model.features):
        if isinstance(layer, nn.Conv2d):
            model.features[place] = nn.Conv2d(before, CHANNELS, layer.kernel_size, layer.stride, layer.padding)
            nn.init.kaiming_normal_(model.features[place].weight)
            before = CHANNELS
    widths = [CHANNELS * model.avgpool.output_size[0] ** 2, *WIDTHS, 5]
    places = [place for place, layer in enumerate(model.classifier) if isinstance(layer, nn.Linear)]
    for number, place in enumerate(places):
        model.classifier[place] = nn.Linear(widths[number], widths[number + 1])
    return model


def pictures(*shape: int) -> torch.Tensor:
    return torch.randn(2, 3, *shape, generator=torch.Generator().manual_seed(1))


@pytest.fixture(scope="module", params=NAMES)
def named(request: pytest.FixtureRequest) -> tuple[str, Any]:
    return request.param, narrow(request.param)


def test_at_224_px_the_middle_cell_is_the_vector(named: tuple[str, Any]) -> None:
    name, model = named
    network = cut(find(name), model, ["fc6", "fc6_conv", "fc7", "fc7_conv"])
    with torch.inference_mode():
        fc6, fc6_maps, fc7, fc7_maps = network(pictures(224, 224))
    cells = model.avgpool.output_size[0]
    assert fc6_maps.shape == (2, WIDTHS[0], cells, cells)
    assert fc7_maps.shape == (2, WIDTHS[1], cells, cells)
    middle = (cells - 1) // 2
    assert fc7.std() > 0
    torch.testing.assert_close(fc6_maps[:, :, middle, middle], fc6)
    torch.testing.assert_close(fc7_maps[:, :, middle, middle], fc7)


def test_maps_are_after_their_relu_and_without_dropout(named: tuple[str, Any]) -> None:
    name, model = named
    network = cut(find(name), model.train(), ["fc7_conv"])
    with torch.inference_mode():
        (first,), (second,) = network(pictures(96, 64)), network(pictures(96, 64))
    assert first.min() == 0
    torch.testing.assert_close(first, second, rtol=0, atol=0)


@pytest.mark.parametrize(("shape", "cells"), [((256, 320), (8, 10)), ((96, 64), (3, 2)), ((33, 32), (1, 1))])
def test_vggs_maps_have_a_cell_for_every_32_px(shape: tuple[int, int], cells: tuple[int, int]) -> None:
    with torch.inference_mode():
        (maps,) = cut(find("vgg16"), narrow("vgg16"), ["fc6_conv"])(pictures(*shape))
    assert maps.shape == (2, WIDTHS[0], *cells)


def test_alexnet_has_a_cell_where_its_last_pooling_has_no_whole_window() -> None:
    network = narrow("alexnet")
    with torch.inference_mode():
        (maps,) = cut(find("alexnet"), network, ["fc7_conv"])(pictures(32, 40))
        with pytest.raises(RuntimeError, match="too small"):
            network.features(pictures(32, 40))
    assert maps.shape == (2, WIDTHS[1], 1, 1)


def test_layers_come_in_the_order_they_were_asked_in(named: tuple[str, Any]) -> None:
    name, model = named
    last = find(name).stages()[-1].name
    with torch.inference_mode():
        fc7, maps, fc6 = cut(find(name), model, ["fc7_conv", last, "fc6_conv"])(pictures(96, 96))
    assert (fc7.shape[1], maps.shape[1], fc6.shape[1]) == (WIDTHS[1], CHANNELS, WIDTHS[0])


def test_as_activations_they_are_their_mean_and_deviation(named: tuple[str, Any]) -> None:
    name, model = named
    network = cut(find(name), model, ["fc6_conv"])
    with torch.inference_mode():
        maps, found = network(pictures(224, 224))[0], Pooled(network)(pictures(224, 224))
    deviation = maps.std((2, 3), correction=0)
    torch.testing.assert_close(found, torch.cat([maps.mean((2, 3)), deviation], 1))


def test_the_weights_are_those_of_the_fully_connected_layers_wherever_they_are_moved() -> None:
    model = narrow("vgg16")
    network = cut(find("vgg16"), model, ["fc7_conv"]).to(memory_format=torch.channels_last)
    shared = {weight.data_ptr() for weight in network.parameters()}
    assert {model.classifier[0].weight.data_ptr(), model.classifier[3].weight.data_ptr()} < shared
    with torch.no_grad():
        model.classifier[3].bias.fill_(1000)
        assert network(pictures(64, 64))[0].min() > 500


@pytest.mark.parametrize(("side", "around"), [(1, (0, 0)), (3, (1, 1)), (6, (2, 3)), (7, (3, 3))])
def test_a_windowed_layer_is_a_convolution(side: int, around: tuple[int, int]) -> None:
    layer, maps = nn.Linear(4 * side * side, 5), torch.randn(2, 4, 9, 3)
    expected = functional.conv2d(
        functional.pad(maps, (*around, *around)), layer.weight.view(5, 4, side, side), layer.bias
    )
    torch.testing.assert_close(Windowed(layer, side)(maps), expected)


def test_gradients_reach_the_convolutions(named: tuple[str, Any]) -> None:
    name, model = named
    pool2, fc7 = cut(find(name), model, ["pool2", "fc7_conv"])(pictures(96, 96).requires_grad_())
    (gradient,) = torch.autograd.grad(fc7.sum(), pool2)
    assert gradient.abs().sum() > 0
