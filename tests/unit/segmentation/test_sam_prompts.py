"""What a Segment Anything network is asked says what the soft masks say, and no more."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mofu.segmentation.refinement.sam_prompts import MOST_PIECES, prompts

Probabilities = NDArray[np.float32]


def soft(*words: NDArray[np.bool_], sure: float = 0.9) -> Probabilities:
    """Words where their masks are, with this probability, and hardly anywhere else; the background has the rest."""
    planes = np.where(np.stack(words), sure, 0.04).astype(np.float32)
    return np.concatenate([planes, 1 - planes.sum(axis=0, keepdims=True)])


def block(height: int, width: int, rows: slice, columns: slice) -> NDArray[np.bool_]:
    mask = np.zeros((height, width), np.bool_)
    mask[rows, columns] = True
    return mask


def test_a_piece_is_asked_for_by_its_box_and_its_middle() -> None:
    (asked,) = prompts(soft(block(10, 16, slice(2, 7), slice(3, 8))))
    assert asked.label == 0
    assert asked.box.tolist() == [3, 2, 7, 6]
    assert asked.points[asked.is_inside].tolist() == [[5, 4]]
    assert asked.piece.sum() == 25


def test_points_are_on_the_piece_or_where_it_surely_is_not() -> None:
    horseshoe = block(24, 24, slice(4, 20), slice(4, 20)) & ~block(24, 24, slice(0, 14), slice(9, 15))
    (asked,) = prompts(soft(horseshoe))
    columns, rows = asked.points.astype(int).T
    assert horseshoe[rows, columns].tolist() == asked.is_inside.tolist()
    assert asked.is_inside.sum() == 3
    x, y = asked.points[~asked.is_inside][0]
    assert (9 <= x < 15, y < 14) == (True, True)


def test_points_of_a_long_piece_are_apart() -> None:
    (asked,) = prompts(soft(block(9, 40, slice(2, 7), slice(2, 38))))
    inside = asked.points[asked.is_inside]
    assert len(inside) == 3
    assert all(np.linalg.norm(a - b) > 2 for n, a in enumerate(inside) for b in inside[:n])


def test_nobody_says_where_a_word_is_not_if_the_mask_doubts_it() -> None:
    planes = np.full((2, 12, 12), 0.4, np.float32)
    planes[1] = 0.6
    planes[:, 3:9, 3:9] = np.array([0.9, 0.1], np.float32)[:, None, None]
    (asked,) = prompts(planes)
    assert asked.is_inside.all()


def test_another_word_says_where_a_word_is_not() -> None:
    left, right = block(12, 24, slice(0, 12), slice(0, 12)), block(12, 24, slice(0, 12), slice(12, 24))
    first, second = prompts(soft(left, right))
    assert (first.label, second.label) == (0, 1)
    columns, rows = first.points[~first.is_inside].astype(int).T
    assert len(rows) > 0
    assert right[rows, columns].all()


def test_the_mask_says_by_how_much_the_word_leads_and_leaves_other_pieces_open() -> None:
    large, small = block(10, 30, slice(2, 8), slice(2, 12)), block(10, 30, slice(2, 8), slice(20, 26))
    first, second = prompts(soft(large | small, sure=0.8))
    assert [first.piece.sum(), second.piece.sum()] == [60, 36]
    assert first.lead[large] == pytest.approx(np.log(0.8 / 0.2), rel=1e-5)
    assert (first.lead[small] == 0).all()
    assert (second.lead[large] == 0).all()
    assert first.lead[~(large | small)] == pytest.approx(np.log(0.04 / 0.96), rel=1e-5)


def test_certainty_stays_finite() -> None:
    (asked,) = prompts(np.stack([block(8, 8, slice(0, 4), slice(0, 8)), ~block(8, 8, slice(0, 4), slice(0, 8))]) * 1.0)
    assert np.abs(asked.lead) == pytest.approx(np.log(1e4), rel=1e-5)


def test_a_word_that_is_nowhere_the_likeliest_is_not_asked_for() -> None:
    assert prompts(soft(block(8, 8, slice(0, 8), slice(0, 8)), sure=0.45)) == []


def test_specks_are_not_asked_for_and_of_many_pieces_the_largest() -> None:
    dots = np.zeros((60, 60), np.bool_)
    dots[1:56:6, 1:56:6] = dots[2:56:6, 1:56:6] = dots[3:56:6, 1:56:6] = True
    dots[1:4, 1:5] = True
    assert prompts(soft(dots & block(60, 60, slice(0, 60), slice(6, 60)))) == []
    many = np.repeat(np.repeat(np.eye(10, dtype=bool), 6, 0), 6, 1) & np.tile(np.arange(60) % 6 < 5, (60, 1))
    many &= (np.arange(60) % 6 < 5)[:, None]
    many[5, 0:5] = True
    asked = prompts(soft(many))
    assert len(asked) == MOST_PIECES
    assert [each.piece.sum() for each in asked] == [30] + [25] * (MOST_PIECES - 1)


@given(words=st.integers(1, 3), height=st.integers(1, 12), width=st.integers(1, 12), seed=st.integers(0, 99))
def test_every_prompt_is_of_the_picture_and_of_its_word(words: int, height: int, width: int, seed: int) -> None:
    drawn = np.random.default_rng(seed).random((words + 1, height, width)).astype(np.float32) ** 3
    probabilities = drawn / drawn.sum(axis=0)
    for asked in prompts(probabilities):
        assert (probabilities.argmax(axis=0)[asked.piece] == asked.label).all()
        left, top, right, bottom = asked.box
        rows, columns = np.nonzero(asked.piece)
        assert (columns.min(), rows.min(), columns.max(), rows.max()) == (left, top, right, bottom)
        x, y = asked.points.astype(int).T
        assert asked.piece[y, x].tolist() == asked.is_inside.tolist()
        assert asked.is_inside[0]
        assert np.isfinite(asked.lead).all()
