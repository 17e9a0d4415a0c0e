"""Statistics of several pictures → those of one style."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mofu.errors import InvalidInputError, UnknownNameError
from mofu.style.merging import MERGES, merge
from mofu.style.statistics import LayerStatistics, Statistics, measured

MAPS = arrays.arrays(np.float32, (3, 2, 3), elements=st.floats(0, 4, width=32))


def layer(mean: list[float], moment: list[list[float]]) -> Statistics:
    return {"a": LayerStatistics(np.array(mean, np.float32), np.array(moment, np.float32))}


STILL = [0.0, 0.0]


def test_moments_are_averaged_at_energy_one_and_get_the_mean_energy() -> None:
    pale, strong = layer(STILL, [[1, 0], [0, 1]]), layer(STILL, [[6, 0], [0, 2]])

    # (½ ½) and (¾ ¼) → (⅝ ⅜), of energy (2 + 8) / 2
    assert merge([pale, strong], "mean")["a"].moment == pytest.approx(np.diag([3.125, 1.875]))


def test_means_are_averaged_at_energy_one_too() -> None:
    pale, strong = layer([1, 0], [[1, 0], [0, 0]]), layer([0, 2], [[0, 0], [0, 4]])

    assert merge([pale, strong], "mean")["a"].mean == pytest.approx(np.full(2, 2.5**0.5 / 2))


def test_weights_count_a_style_as_often_as_it_has_pictures() -> None:
    one, three = layer(STILL, [[4, 0], [0, 0]]), layer(STILL, [[0, 0], [0, 4]])

    weighted = merge([one, three], "mean", [1, 3])["a"].moment

    assert weighted == pytest.approx(merge([one, three, three, three], "mean")["a"].moment)
    assert weighted == pytest.approx(np.diag([1, 3]))


def test_a_maximum_that_is_no_moment_is_replaced_by_the_nearest_that_is() -> None:
    along, against = layer(STILL, [[3, 2], [2, 1]]), layer(STILL, [[1, 2], [2, 3]])

    # element-wise, at energy 1: (¾ ½; ½ ¾), which is one; of the next two: (¼ ½; ½ ¼), with eigenvalues ¾ and -¼
    assert merge([along, against], "max")["a"].moment == pytest.approx(np.array([[2, 4 / 3], [4 / 3, 2]]))
    thin = layer(STILL, [[1, 2], [2, 1]])
    assert merge([thin], "max")["a"].moment == pytest.approx(np.ones((2, 2)))


def test_a_maximum_keeps_the_mean_energy() -> None:
    first, second = layer(STILL, [[4, 0], [0, 0]]), layer(STILL, [[0, 0], [0, 2]])

    assert merge([first, second], "max")["a"].moment == pytest.approx(np.diag([1.5, 1.5]))


@given(st.lists(MAPS, min_size=1, max_size=4), st.sampled_from(MERGES))
def test_whatever_is_merged_has_a_psd_covariance_and_the_mean_energy(maps: list[np.ndarray], how: str) -> None:
    each = [{"a": measured(one)} for one in maps]

    found = merge(each, how)["a"]  # type: ignore[arg-type]

    energy = np.mean([one["a"].energy for one in each])
    assert found.energy == pytest.approx(energy, abs=1e-3)
    assert np.linalg.eigvalsh(found.covariance.astype(np.float64))[0] >= -1e-4 * max(energy, 1)


@pytest.mark.parametrize("how", MERGES)
def test_one_picture_merged_is_itself(how: str) -> None:
    picture = {"a": measured(np.arange(12, dtype=np.float32).reshape(2, 2, 3))}

    found = merge([picture], how)["a"]  # type: ignore[arg-type]

    assert found.moment == pytest.approx(picture["a"].moment, rel=1e-5)
    assert found.mean == pytest.approx(picture["a"].mean, rel=1e-5)


def test_a_picture_without_energy_lowers_the_energy_and_nothing_else() -> None:
    found = merge([layer(STILL, [[0, 0], [0, 0]]), layer(STILL, [[3, 0], [0, 1]])], "mean")["a"]

    assert found.moment == pytest.approx(np.diag([1.5, 0.5]))


def test_an_unknown_way_of_merging_lists_those_there_are() -> None:
    with pytest.raises(UnknownNameError, match="known: max, mean"):
        merge([layer(STILL, [[1, 0], [0, 1]])], "median")  # type: ignore[arg-type]


def test_nothing_cannot_be_merged() -> None:
    with pytest.raises(InvalidInputError, match="0 statistics"):
        merge([], "mean")


@pytest.mark.parametrize("weights", [[1.0], [1.0, 0.0], [1.0, float("nan")]])
def test_weights_are_one_above_zero_for_each(weights: list[float]) -> None:
    each = layer(STILL, [[1, 0], [0, 1]])

    with pytest.raises(InvalidInputError, match="each above 0"):
        merge([each, each], "mean", weights)


def test_layers_that_differ_cannot_be_merged() -> None:
    with pytest.raises(InvalidInputError, match="expected the same: measure both by one backbone"):
        merge([layer(STILL, [[1, 0], [0, 1]]), layer([0], [[1]])], "mean")
