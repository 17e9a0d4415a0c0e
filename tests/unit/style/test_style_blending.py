"""Feathers worked out by hand, and what is left bit for bit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mofu.errors import InvalidInputError
from mofu.style.blending import blended, check_region, feathered


def region(*rows):
    return np.array(rows, np.float32)


def test_a_border_fades_inwards_in_proportion_to_its_distance():
    found = feathered(region([0, 1, 1, 1, 1, 1, 1, 1]), 3)
    assert found.tolist() == [[0, 0.25, 0.5, 0.75, 1, 1, 1, 1]]


def test_the_edge_of_the_picture_is_no_border():
    assert feathered(region([1, 1], [1, 1]), 9).tolist() == [[1, 1], [1, 1]]


def test_a_feather_of_0_is_the_region():
    assert feathered(region([0, 1, 0.5]), 0).tolist() == [[0, 1, 0.5]]


def test_a_region_of_one_pixel_is_that_pixel():
    found = feathered(region([0, 0, 0], [0, 1, 0], [0, 0, 0]), 12)
    assert found.tolist() == [[0, 0, 0], [0, 1, 0], [0, 0, 0]]


def test_a_thin_piece_is_stylised_in_full_at_its_middle_whatever_a_thick_one_is():
    found = feathered(region([0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0]), 3)
    assert found.tolist() == [[0, 0.5, 1, 0.5, 0, 0, 0.25, 0.5, 0.75, 1, 0.75, 0.5, 0.25, 0]]


def test_soft_values_remain_times_the_feather():
    assert feathered(region([0, 0.5, 0.5]), 1).tolist() == [[0, 0.25, 0.5]]


def test_nothing_stays_nothing():
    assert not feathered(np.zeros((3, 3), np.float32), 5).any()


@given(st.integers(0, 999), st.floats(0, 20))
def test_nothing_outside_is_touched_and_nothing_exceeds_the_region(seed, feather_px):
    given_region = (np.random.default_rng(seed).random((9, 11)) > 0.4).astype(np.float32)
    found = feathered(given_region, feather_px)
    assert not found[given_region == 0].any()
    assert (found <= given_region).all()
    assert (found[given_region > 0] > 0).all()


def test_pixels_are_mixed_by_their_share_and_rounded():
    content, stylised = np.full((1, 3, 3), 10, np.uint8), np.full((1, 3, 3), 200, np.uint8)
    assert blended(content, stylised, region([0, 0.5, 1]))[0, :, 0].tolist() == [10, 105, 200]


@given(st.integers(0, 999))
def test_a_share_of_0_or_1_is_the_one_or_the_other_bit_for_bit(seed):
    rng = np.random.default_rng(seed)
    content, stylised = rng.integers(0, 256, (2, 5, 6, 3), np.uint8)
    share = rng.choice(region([0, 0.3, 1])[0], (5, 6))
    found = blended(content, stylised, share)
    assert np.array_equal(found[share == 0], content[share == 0])
    assert np.array_equal(found[share == 1], stylised[share == 1])


def test_a_region_of_another_size_is_refused():
    with pytest.raises(InvalidInputError, match=r"region \(2, 2\): expected the picture's \(height, width\) \(3, 4\)"):
        check_region(np.ones((2, 2), np.float32), np.zeros((3, 4, 3), np.uint8))


@pytest.mark.parametrize("value", [-0.1, 1.1, np.nan])
def test_a_region_of_other_numbers_is_refused(value):
    with pytest.raises(InvalidInputError, match=r"expected numbers in \[0, 1\]"):
        check_region(np.full((3, 4), value, np.float32), np.zeros((3, 4, 3), np.uint8))
