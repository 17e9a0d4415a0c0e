"""Weights and maps of a mix: what sums to 1, what is left out, what is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mofu.errors import InvalidInputError
from mofu.style.mix import Part, normalised

LEFT = np.array([[1, 1, 0, 0]], np.float32)
RIGHT = 1 - LEFT


def test_weights_are_brought_to_a_sum_of_1():
    assert [part.weight for part in normalised([Part({}, 3.0), Part({}, 1.0)])] == [0.75, 0.25]


def test_a_part_of_weight_0_is_left_out_so_that_the_other_is_alone():
    alone = Part({}, 1.0, label="a")
    assert normalised([alone, Part({}, 0.0, label="b")]) == normalised([alone])


def test_weights_may_sum_to_anything():
    assert normalised([Part({}, 0.2, label="a")]) == (Part({}, 1.0, label="a"),)


def test_one_style_alone_needs_no_map():
    assert normalised([Part({}, 1.0, LEFT)])[0].where is None


def test_two_halves_are_each_style_alone_on_its_half():
    left, right = normalised([Part({}, 1.0, LEFT), Part({}, 1.0, RIGHT)])
    assert np.array_equal(left.where, LEFT)
    assert np.array_equal(right.where, RIGHT)


def test_a_part_without_a_map_is_everywhere():
    left, rest = normalised([Part({}, 3.0, LEFT), Part({}, 1.0)])
    assert left.where.tolist() == [[0.75, 0.75, 0, 0]]
    assert rest.where.tolist() == [[0.25, 0.25, 1, 1]]


def test_where_no_map_leaves_anything_weights_count_as_if_there_were_none():
    nowhere = np.zeros((1, 2), np.float32)
    shares = normalised([Part({}, 3.0, nowhere), Part({}, 1.0, nowhere)])
    assert [part.where.tolist() for part in shares] == [[[0.75, 0.75]], [[0.25, 0.25]]]


def test_a_map_that_leaves_nothing_to_a_style_leaves_the_style_out():
    everywhere = np.ones((1, 4), np.float32)
    shares = normalised([Part({}, 1.0, everywhere, "a"), Part({}, 1.0, everywhere * 0, "b")])
    assert [part.label for part in shares] == ["a"]


@given(st.lists(st.floats(0.1, 10), min_size=2, max_size=4), st.integers(0, 99))
def test_shares_sum_to_1_at_every_pixel(weights, seed):
    maps = np.random.default_rng(seed).random((len(weights), 3, 4), np.float32)
    shares = normalised([Part({}, weight, each) for weight, each in zip(weights, maps, strict=True)])
    assert sum(part.where for part in shares) == pytest.approx(np.ones((3, 4)), abs=1e-6)


def test_nothing_left_is_refused():
    with pytest.raises(InvalidInputError, match="mix of 1 styles: expected at least one with a weight above 0"):
        normalised([Part({}, 0.0)])


def test_maps_of_two_sizes_are_refused():
    with pytest.raises(InvalidInputError, match="expected all of the picture's size"):
        normalised([Part({}, 1.0, LEFT), Part({}, 1.0, RIGHT.T.copy())])


@pytest.mark.parametrize("weight", [-1.0, float("nan"), float("inf")])
def test_a_weight_that_is_no_share_is_refused(weight):
    with pytest.raises(InvalidInputError, match=r"weight .* of style 'a': expected a number of 0 or more"):
        Part({}, weight, label="a")


@pytest.mark.parametrize("where", [LEFT * 2, LEFT.astype(np.float64), LEFT[0], LEFT * np.nan, LEFT[:0]])
def test_a_map_that_is_none_is_refused(where):
    with pytest.raises(InvalidInputError, match="map of style 'a': expected"):
        Part({}, 1.0, where, "a")
