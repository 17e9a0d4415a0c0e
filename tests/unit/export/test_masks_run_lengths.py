"""Run lengths: what they are, that nothing is lost in them, and that they are what COCO's own tools make and read."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from pycocotools import mask as coco

from mofu.errors import InvalidInputError
from mofu.export.masks import run_lengths

masks = arrays.arrays(np.bool_, st.tuples(st.integers(1, 24), st.integers(1, 24)))


def test_columns_are_counted_one_after_another_beginning_outside() -> None:
    mask = np.array([[0, 1, 1], [0, 0, 1]], bool)
    # columns: 00, 10, 11 -> two outside, one inside, one outside, two inside
    assert run_lengths.encode(mask).tolist() == [2, 1, 1, 2]


def test_a_mask_that_begins_inside_begins_with_a_run_of_none() -> None:
    assert run_lengths.encode(np.ones((2, 3), bool)).tolist() == [0, 6]


def test_a_mask_without_pixels_has_no_runs() -> None:
    assert run_lengths.encode(np.zeros((0, 4), bool)).tolist() == []


def test_a_count_is_written_in_groups_of_five_bits_from_the_lowest() -> None:
    # 100 = 00011 00100: the low group with the sign that more follow (4 + 32 + 48 = 84, "T"), then 3 + 48 = 51, "3"
    assert run_lengths.compress([100]) == "T3"
    assert run_lengths.decompress("T3").tolist() == [100]


def test_counts_from_the_fourth_on_are_differences() -> None:
    # 5, 3, 2 as they are; 1 as 1 - 3 = -2 = 11110 -> 30 + 48 = 78, "N"
    assert run_lengths.compress([5, 3, 2, 1]) == "532N"
    assert run_lengths.decompress("532N").tolist() == [5, 3, 2, 1]


def test_the_box_holds_all_that_is_inside() -> None:
    mask = np.zeros((5, 7), bool)
    mask[1, 2] = mask[3, 5] = True
    assert run_lengths.box(mask) == (2, 1, 4, 3)
    assert run_lengths.box(np.zeros((5, 7), bool)) == (0, 0, 0, 0)


@given(masks)
def test_a_mask_comes_back_from_counts_and_from_text(mask: np.ndarray) -> None:
    counts = run_lengths.encode(mask)
    assert np.array_equal(run_lengths.decode(counts, *mask.shape), mask)
    assert np.array_equal(run_lengths.decompress(run_lengths.compress(counts)), counts)


@given(masks)
def test_counts_area_and_box_are_those_of_cocos_own_tools(mask: np.ndarray) -> None:
    theirs = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
    counts = run_lengths.encode(mask)
    assert run_lengths.compress(counts) == theirs["counts"].decode()
    assert run_lengths.area(counts) == coco.area(theirs) == mask.sum()
    assert not mask.any() or run_lengths.box(mask) == tuple(coco.toBbox(theirs))
    assert np.array_equal(run_lengths.decompress(theirs["counts"].decode()), counts)


@given(st.lists(st.integers(0, 2**40)))
def test_any_counts_come_back_from_text(counts: list[int]) -> None:
    assert run_lengths.decompress(run_lengths.compress(counts)).tolist() == counts


@pytest.mark.parametrize("counts", [[3], [2, 5], [-1, 5]])
def test_runs_that_do_not_fill_the_mask_are_refused(counts: list[int]) -> None:
    with pytest.raises(InvalidInputError, match="expected 2 x 2"):
        run_lengths.decode(counts, 2, 2)


@pytest.mark.parametrize("text", ["T", "5/", "~"])
def test_a_text_that_is_cut_or_holds_other_characters_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        run_lengths.decompress(text)
