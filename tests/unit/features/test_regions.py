"""Pixels → regions and what is known of each."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mofu.demo.pictures import draw
from mofu.features.regions import DESCRIPTOR, DIMENSION, SIDE_PX, find_regions


def number(name):
    return DESCRIPTOR.index(name)


def stripes(period_px, across=True):
    wave = 127.5 + 100 * np.sin(2 * np.pi * np.arange(200) / period_px)
    grey = np.broadcast_to(wave[None, :] if across else wave[:, None], (200, 200))
    return np.repeat(grey[..., None], 3, axis=2).astype(np.uint8)


def halves(left, right):
    picture = np.empty((150, 200, 3), np.uint8)
    picture[:, :100], picture[:, 100:] = left, right
    return picture


def test_every_pixel_lies_in_a_region_and_every_region_has_a_descriptor():
    regions = find_regions(draw("fruit", 1))
    assert max(regions.labels.shape) == SIDE_PX
    assert sorted(np.unique(regions.labels)) == list(range(len(regions.descriptors)))
    assert regions.descriptors.shape[1] == DIMENSION == len(DESCRIPTOR)
    assert regions.descriptors.dtype == np.float32


def test_a_picture_has_some_twenty_regions():
    counts = [len(find_regions(draw(subject, 3)).descriptors) for subject in ("sky", "fruit", "もふもふ", "しましま")]
    assert all(5 <= count <= 60 for count in counts)


def test_regions_end_where_colours_do():
    labels = find_regions(halves((200, 30, 30), (30, 30, 200))).labels
    assert not set(np.unique(labels[:, :98])) & set(np.unique(labels[:, 102:]))


def test_a_flat_region_has_its_colour_and_no_texture():
    white = find_regions(np.full((150, 200, 3), 255, np.uint8)).descriptors
    assert white[:, number("L mean")] == pytest.approx(1.0, abs=0.01)
    assert white[:, number("a mean")] == pytest.approx(0.0, abs=0.01)
    assert white[:, number("direction at 1 px")] == pytest.approx(0.0, abs=1e-6)
    assert white[:, number("edges at 1 px")] == pytest.approx(np.log(0.004), abs=1e-3)


def test_stripes_have_a_direction_and_noise_has_none():
    noise = np.random.default_rng(0).integers(0, 256, (200, 200, 1)).repeat(3, axis=2).astype(np.uint8)
    direction = number("direction at 2 px")
    assert np.median(find_regions(stripes(10)).descriptors[:, direction]) > 0.9
    assert np.median(find_regions(noise).descriptors[:, direction]) < 0.4


def test_a_texture_turned_is_the_same_texture():
    upright, lying = (np.median(find_regions(stripes(10, across)).descriptors, axis=0) for across in (True, False))
    of_texture = number("edges at 1 px")
    assert upright[of_texture:] == pytest.approx(lying[of_texture:], abs=0.4)


def test_larger_copies_of_a_picture_have_much_the_same_regions():
    picture = draw("hills", 5)
    small = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    first, second = (find_regions(p).descriptors.mean(axis=0) for p in (picture, small))
    assert first == pytest.approx(second, abs=0.3)


@settings(deadline=None)
@given(st.integers(1, 90), st.integers(1, 90), st.integers(0, 255))
def test_any_picture_has_regions(height, width, value):
    regions = find_regions(np.full((height, width, 3), value, np.uint8))
    assert regions.labels.shape == (height, width)
    assert len(regions.descriptors) == regions.labels.max() + 1
    assert np.isfinite(regions.descriptors).all()


def test_the_same_pixels_give_the_same_bytes():
    first, second = (find_regions(draw("つやつや", 2)) for _ in range(2))
    assert first.labels.tobytes() == second.labels.tobytes()
    assert first.descriptors.tobytes() == second.descriptors.tobytes()
