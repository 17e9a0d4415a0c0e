"""Saliency → probabilities of words and background that sum to 1."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tiny_classifier import blocks, tiny

from mofu.errors import UnknownNameError
from mofu.segmentation.each_core import on_each_core
from mofu.segmentation.saliency import registry
from mofu.segmentation.saliency.registry import maps, methods, scaled
from mofu.segmentation.segmenting import (
    Segmented,
    SegmentingSettings,
    segment,
    with_background,
)
from mofu.segmentation.training import Labelled


def test_the_background_is_what_the_strongest_word_leaves():
    planes = np.array([[[0.8, 0.0]], [[0.2, 0.0]]], np.float32)
    found = with_background(planes)
    # 0.8, 0.2 and 1 − 0.8, over their sum of 1.2
    np.testing.assert_allclose(found[:, 0, 0], [0.8 / 1.2, 0.2 / 1.2, 0.2 / 1.2], rtol=1e-6)
    np.testing.assert_allclose(found[:, 0, 1], [0, 0, 1])


@given(arrays(np.float32, (3, 4, 5), elements=st.floats(0, 1, width=32)))
def test_probabilities_sum_to_one_and_keep_the_order_of_the_words(planes):
    found = with_background(planes)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.sum(0), 1, rtol=1e-5)
    np.testing.assert_array_equal(np.take_along_axis(found, planes.argmax(0)[None], 0)[0], found[:3].max(0))


@pytest.mark.parametrize("refine", ["none", "guided", "crf"])
def test_a_picture_is_segmented_at_its_own_size(refine):
    pixels = np.concatenate([blocks(1), blocks(2)[:8]])
    found = segment(tiny(), pixels, SegmentingSettings("cam", refine), ["赤い"])
    assert isinstance(found, Segmented)
    assert found.words == ("赤い", "青い")
    assert found.probabilities.shape == (3, 48, 40)
    assert found.probabilities.dtype == np.float32
    np.testing.assert_allclose(found.probabilities.sum(0), 1, atol=1e-4)
    assert found.probabilities[0].max() > 0


def test_maps_as_published_are_what_the_method_gives():
    found = segment(tiny(), blocks(1), SegmentingSettings("layercam", "none", scaled=False), ["赤い"])
    published = maps("layercam", tiny(), blocks(1), ["赤い"]).maps
    np.testing.assert_allclose(found.probabilities, with_background(published), atol=1e-6)


def test_a_common_scale_moves_the_middle_of_a_method_to_a_half(monkeypatch):
    monkeypatch.setitem(registry._MIDDLES, "cam", 0.2)
    np.testing.assert_allclose(scaled("cam", np.float32([0, 0.04, 0.2, 1])), [0, 0.25, 0.5, 1], rtol=1e-6)
    moved = segment(tiny(), blocks(1), SegmentingSettings("cam", "none"), ["赤い"]).probabilities
    published = maps("cam", tiny(), blocks(1), ["赤い"]).maps
    np.testing.assert_allclose(moved, with_background(scaled("cam", published)), atol=1e-6)


def test_every_scale_keeps_the_ends():
    for name in methods():
        assert scaled(name, np.float32([0, 1])).tolist() == [0, 1]


def test_scores_are_those_of_the_classifier():
    found = segment(tiny(), blocks(1), SegmentingSettings("dcsm", "none"))
    np.testing.assert_array_equal(found.scores, maps("dcsm", tiny(), blocks(1)).scores)


def test_a_picture_of_no_word_is_background():
    found = segment(tiny(bias=(-60.0, -60.0, 0.0)), blocks(1), SegmentingSettings("cam", "none"))
    np.testing.assert_array_equal(found.probabilities[-1], 1)


def test_unknown_names_list_the_known_ones():
    with pytest.raises(UnknownNameError, match="dcsm"):
        segment(tiny(), blocks(1), SegmentingSettings("dcms", "none"))
    with pytest.raises(UnknownNameError, match="crf"):
        segment(tiny(), blocks(1), SegmentingSettings("cam", "crff"))


@pytest.mark.parametrize("method", ["cam", "dcsm", "layercam"])
def test_pictures_are_segmented_in_their_order_as_alone(method):
    classifier, how = tiny(), SegmentingSettings(method, "none")
    pictures = [Labelled(blocks(seed), ("赤い",)) for seed in range(12)]
    each = on_each_core(lambda picture: segment(classifier, picture.pixels, how, picture.words), pictures, 2)
    for picture, found in zip(pictures, each, strict=True):
        alone = segment(classifier, picture.pixels, how, picture.words)
        np.testing.assert_allclose(found.probabilities, alone.probabilities, atol=1e-5)


def test_things_are_done_in_their_order_a_few_ahead_and_no_further_once_nobody_asks():
    read = []

    def numbers():
        for number in range(100):
            read.append(number)
            yield number

    found = on_each_core(lambda number: 2 * number, numbers(), 2)
    assert [next(found) for _ in range(3)] == [0, 2, 4]
    found.close()
    assert read == list(range(7))


def test_a_word_that_is_none_of_the_classifier_is_unknown():
    with pytest.raises(UnknownNameError, match="黒い"):
        segment(tiny(), blocks(0), SegmentingSettings("cam", "none"), ["黒い"])
