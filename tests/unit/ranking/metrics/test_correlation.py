"""Spearman's and Kendall's coefficients: scipy's values, ties included, and NaN where there is no order."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kendalltau, spearmanr

from mofu.ranking.metrics import average_ranks, kendall_tau, spearman

pairs = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=30)
numbers = st.floats(-1e6, 1e6)


def test_equal_values_share_the_mean_of_their_ranks():
    assert average_ranks([30, 10, 20, 20]).tolist() == [4, 1, 2.5, 2.5]


def test_spearman_by_hand():
    # ranks 1 2 3 4 against 1 3 2 4: 1 - 6·2/(4·15)
    assert spearman([1, 2, 3, 4], [10, 30, 20, 40]) == pytest.approx(0.8)


def test_kendall_by_hand():
    # six pairs: one tied in the first (leaving 5), one disagreeing, four agreeing
    assert kendall_tau([1, 1, 2, 3], [1, 2, 4, 3]) == pytest.approx((4 - 1) / math.sqrt(5 * 6))


@given(pairs)
@settings(max_examples=80, deadline=None, derandomize=True)
def test_they_are_scipy_s_ties_included(values):
    first, second = zip(*values, strict=True)
    if len(set(first)) > 1 and len(set(second)) > 1:
        assert spearman(first, second) == pytest.approx(spearmanr(first, second).statistic)
        assert kendall_tau(first, second) == pytest.approx(kendalltau(first, second).statistic)


@given(st.lists(numbers, min_size=2, max_size=20, unique=True))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_a_sequence_agrees_wholly_with_itself_and_not_at_all_with_its_negative(values):
    negative = [-value for value in values]
    for coefficient in (spearman, kendall_tau):
        assert coefficient(values, values) == pytest.approx(1)
        assert coefficient(values, negative) == pytest.approx(-1)
        assert -1 <= coefficient(values, negative) <= coefficient(values, values) <= 1


@pytest.mark.parametrize("coefficient", [spearman, kendall_tau])
@pytest.mark.parametrize(("first", "second"), [([], []), ([1], [2]), ([1, 1, 1], [1, 2, 3]), ([1, 2], [7, 7])])
def test_nothing_one_thing_and_constants_have_no_correlation(coefficient, first, second):
    assert math.isnan(coefficient(first, second))


@pytest.mark.parametrize("coefficient", [spearman, kendall_tau])
def test_nan_and_lengths_that_differ_are_errors(coefficient):
    with pytest.raises(ValueError, match="NaN"):
        coefficient([1, math.nan], [1, 2])
    with pytest.raises(ValueError, match="same length"):
        coefficient([1, 2], [1, 2, 3])
