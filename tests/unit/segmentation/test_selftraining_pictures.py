"""Masks of a picture, what is known of it, and how easy that makes it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mofu.errors import InvalidInputError
from mofu.segmentation.selftraining.entries import Entry, easiest, faithful
from mofu.segmentation.selftraining.pictures import Picture, check, easiness, resized, restricted

Array = NDArray[np.float32]


def row(*labels: int, count: int = 3) -> Array:
    """(count, 1, n) masks that say one label at each of n pixels; the last label is the background."""
    return np.eye(count, dtype=np.float32)[list(labels)].T[:, None]


def test_words_that_are_known_to_be_absent_leave_their_share_to_the_others() -> None:
    masks = np.array([0.5, 0.3, 0.2], np.float32).reshape(3, 1, 1)
    np.testing.assert_allclose(restricted(masks, [1]).ravel(), [0, 0.6, 0.4], atol=1e-6)


def test_a_pixel_of_nothing_but_an_absent_word_is_background() -> None:
    np.testing.assert_array_equal(restricted(row(0), [1]).ravel(), [0, 0, 1])


@given(words=st.sets(st.integers(0, 2)), seed=st.integers(0, 99))
def test_restricted_masks_sum_to_1_and_keep_the_order_of_what_is_left(words: set[int], seed: int) -> None:
    masks = np.random.default_rng(seed).dirichlet(np.ones(4), (2, 3)).transpose(2, 0, 1).astype(np.float32)
    found = restricted(masks, sorted(words))
    np.testing.assert_allclose(found.sum(axis=0), 1, atol=1e-5)
    assert not found[[word for word in range(3) if word not in words]].any()


def test_easiness_is_the_iou_of_the_mask_before_and_after() -> None:
    """Two pixels of the word before, three after, two in common."""
    assert easiness(row(0, 0, 2, 2), row(0, 0, 0, 2), [0]) == pytest.approx(2 / 3)


def test_easiness_of_two_words_is_the_mean_of_both() -> None:
    assert easiness(row(0, 0, 1, 2), row(0, 0, 1, 1), [0, 1]) == pytest.approx((1 + 1 / 2) / 2)


def test_a_word_that_is_known_to_be_there_and_has_no_mask_is_as_hard_as_can_be() -> None:
    assert easiness(row(2, 2), row(2, 2), [0]) == 0


def test_a_picture_of_the_background_is_as_easy_as_can_be() -> None:
    assert easiness(row(2, 2), row(2, 2), []) == 1


def test_masks_shrink_to_the_share_of_each_label_in_a_cell() -> None:
    found = resized(row(0, 0, 0, 2), (1, 2))
    np.testing.assert_allclose(found[:, 0], [[1, 0.5], [0, 0], [0, 0.5]], atol=1e-6)


def test_faithful_is_the_share_of_known_words_among_all_that_are_found() -> None:
    assert faithful(row(0, 0, 0, 1, 2, 2), [0]) == pytest.approx(3 / 4)


def test_where_no_word_is_found_none_is_found_rightly() -> None:
    assert faithful(row(2, 2), [0]) == 0


def entry(word: int | None, hard: float, *, extra: bool = False) -> Entry:
    """A picture of a word that is this easy, or of the background."""
    words = () if word is None else (word,)
    return Entry(words, extra, (), np.zeros((1, 1, 3), np.uint8), None, hard)


def test_each_words_easiest_pictures_come_first() -> None:
    entries = [entry(0, 0.9), entry(0, 0.5), entry(1, 0.3), entry(1, 0.2)]
    assert easiest(entries, 0.5) == [entries[0], entries[2]]


def test_pictures_of_the_background_are_always_taken() -> None:
    entries = [entry(None, 1), entry(0, 0.9)]
    assert easiest(entries, 1.0) == entries


def test_a_picture_without_a_mask_of_its_word_is_never_taken() -> None:
    assert easiest([entry(0, 0.0)], 1.0) == []


def test_a_picture_from_further_down_joins_once_it_is_as_easy_as_half_of_those_taken() -> None:
    entries = [entry(0, 0.9), entry(0, 0.6), entry(0, 0.2), entry(0, 0.7, extra=True), entry(0, 0.5, extra=True)]
    assert easiest(entries, 0.7) == [entries[0], entries[1], entries[3]]


@pytest.mark.parametrize(
    ("picture", "says"),
    [
        (Picture(np.zeros((4, 4, 3), np.uint8), (2,)), "word 2, expected 0 to 1"),
        (Picture(np.zeros((4, 4, 3), np.uint8), (0,), row(0, count=2)), r"expected \(3, h, w\)"),
        (Picture(np.zeros((4, 4, 3), np.uint8), (0,), row(0)[0]), r"expected \(3, h, w\)"),
    ],
)
def test_words_and_masks_that_do_not_belong_together_are_refused(picture: Picture, says: str) -> None:
    with pytest.raises(InvalidInputError, match=f"picture 0: .*{says}"):
        check([picture], 2)
