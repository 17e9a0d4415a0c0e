"""Colours of a content, kept pixel by pixel or on average, against colours worked out by hand."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mofu.style.colour import matched, moments, transport, with_chroma_of


def lab(pixels):
    return cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)


def drawn(seed, low=0, high=256):
    return np.random.default_rng(seed).integers(low, high, (24, 32, 3), np.uint8)


def test_grey_contents_get_the_lightness_as_it_is():
    stylised = np.array([[[0, 0, 0], [90, 90, 90], [255, 255, 255]]], np.uint8)
    assert np.array_equal(with_chroma_of(np.full((1, 3, 3), 128, np.uint8), stylised), stylised)


def test_chroma_stays_whatever_the_lightness_wanted():
    content, stylised = drawn(0), drawn(1)
    kept = lab(with_chroma_of(content, stylised))
    assert np.linalg.norm(kept[..., 1:] - lab(content)[..., 1:], axis=-1).mean() < 1


def test_lightness_is_taken_where_the_colour_can_be_shown():
    content, stylised = drawn(0, 110, 146), drawn(1, 110, 146)
    assert lab(with_chroma_of(content, stylised))[..., 0] == pytest.approx(lab(stylised)[..., 0], abs=1.5)


def test_a_lightness_at_which_no_display_shows_the_chroma_goes_back_towards_the_contents():
    blue = np.array([[[0, 0, 255]]], np.uint8)
    assert with_chroma_of(blue, np.array([[[255, 255, 255]]], np.uint8))[0, 0].tolist() == pytest.approx(
        [0, 0, 255], abs=16
    )


def test_the_lightness_of_itself_gives_itself():
    content = drawn(2)
    assert np.abs(with_chroma_of(content, content).astype(int) - content).max() <= 1


def test_moments_of_two_pixels():
    mean, covariance = moments(np.array([[[0, 0, 255], [255, 0, 255]]], np.uint8))
    assert mean.tolist() == [0.5, 0, 1]
    assert covariance.tolist() == [[0.25, 0, 0], [0, 0, 0], [0, 0, 0]]


def test_moments_count_a_pixel_as_often_as_it_weighs():
    pixels = np.array([[[0, 0, 0], [255, 0, 0]]], np.uint8)
    assert moments(pixels, np.array([[1, 3]], np.float32))[0].tolist() == [0.75, 0, 0]


def test_weights_that_are_0_everywhere_count_as_none():
    pixels = np.array([[[0, 0, 0], [255, 0, 0]]], np.uint8)
    assert moments(pixels, np.zeros((1, 2), np.float32))[0].tolist() == [0.5, 0, 0]


def test_of_uncorrelated_channels_each_is_stretched_by_the_ratio_of_deviations():
    found = transport(np.diag([1.0, 4.0, 9.0]), np.diag([4.0, 4.0, 1.0]))
    assert found == pytest.approx(np.diag([2.0, 1.0, 1 / 3]), abs=1e-5)


@given(st.integers(0, 999))
def test_colours_carried_over_have_the_covariance_that_was_wanted(seed):
    rng = np.random.default_rng(seed)
    one, other = (each @ each.T + 0.01 * np.eye(3) for each in rng.normal(size=(2, 3, 3)))
    found = transport(one, other)
    assert found == pytest.approx(found.T, abs=1e-6)
    assert found @ one @ found.T == pytest.approx(other, abs=1e-3 * np.trace(other))


def test_a_matched_picture_has_the_contents_mean_and_covariance():
    rng = np.random.default_rng(3)
    pixels = np.clip(rng.normal((90, 120, 150), (10, 20, 30), (64, 64, 3)), 0, 255).astype(np.uint8)
    content = np.clip(rng.normal(128, 15, (64, 64, 1)) + rng.normal(0, 5, (64, 64, 3)), 0, 255).astype(np.uint8)
    for found, wanted in zip(moments(matched(pixels, content)), moments(content), strict=True):
        assert found == pytest.approx(wanted, abs=1e-3)


def test_one_colour_becomes_the_mean_of_the_contents():
    content = drawn(4, 100, 140)
    found = matched(np.full_like(content, 30), content)
    assert found[0, 0] == pytest.approx(content.mean((0, 1)), abs=1)
    assert np.ptp(found, axis=(0, 1)).max() == 0


def test_large_pictures_are_worked_on_in_bands_that_do_not_show(monkeypatch):
    content, stylised = drawn(5), drawn(6)
    whole = with_chroma_of(content, stylised), matched(stylised, content)
    monkeypatch.setattr("mofu.style.colour._BAND", 100)
    assert np.array_equal(with_chroma_of(content, stylised), whole[0])
    assert np.array_equal(matched(stylised, content), whole[1])
