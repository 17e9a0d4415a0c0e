"""DCSM, step by step, against its formulae written out in numpy."""

import numpy as np
import pytest
import torch
from tiny_classifier import (
    CLASSES,
    CLASSES_BIAS,
    FIRST,
    HIDDEN,
    HIDDEN_BIAS,
    SECOND,
    STRIDE_PX,
    TinyBackbone,
    blocks,
    tiny,
)
from torch import nn

from mofu.features.backbone import BackboneSpec, Layer
from mofu.features.fully_convolutional import FullyConvolutional
from mofu.features.network import Listed
from mofu.features.preprocessing import Preprocessing
from mofu.features.registry import find
from mofu.segmentation.classifier import distinct_at
from mofu.segmentation.saliency.dcsm import SCALES, chosen, differences, strengths
from mofu.segmentation.saliency.gradients import Guided, class_gradients
from mofu.segmentation.saliency.registry import maps
from mofu.segmentation.training import Labelled, TrainingSettings, train


class Written:
    """What the tiny network does with one picture at one scale, a position at a time."""

    def __init__(self, images, bias):
        pooled = images.reshape(3, images.shape[1] // STRIDE_PX, STRIDE_PX, -1, STRIDE_PX).mean((2, 4))
        self.first = np.maximum(np.einsum("oi,ihw->ohw", FIRST, pooled), 0)
        self.second = np.maximum(np.einsum("oi,ihw->ohw", SECOND, self.first), 0)
        features = np.concatenate([self.first, self.second])
        self.hidden = np.maximum(np.einsum("oi,ihw->ohw", HIDDEN, features) + HIDDEN_BIAS[:, None, None], 0)
        logits = np.einsum("oi,ihw->ohw", CLASSES, self.hidden) + (CLASSES_BIAS + bias)[:, None, None]
        odds = np.exp(logits - logits.max(0))
        self.cells = odds / odds.sum(0)
        self.scores = np.sqrt((self.cells**2).mean((1, 2)))

    def guided(self, word):
        """(2, h, w) of the first layer and of the second: what passes where activation and gradient are positive."""
        at_hidden = np.maximum(CLASSES[word], 0)[:, None, None] * (self.hidden > 0)
        at_features = np.einsum("oi,ohw->ihw", HIDDEN, at_hidden)
        at_second = at_features[2:]
        passed = np.maximum(at_second, 0) * (self.second > 0)
        return at_features[:2] + np.einsum("oi,ohw->ihw", SECOND, passed), at_second


def resized(field, rows, columns):
    """Bilinear, pixels being areas: position i of the new lies at (i + ½) · old / new − ½ of the old."""
    for axis, size in ((0, rows), (1, columns)):
        old = field.shape[axis]
        place = np.clip((np.arange(size) + 0.5) * old / size - 0.5, 0, None)
        below = np.minimum(place.astype(int), old - 1)
        above = np.minimum(below + 1, old - 1)
        share = (place - below).reshape([-1 if each == axis else 1 for each in (0, 1)])
        field = field.take(below, axis) * (1 - share) + field.take(above, axis) * share
    return field


def test_a_gradient_passes_where_activation_and_gradient_are_positive():
    x = torch.tensor([[1.0, -1.0, 2.0, 3.0]], requires_grad=True)
    weight = torch.tensor([2.0, 5.0, -4.0, 0.5])
    with Guided():
        outputs = (torch.relu(x) * weight).sum(1, keepdim=True)
    (found,) = class_gradients(outputs, [0], [x])
    assert found.tolist() == [[2.0, 0.0, 0.0, 0.5]]


@pytest.mark.parametrize(
    "relu", [torch.relu, torch.relu_, torch.nn.functional.relu, torch.nn.ReLU(inplace=True), torch.Tensor.relu]
)
def test_every_way_to_call_a_relu_is_guided(relu):
    x = torch.tensor([[1.0, 2.0]], requires_grad=True)
    with Guided():
        outputs = (relu(x * 1.0) * torch.tensor([-1.0, 1.0])).sum(1, keepdim=True)
    assert class_gradients(outputs, [0], [x])[0].tolist() == [[0.0, 1.0]]


def test_outside_of_guided_a_relu_is_a_relu():
    x = torch.tensor([[1.0, 2.0]], requires_grad=True)
    outputs = (torch.relu(x) * torch.tensor([-1.0, 1.0])).sum(1, keepdim=True)
    assert class_gradients(outputs, [0], [x])[0].tolist() == [[-1.0, 1.0]]


def test_classes_in_one_pass_have_the_gradients_that_they_have_alone():
    classifier = tiny()
    with Guided():
        reading = classifier(classifier.prepared(blocks(0)).requires_grad_())
    together = class_gradients(reading.logits, [2, 0, 1], reading.maps)
    for row, each in enumerate([2, 0, 1]):
        alone = class_gradients(reading.logits, [each], reading.maps)
        for one, all_of_them in zip(alone, together, strict=True):
            torch.testing.assert_close(one[0], all_of_them[row])


@pytest.mark.parametrize("word", [0, 1, 2])
def test_guided_gradients_of_the_network_are_those_written_out(word):
    classifier = tiny()
    images = classifier.prepared(blocks(1))
    with Guided():
        reading = classifier(images.requires_grad_())
    written = Written(images[0].detach().numpy(), np.zeros(3))
    np.testing.assert_allclose(reading.cells[0].detach(), written.cells, atol=1e-5)
    np.testing.assert_allclose(reading.scores[0].detach(), written.scores, atol=1e-5)
    first, second = class_gradients(reading.logits, [word], reading.maps)
    np.testing.assert_allclose(first[0], written.guided(word)[0], atol=1e-4)
    np.testing.assert_allclose(second[0], written.guided(word)[1], atol=1e-4)


def test_strength_is_the_largest_magnitude_over_channels():
    gradients = torch.tensor([[[[1.0, -2.0]], [[-3.0, 0.5]]]])
    assert strengths([gradients], (1, 2)).tolist() == [[[[3.0, 2.0]]]]


def test_differences_are_those_worked_by_hand():
    # one layer, one row of two positions, three classes: M = (4, 1), (2, 1), (0, 3)
    strength = torch.tensor([[[[4.0, 1.0]], [[2.0, 1.0]], [[0.0, 3.0]]]])
    # M_0 − M_1 = (2, 0) / 2; M_0 − M_2 = (4, −2) / 4: tanh 3 and 0, tanh 3 and nothing
    # M_1 − M_0 = (−2, 0): never more, nothing;  M_1 − M_2 = (2, −2) / 2: tanh 3 and nothing
    # M_2 − M_0 = (−4, 2) / 2: nothing and tanh 3; M_2 − M_1 = (−2, 2) / 2: nothing and tanh 3
    expected = np.tanh(3) * np.array([[[2.0, 0.0]], [[1.0, 0.0]], [[0.0, 2.0]]])
    np.testing.assert_allclose(differences(strength), expected, rtol=1e-6)


def test_differences_of_layers_add_up():
    strength = torch.rand(3, 4, 5, 6, generator=torch.Generator().manual_seed(0))
    apart = sum(differences(layer[None]) for layer in strength)
    torch.testing.assert_close(differences(strength), apart)


def test_classes_that_are_the_same_have_no_difference():
    assert not differences(torch.ones(2, 4, 3, 3)).any()


def test_with_fewer_than_four_classes_the_next_best_are_subtracted_too():
    best = torch.tensor([0.9, 0.1, 0.2, 0.3, 0.05, 0.4])
    assert chosen(best, [0]) == [0, 5, 3, 2]


def test_more_than_four_classes_on_the_picture_are_all_subtracted():
    best = torch.tensor([0.9, 0.8, 0.7, 0.6, 0.55, 0.4])
    assert chosen(best, [0, 1]) == [0, 1, 2, 3, 4]


def written_maps(classifier, pixels, bias, words):
    readings = [Written(classifier.prepared(pixels, scale)[0].numpy(), bias) for scale in SCALES]
    total = np.zeros((3, 12, 12))
    for reading in readings:
        for depth in (0, 1):
            strength = [resized(np.abs(reading.guided(each)[depth]).max(0), 12, 12) for each in range(3)]
            for each in range(3):
                if reading.scores[each] <= 0.5:
                    continue
                for other in range(3):
                    difference = strength[each] - strength[other]
                    if other != each and difference.max() > 0:
                        total[each] += np.maximum(np.tanh(3 * difference / difference.max()), 0)
    saliency = [np.tanh(3 * total[each] / total[each].max()) for each in words]
    return [resized(each, *pixels.shape[:2]) for each in saliency], [reading.scores for reading in readings]


def test_the_maps_of_three_classes_and_scales_are_those_written_out():
    bias = np.array([1.0, 1.0, -1.0])
    classifier, pixels = tiny(bias=bias), blocks(3)
    expected, scores = written_maps(classifier, pixels, bias, [0, 1])
    assert min(each[:2].min() for each in scores) > 0.5
    found = maps("dcsm", classifier, pixels)
    np.testing.assert_allclose(found.maps, expected, atol=1e-3)
    np.testing.assert_allclose(found.scores, np.max(scores, axis=0)[:2], atol=1e-5)


def test_a_scale_at_which_a_word_scores_half_or_less_says_nothing_of_it():
    bias, pixels = np.zeros(3), blocks(5)
    classifier = tiny(bias=bias)
    expected, seen = written_maps(classifier, pixels, bias, [0])
    assert [bool(each[0] > 0.5) for each in seen] == [False, True, True]
    found = maps("dcsm", classifier, pixels)
    np.testing.assert_allclose(found.maps[0], expected[0], atol=1e-3)


def test_of_a_word_that_is_known_to_be_there_every_scale_counts():
    pixels = blocks(3)
    unsure, sure = tiny(bias=(-9.0, 0.0, 0.0)), tiny(bias=(5.0, 0.0, 0.0))
    assert not maps("dcsm", unsure, pixels).maps[0].any()
    found = maps("dcsm", unsure, pixels, ["赤い"])
    assert found.scores[0] < 0.5
    np.testing.assert_allclose(found.maps[0], maps("dcsm", sure, pixels).maps[0], atol=1e-5)


def test_of_vgg16_gradients_are_read_where_conv3_1_to_conv5_3_read():
    found = distinct_at(find("vgg16"), ["fc7_conv"])
    assert found == (
        "pool2", "relu3_1", "relu3_2", "pool3", "relu4_1", "relu4_2", "pool4", "relu5_1", "relu5_2"
    )  # fmt: skip
    assert distinct_at(find("alexnet"), ["fc6_conv"]) == ("pool1", "pool2", "relu3", "relu4")


def test_of_a_classifier_of_stages_gradients_are_read_at_these_but_for_the_finest():
    assert distinct_at(find("vgg16"), ["relu1_2", "relu3_3", "relu4_3", "relu5_3"]) == ("relu4_3", "relu5_3")
    assert distinct_at(find("resnet50"), ["layer1", "layer2"]) == ("layer2",)
    assert distinct_at(find("vgg16"), ["relu1_1", "relu1_2"]) == ("relu1_2",)


CONNECTED = BackboneSpec(
    name="connected",
    about="a convolution, a pooling, a convolution, and a fully connected layer over 3 × 3 cells at every place",
    layers=(
        Layer.of_maps("relu1", 4, 4),
        Layer.of_maps("pool1", 4, 8, "pooling"),
        Layer.of_maps("relu2", 4, 8),
        Layer.of_maps("fc", 6, 16, "fully connected"),
    ),
    default_layer="relu2",
    preprocessing=Preprocessing(64, "longer", mean=(0.5,) * 3, std=(0.25,) * 3),
)


class Connected(nn.Module):
    def __init__(self):
        super().__init__()
        self.mean, self.pooling = nn.AvgPool2d(4), nn.MaxPool2d(2)
        self.first, self.second = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1)

    def forward(self, images):
        relu1 = torch.relu(self.first(self.mean(images)))
        pool1 = self.pooling(relu1)
        return {"relu1": relu1, "pool1": pool1, "relu2": torch.relu(self.second(pool1))}


class ConnectedBackbone(TinyBackbone):
    def module(self, layers):
        self.spec.check_maps(layers)
        return Listed(self._body, layers)


@pytest.fixture(scope="module")
def on_fully_connected():
    torch.manual_seed(1)
    below = Connected()
    body = FullyConvolutional(below, "relu2", below.pooling, {"fc": nn.Linear(4 * 9, 6)}, 3)
    pictures = [Labelled(blocks(seed, 64) // 2 + np.uint8([120, 0, 0]), ("赤い",)) for seed in range(5)]
    pictures += [Labelled(blocks(seed, 64) // 2) for seed in range(5)]
    backbone = ConnectedBackbone(body, CONNECTED)
    return train(backbone, ["赤い"], pictures, TrainingSettings.of_method("dcsm", CONNECTED, 0))


def test_a_classifier_of_fully_connected_layers_is_differentiated_by_what_convolutions_read(on_fully_connected):
    classifier = on_fully_connected
    assert classifier.provenance.layers == ("fc",)
    with Guided():
        reading = classifier(classifier.prepared(blocks(6, 64)).requires_grad_())
    assert [tuple(each.shape) for each in reading.maps] == [(1, 6, 16, 16)]
    assert [tuple(each.shape) for each in reading.inputs] == [(1, 4, 32, 32)]
    (gradients,) = class_gradients(reading.logits, [0, 1], reading.inputs)
    assert gradients.shape == (2, 4, 32, 32)
    assert gradients[0].any()


def test_distinct_maps_come_through_fully_connected_layers(on_fully_connected):
    pixels = blocks(7, 64) // 2
    pixels[:, :32] += np.uint8([120, 0, 0])
    found = maps("dcsm", on_fully_connected, pixels, ["赤い"])
    assert found.maps.shape == (1, 64, 64)
    assert found.maps.max() > 0.9
