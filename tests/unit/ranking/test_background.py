"""The background's normalisation, hand-worked, and its Gram matrix."""

import numpy as np
import pytest

from mofu.ranking.background import PreparedBackground


def float32(rows):
    return np.array(rows, dtype=np.float32)


def test_normalisation_is_the_background_s_and_rows_have_length_one():
    background = PreparedBackground(float32([[0, 5], [2, 7]]))  # means 1 and 6, deviations 1 and 1, median 1
    assert background.normalized(float32([[4, 10]])) == pytest.approx(np.array([[0.6, 0.8]]))
    assert np.linalg.norm(background.rows, axis=1) == pytest.approx([1, 1])


def test_a_dimension_that_hardly_varies_is_not_made_loud():
    background = PreparedBackground(float32([[0, 6, 1], [2, 10, 1]]))  # deviations 1, 2 and 0, median 1
    images = background.normalized(float32([[3, 8, 2]]))
    assert images == pytest.approx(np.array([[1.0, 0.0, 1.0]]) / np.sqrt(2))  # (3 - 1) / (1 + 1) and (2 - 1) / (0 + 1)


def test_a_background_that_does_not_vary_at_all_divides_by_nothing():
    background = PreparedBackground(np.ones((4, 2), dtype=np.float32))
    assert background.normalized(float32([[3, 5]])) == pytest.approx(np.array([[2.0, 4.0]]) / np.sqrt(20))
    assert background.rows.tolist() == [[0, 0]] * 4


def test_many_rows_are_normalised_as_few_are():
    rows = np.random.default_rng(0).normal(3, 2, (1200, 7)).astype(np.float32)
    background = PreparedBackground(rows)
    mean, deviation = rows.mean(axis=0, dtype=np.float64), rows.std(axis=0, dtype=np.float64)
    expected = (rows - mean) / (deviation + np.median(deviation))
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    assert background.rows == pytest.approx(expected, abs=1e-6)


def test_the_gram_matrix_is_computed_once():
    background = PreparedBackground(np.random.default_rng(0).normal(size=(9, 4)).astype(np.float32))
    assert background.gram is background.gram
    assert background.gram == pytest.approx(background.rows @ background.rows.T)


@pytest.mark.parametrize("rows", [np.zeros((0, 3)), np.zeros(3), np.full((2, 2), np.nan), np.full((2, 2), np.inf)])
def test_an_empty_background_and_one_that_is_not_finite_are_errors(rows):
    with pytest.raises(ValueError, match="background"):
        PreparedBackground(float32(rows))


def test_images_of_another_width_and_images_that_are_not_finite_are_errors():
    background = PreparedBackground(float32([[0, 5], [2, 7]]))
    with pytest.raises(ValueError, match=r"\(n, 2\)"):
        background.normalized(float32([[1, 2, 3]]))
    with pytest.raises(ValueError, match="finite"):
        background.normalized(float32([[1, np.nan]]))
