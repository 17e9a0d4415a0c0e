"""Intervals of a proportion: textbook values, exact fractions as the oracle, and coverage summed over every outcome."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from mofu.ranking.metrics import (
    Interval,
    blaker_bounds,
    clopper_pearson_interval,
    hypergeometric_bounds,
    hypergeometric_probabilities,
    wilson_interval,
)

ALPHA = Fraction(1, 20)
SMALL = [(n, population) for population in range(1, 12) for n in range(population + 1)]
SAMPLES = [(n, population) for population in (1, 2, 5, 10, 20, 33) for n in range(population + 1)]
SAMPLES += [(n, population) for population in (50, 100, 200, 500) for n in (1, 5, 10, 30, 45)]


def chance(x, n, right, population):
    return Fraction(math.comb(right, x) * math.comb(population - right, n - x), math.comb(population, n))


def slow_tail(x, n, right, population):
    chances = [chance(y, n, right, population) for y in range(n + 1)]
    return min(sum(chances[: x + 1]), sum(chances[x:]))


def slow_equal_tails(x, n, right, population):
    return slow_tail(x, n, right, population) >= ALPHA / 2


def slow_blaker(x, n, right, population):
    tail = slow_tail(x, n, right, population)
    odd = [y for y in range(n + 1) if slow_tail(y, n, right, population) <= tail]
    return chance(x, n, right, population) > 0 and sum(chance(y, n, right, population) for y in odd) >= ALPHA


def coverage(bounds, n, population):
    """(population + 1,) how often the interval covers each truth, over all outcomes of a sample."""
    truths = (np.arange(population + 1) / population)[:, None]
    covered = (bounds.low <= truths) & (truths <= bounds.high)
    return (hypergeometric_probabilities(n, population) * covered).sum(axis=1)


def test_wilson_by_hand():
    # z² = 3.8415: (8 + z²/2) / (10 + z²) ± z / (10 + z²) · √(8·2/10 + z²/4)
    interval = wilson_interval(8, 10)
    assert interval.low == pytest.approx(0.49016, abs=1e-5)
    assert interval.high == pytest.approx(0.94332, abs=1e-5)


def test_clopper_and_pearson_s_rule_for_none_and_for_all():
    # after no success the upper end p solves (1 − p)ⁿ = 0.025
    assert clopper_pearson_interval(0, 10).high == pytest.approx(1 - 0.025**0.1)
    assert clopper_pearson_interval(10, 10).low == pytest.approx(0.025**0.1)


@given(st.integers(1, 60), st.data())
@settings(max_examples=40, deadline=None, derandomize=True)
def test_at_the_ends_of_clopper_and_pearson_s_interval_a_tail_has_half_of_alpha(n, data):
    x = data.draw(st.integers(0, n))
    interval = clopper_pearson_interval(x, n)
    if x > 0:
        assert binom.sf(x - 1, n, interval.low) == pytest.approx(0.025)
    if x < n:
        assert binom.cdf(x, n, interval.high) == pytest.approx(0.025)


@given(st.integers(1, 200), st.data())
@settings(max_examples=40, deadline=None, derandomize=True)
def test_wilson_holds_the_share_and_mirrors_with_it(n, data):
    x = data.draw(st.integers(0, n))
    interval, mirrored = wilson_interval(x, n), wilson_interval(n - x, n)
    assert x / n in interval
    assert 0 <= interval.low < interval.high <= 1
    assert (mirrored.low, mirrored.high) == pytest.approx((1 - interval.high, 1 - interval.low))


@pytest.mark.parametrize(("bounds", "stays"), [(hypergeometric_bounds, slow_equal_tails), (blaker_bounds, slow_blaker)])
def test_bounds_of_a_finite_population_are_the_least_and_greatest_values_that_no_test_rejects(bounds, stays):
    for n, population in SMALL:
        for x in range(n + 1):
            kept = [right for right in range(population + 1) if stays(x, n, right, population)]
            interval = bounds(n, population).after(x)
            assert interval == Interval(kept[0] / population, kept[-1] / population), (x, n, population)


def test_probabilities_are_those_of_drawing_without_replacement():
    expected = [[float(chance(x, 4, right, 9)) for x in range(5)] for right in range(10)]
    assert hypergeometric_probabilities(4, 9) == pytest.approx(np.array(expected))


@pytest.mark.parametrize("bounds", [hypergeometric_bounds, blaker_bounds])
def test_exact_bounds_cover_every_truth_at_least_so_often(bounds):
    worst = min(coverage(bounds(n, population), n, population).min() for n, population in SAMPLES)
    assert worst >= 0.95 - 1e-6


def test_blaker_s_interval_lies_within_the_exact_one_and_that_is_no_wider_than_clopper_and_pearson_s():
    for n, population in SAMPLES:
        blaker, exact = blaker_bounds(n, population), hypergeometric_bounds(n, population)
        assert (blaker.low >= exact.low).all()
        assert (blaker.high <= exact.high).all()
        for x in range(n + 1):
            assert exact.after(x).width <= clopper_pearson_interval(x, n).width + 1e-12


@pytest.mark.parametrize("bounds", [hypergeometric_bounds, blaker_bounds])
def test_nothing_drawn_says_nothing_and_all_drawn_says_all(bounds):
    assert bounds(0, 30).after(0) == Interval(0, 1)
    assert [bounds(30, 30).after(x) for x in range(31)] == [Interval(x / 30, x / 30) for x in range(31)]


@pytest.mark.parametrize("bounds", [hypergeometric_bounds, blaker_bounds])
def test_more_confidence_is_never_narrower(bounds):
    looser, stricter = bounds(20, 100, 0.8), bounds(20, 100, 0.99)
    assert (stricter.low <= looser.low).all()
    assert (stricter.high >= looser.high).all()


def test_what_was_seen_bounds_a_finite_population():
    interval = blaker_bounds(90, 100).after(88)  # two wrong ones are known, ten are not seen
    assert interval.low >= 0.88
    assert interval.high <= 0.98


@pytest.mark.parametrize("interval", [wilson_interval, clopper_pearson_interval])
def test_no_trial_says_nothing(interval):
    assert interval(0, 0) == Interval(0, 1)


@pytest.mark.parametrize(
    "call",
    [
        lambda: wilson_interval(3, 2),
        lambda: wilson_interval(-1, 2),
        lambda: wilson_interval(1, 2, 1.0),
        lambda: clopper_pearson_interval(3, 2),
        lambda: clopper_pearson_interval(1, 2, 0.0),
        lambda: hypergeometric_bounds(3, 2),
        lambda: blaker_bounds(0, 0),
        lambda: blaker_bounds(1, 2, math.nan),
        lambda: blaker_bounds(2, 3).after(3),
        lambda: blaker_bounds(2, 3).after(-1),
    ],
)
def test_impossible_counts_and_confidences_are_errors(call):
    with pytest.raises(ValueError, match="expected"):
        call()
