"""Saliency methods other than DCSM against their formulae, and what all of them have in common."""

import numpy as np
import pytest
import torch
from tiny_classifier import SIDE_PX, TinyBody, blocks, tiny
from torch.overrides import TorchFunctionMode

from mofu.errors import InvalidInputError, UnknownNameError
from mofu.segmentation.saliency.attention import Attended, affinity
from mofu.segmentation.saliency.base import among
from mofu.segmentation.saliency.gradcampp import activation
from mofu.segmentation.saliency.gradients import class_gradients
from mofu.segmentation.saliency.layercam import joined, layer
from mofu.segmentation.saliency.registry import maps, method, methods

OF_ANY_NETWORK = ("cam", "dcsm", "gradcam++", "layercam", "simonyan")


def test_every_method_has_its_name():
    assert methods() == ("attention", *OF_ANY_NETWORK)


def test_an_unknown_method_lists_those_that_are_known():
    with pytest.raises(UnknownNameError, match="did you mean 'gradcam\\+\\+'"):
        maps("gradcam", tiny(), blocks(0))


def test_a_name_can_be_taken_once():
    with pytest.raises(ValueError, match="registered twice"):
        method("cam")(lambda classifier, pixels, known: None)


def test_an_unknown_word_lists_those_of_the_classifier():
    with pytest.raises(UnknownNameError, match="青い"):
        maps("cam", tiny(), blocks(0), ["黒い"])


@pytest.mark.parametrize("name", OF_ANY_NETWORK)
def test_maps_have_the_size_of_the_pixels_and_are_probabilities(name):
    found = maps(name, tiny(), np.concatenate([blocks(1), blocks(2)[:8]]), ["赤い", "青い"])
    assert found.maps.shape == (2, 48, 40)
    assert found.maps.dtype == found.scores.dtype == np.float32
    assert found.maps.min() >= 0
    assert 0 < found.maps.max() <= 1
    assert found.scores.shape == (2,)


@pytest.mark.parametrize("name", OF_ANY_NETWORK)
def test_a_word_that_is_not_there_has_an_empty_map(name):
    found = maps(name, tiny(bias=(6.0, -60.0, 0.0)), blocks(1))
    assert found.maps[0].any()
    assert found.scores[1] < 0.5
    assert not found.maps[1].any()


@pytest.mark.parametrize("name", OF_ANY_NETWORK)
def test_a_picture_of_no_word_has_empty_maps(name):
    found = maps(name, tiny(bias=(-9.0, -9.0, 0.0)), blocks(1))
    assert not found.maps.any()
    assert found.scores.max() < 0.5


@pytest.mark.parametrize("name", OF_ANY_NETWORK)
def test_the_same_picture_has_the_same_maps(name):
    first, second = (maps(name, tiny(), blocks(1), ["赤い"]) for _ in range(2))
    np.testing.assert_array_equal(first.maps, second.maps)


@pytest.mark.parametrize("name", OF_ANY_NETWORK)
@pytest.mark.parametrize(
    "pixels", [np.zeros((40, 40), np.uint8), np.zeros((0, 40, 3), np.uint8), np.zeros((40, 40, 3))]
)
def test_what_is_no_picture_is_refused(name, pixels):
    with pytest.raises(InvalidInputError, match="expected"):
        maps(name, tiny(), pixels)


def test_a_picture_that_is_smaller_than_what_the_network_sees_is_refused():
    with pytest.raises(InvalidInputError, match=r"300 × 20: .* expected at least 32"):
        maps("cam", tiny(), np.zeros((20, 300, 3), np.uint8))


def test_pixel_gradients_are_the_largest_magnitude_over_colours():
    class Sum(TinyBody):
        def forward(self, images):
            return [images[:, :2], images[:, 1:]]

    classifier = tiny(body=Sum())
    images = classifier.prepared(blocks(0, SIDE_PX)).requires_grad_()
    reading = classifier(images)
    (gradient,) = torch.autograd.grad((reading.logits * reading.cells.detach())[0, 0].sum(), images)
    strength = gradient[0].abs().amax(0)
    found = maps("simonyan", classifier, blocks(0, SIDE_PX), ["赤い"])
    np.testing.assert_allclose(found.maps[0], strength / strength.max(), atol=1e-5)


def test_grad_cam_pp_is_what_its_formula_says():
    rng = np.random.default_rng(0)
    gradients, values = rng.normal(size=(2, 3, 4, 5)), rng.random((3, 4, 5))
    expected = np.zeros((2, 4, 5))
    for word in range(2):
        for channel in range(3):
            g, a = gradients[word, channel], values[channel]
            alpha = g**2 / (2 * g**2 + a.sum() * g**3)
            expected[word] += (alpha * np.maximum(g, 0)).sum() * a
    found = activation(torch.from_numpy(gradients), torch.from_numpy(values)[None])
    np.testing.assert_allclose(found, np.maximum(expected, 0))


def test_grad_cam_pp_of_no_gradient_is_nothing():
    assert not activation(torch.zeros(1, 2, 3, 3), torch.ones(1, 2, 3, 3)).any()


def test_layer_cam_weights_each_position_by_its_own_gradient():
    gradients = torch.tensor([[[[1.0, -2.0]], [[3.0, 0.5]]]])
    values = torch.tensor([[[[2.0, 5.0]], [[1.0, 4.0]]]])
    assert layer(gradients, values).tolist() == [[[1 * 2 + 3 * 1, 0.5 * 4]]]


def test_layer_cam_joins_layers_by_their_maximum_and_makes_shallow_ones_louder():
    shallow, middle, deep = torch.tensor([[[4.0, 1.0]]]), torch.tensor([[[0.0, 2.0]]]), torch.tensor([[[5.0, 10.0]]])
    found = joined([shallow, middle, deep], (1, 2))
    np.testing.assert_allclose(found, [[[np.tanh(2), 1.0]]], rtol=1e-6)


def test_cam_lets_only_words_of_the_picture_and_the_background_compete():
    reading = tiny(bias=(1.0, 9.0, 0.0))(tiny().prepared(blocks(2)))
    odds = np.exp(reading.logits[0].detach().numpy())
    np.testing.assert_allclose(among(reading, [0], 2).detach(), (odds[0] / (odds[0] + odds[2]))[None], rtol=1e-5)
    np.testing.assert_allclose(among(reading, [1, 0], 2).detach(), odds[[1, 0]] / odds.sum(0), rtol=1e-5)


class Attending(TinyBody):
    """Whose second layer is a mean of the first, by attention between positions and a token of no place."""

    def forward(self, images):
        first, second = super().forward(images)
        tokens = torch.cat([torch.ones(1, 1, 2), second.flatten(2).transpose(1, 2)], 1)
        mixed = torch.nn.functional.scaled_dot_product_attention(tokens[:, None], tokens[:, None], tokens[:, None])
        return [first, mixed[:, 0, 1:].transpose(1, 2).view_as(second)]


def test_attention_spreads_the_probability_of_patches_along_what_attends():
    found = maps("attention", tiny(body=Attending()), blocks(1), ["赤い"])
    assert found.maps[0].max() == pytest.approx(1.0, abs=1e-5)
    assert found.maps[0].std() > 0


def test_attention_is_read_as_its_softmax():
    tokens = torch.randn(1, 2, 5, 3, generator=torch.Generator().manual_seed(0))
    with Attended() as attended:
        given = torch.nn.functional.scaled_dot_product_attention(tokens, tokens, tokens)
    scores = np.einsum("hnd,hmd->hnm", tokens[0], tokens[0]) / np.sqrt(3)
    weights = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
    np.testing.assert_allclose(attended.weights[0], weights.mean(0), atol=1e-6)
    np.testing.assert_allclose(given[0], weights @ tokens[0].numpy(), atol=1e-6)


def test_attention_of_a_module_that_torch_has_is_read_too():
    module = torch.nn.MultiheadAttention(4, 2, batch_first=True).eval()
    tokens = torch.randn(1, 5, 4, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode(), Attended() as attended:
        module(tokens, tokens, tokens, need_weights=False)
    assert len(attended.weights) == 1
    np.testing.assert_allclose(attended.weights[0].sum(1), 1, atol=1e-6)


def test_affinity_is_the_mean_of_the_deeper_half_without_tokens_of_no_place():
    shallow, deep = torch.eye(3), torch.tensor([[1.0, 0.0, 0.0], [0.5, 0.25, 0.25], [0.2, 0.2, 0.6]])
    assert affinity([shallow, deep], 2, "vit").numpy() == pytest.approx(np.array([[0.5, 0.5], [0.25, 0.75]]))


def test_a_backbone_without_attention_is_told_what_to_use():
    with pytest.raises(InvalidInputError, match=r"backbone tiny has no attention .* dinov2"):
        maps("attention", tiny(), blocks(1), ["赤い"])


class SmallDevice(TorchFunctionMode):
    """A device with memory for the gradients of so many classes at once; keeps how many were asked for."""

    def __init__(self, room):
        super().__init__()
        self.room, self.asked = room, []

    def __torch_function__(self, func, types, args=(), kwargs=None):
        if func is torch.zeros:  # what is asked back from each class's cells
            self.asked.append(args[0])
            if self.asked[-1] > self.room:
                raise torch.OutOfMemoryError("CUDA out of memory")
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize(("room", "asked"), [(3, [3]), (2, [3, 1, 2]), (1, [3, 1, 2, 1, 1])])
def test_where_memory_ends_classes_go_in_halves(room, asked):
    classifier = tiny()
    reading = classifier(classifier.prepared(blocks(1)).requires_grad_())
    whole = class_gradients(reading.logits, [0, 1, 2], reading.maps)
    with SmallDevice(room) as device:
        found = class_gradients(reading.logits, [0, 1, 2], reading.maps)
    assert device.asked == asked
    for one, other in zip(found, whole, strict=True):
        torch.testing.assert_close(one, other)


def test_without_memory_for_one_class_the_picture_is_refused():
    classifier = tiny()
    with SmallDevice(0), pytest.raises(InvalidInputError, match="40 × 40: dcsm has no memory for it: use another"):
        maps("dcsm", classifier, blocks(1), ["赤い"])
