"""Maps → means, moments and descriptors: by hand, and against oracles that go position by position."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mofu.errors import InvalidInputError
from mofu.style.statistics import LayerStatistics, descriptor, gram, half_vector, measured, nearest_psd

MAPS = np.array([[[1, 2], [3, 4]], [[0, 1], [0, -1]]], np.float32)
"""Two channels of 2 × 2; Σ a² = 30, Σ ab = 2 - 4 = -2, Σ b² = 2."""

SYMMETRIC = arrays.arrays(np.float32, (4, 4), elements=st.floats(-8, 8, width=32)).map(lambda a: (a + a.T) / 2)
POSITIVE = arrays.arrays(np.float32, (3, 4, 3), elements=st.floats(0, 8, width=32))


def test_gram_is_the_mean_over_positions_of_products_of_channels() -> None:
    assert gram(MAPS).tolist() == [[7.5, -0.5], [-0.5, 0.5]]


def test_statistics_of_a_picture_are_its_mean_and_its_gram() -> None:
    found = measured(np.tile(MAPS, (1, 2, 1)))

    assert found.mean.tolist() == [2.5, 0.0]
    assert found.moment.tolist() == [[7.5, -0.5], [-0.5, 0.5]]
    assert found.energy == 8.0
    assert found.covariance.tolist() == [[1.25, -0.5], [-0.5, 0.5]]
    assert found.deviation == pytest.approx([1.25**0.5, 0.5**0.5])


def test_a_mask_of_ones_and_zeros_is_as_if_the_rest_were_not_there() -> None:
    whole = np.concatenate([np.tile(MAPS, (1, 2, 1)), np.full((2, 4, 3), 99, np.float32)], axis=2)
    mask = np.concatenate([np.ones((4, 2)), np.zeros((4, 3))], axis=1).astype(np.float32)

    found = measured(whole, mask)

    assert found.mean == pytest.approx([2.5, 0.0])
    assert found.moment == pytest.approx(np.array([[7.5, -0.5], [-0.5, 0.5]]))


@given(POSITIVE, arrays.arrays(np.float32, (4, 3), elements=st.floats(0.5, 1, width=32)))
def test_masked_moments_weigh_each_position(maps: np.ndarray, mask: np.ndarray) -> None:
    moment, mean = np.zeros((3, 3)), np.zeros(3)
    for row in range(4):
        for column in range(3):
            moment += mask[row, column] * np.outer(maps[:, row, column], maps[:, row, column]) / mask.sum()
            mean += mask[row, column] * maps[:, row, column] / mask.sum()

    found = measured(maps, mask)

    assert found.moment == pytest.approx(moment, abs=1e-3)
    assert found.mean == pytest.approx(mean, abs=1e-3)


def test_a_mask_that_leaves_less_than_five_positions_is_refused() -> None:
    mask = np.zeros((8, 8), np.float32)
    mask[0, :4] = 1

    with pytest.raises(InvalidInputError, match=r"leaves 4\.0 of 64 positions: expected at least 5: use the whole"):
        measured(np.ones((2, 8, 8), np.float32), mask)


def test_maps_of_less_than_five_positions_are_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"a map that leaves 4\.0 of 4 positions"):
        measured(MAPS)


@pytest.mark.parametrize("spoiled", [np.nan, np.inf])
def test_maps_that_are_not_finite_are_refused(spoiled: float) -> None:
    with pytest.raises(InvalidInputError, match="not finite"):
        measured(np.full((2, 3, 3), spoiled, np.float32))


def test_half_vector_goes_by_rows_with_root_two_off_the_diagonal() -> None:
    matrix = np.array([[1, 2, 3], [2, 4, 5], [3, 5, 6]], np.float32)

    assert half_vector(matrix) == pytest.approx(np.array([1, 2 * 2**0.5, 3 * 2**0.5, 4, 5 * 2**0.5, 6]))


@given(SYMMETRIC, SYMMETRIC)
def test_half_vectors_have_the_inner_product_of_their_matrices(first: np.ndarray, second: np.ndarray) -> None:
    assert half_vector(first) @ half_vector(second) == pytest.approx(float((first * second).sum()), abs=0.02)


def test_the_nearest_psd_of_a_swap_is_half_of_ones() -> None:
    # eigenvalues 1 and -1, along (1, 1) and (1, -1): what is left is (1, 1)(1, 1)ᵀ / 2
    assert nearest_psd(np.array([[0, 1], [1, 0]], np.float32)) == pytest.approx(np.full((2, 2), 0.5))


@given(SYMMETRIC)
def test_what_is_clipped_off_is_psd_itself_and_orthogonal_to_the_rest(matrix: np.ndarray) -> None:
    """What characterises the projection onto a convex cone (Moreau 1962)."""
    found = nearest_psd(matrix).astype(np.float64)
    rest = found - matrix

    assert np.linalg.eigvalsh(found)[0] >= -1e-4
    assert np.linalg.eigvalsh(rest)[0] >= -1e-4
    assert (found * rest).sum() == pytest.approx(0, abs=1e-2)


def test_a_psd_matrix_is_its_own_nearest() -> None:
    matrix = np.array([[2, 1], [1, 2]], np.float32)

    assert nearest_psd(matrix).tolist() == matrix.tolist()


def test_the_deviation_of_a_constant_channel_is_zero_however_it_was_rounded() -> None:
    third = np.float32(1 / 3)
    found = LayerStatistics(np.array([third]), np.array([[np.nextafter(third * third, np.float32(0))]], np.float32))

    assert found.deviation.tolist() == [0.0]


def test_a_descriptor_is_of_each_layer_the_signed_root_at_length_one() -> None:
    first = LayerStatistics(np.zeros(2, np.float32), np.array([[9, -8 / 2**0.5], [-8 / 2**0.5, 8]], np.float32))
    second = LayerStatistics(np.zeros(1, np.float32), np.array([[7]], np.float32))

    # half vector (9, -8, 8), roots (3, -√8, √8), of length 5
    assert descriptor({"a": first, "b": second}) == pytest.approx([3 / 5, -(8**0.5) / 5, 8**0.5 / 5, 1])


@given(POSITIVE, st.floats(0.1, 50))
def test_a_descriptor_knows_nothing_of_the_energy(maps: np.ndarray, factor: float) -> None:
    pale = descriptor({"a": measured(maps + 0.1)})

    assert descriptor({"a": measured((maps + 0.1) * np.float32(factor))}) == pytest.approx(pale, abs=1e-4)


def test_a_layer_without_energy_has_a_descriptor_of_zeros() -> None:
    assert descriptor({"a": measured(np.zeros((2, 3, 3), np.float32))}).tolist() == [0, 0, 0]
