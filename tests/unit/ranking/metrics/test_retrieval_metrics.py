"""Average precision, precision, recall and NDCG: by hand, and by going through every order of the ties."""

import math
from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, ndcg_score

from mofu.ranking.metrics import average_precision, ndcg, precision_at_k, recall_at_k

ranked = st.lists(st.tuples(st.booleans(), st.integers(0, 2)), max_size=6)
any_gain = st.floats(0, allow_infinity=False, allow_nan=False)
any_score = st.floats(allow_nan=False)
anything = st.lists(st.tuples(st.booleans(), any_gain, any_score), max_size=12)
distinct = st.lists(
    st.tuples(st.booleans(), st.integers(-1000, 1000)), min_size=1, max_size=40, unique_by=lambda i: i[1]
)


def orders(images):
    """All orders of the images in which no better score stands behind a worse one."""
    return [order for order in permutations(images) if all(a[1] >= b[1] for a, b in pairwise(order))]


def mean_over_orders(images, value):
    return np.mean([value([relevant for relevant, _ in order]) for order in orders(images)])


def slow_precision(relevant, k):
    return sum(relevant[:k]) / k


def slow_average_precision(relevant):
    return sum(slow_precision(relevant, k) for k in range(1, len(relevant) + 1) if relevant[k - 1]) / sum(relevant)


def slow_dcg(gains, k):
    return sum(gain / math.log2(place + 1) for place, gain in enumerate(gains[:k], 1))


def columns(images):
    return [relevant for relevant, _ in images], [score for _, score in images]


def test_average_precision_by_hand():
    assert average_precision([1, 0, 1, 0]) == pytest.approx((1 / 1 + 2 / 3) / 2)
    assert average_precision([0, 1, 0, 1], scores=[1, 4, 2, 3]) == 1.0


def test_a_tie_of_one_right_and_one_wrong_is_right_first_half_of_the_time():
    assert average_precision([0, 1], scores=[5, 5]) == pytest.approx((1 + 1 / 2) / 2)
    assert precision_at_k([0, 1], 1, scores=[5, 5]) == 0.5
    assert recall_at_k([0, 1], 1, scores=[5, 5]) == 0.5
    assert ndcg([0, 1], scores=[5, 5]) == pytest.approx((1 + 1 / math.log2(3)) / 2)


@given(ranked.filter(lambda images: any(relevant for relevant, _ in images)))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_average_precision_is_its_mean_over_all_orders_of_ties(images):
    relevant, scores = columns(images)
    assert average_precision(relevant, scores) == pytest.approx(mean_over_orders(images, slow_average_precision))


@given(ranked.filter(lambda images: any(relevant for relevant, _ in images)), st.integers(1, 6))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_precision_recall_and_ndcg_are_their_means_over_all_orders_of_ties(images, k):
    relevant, scores = columns(images)
    ideal = slow_dcg(sorted(relevant, reverse=True), k)
    assert recall_at_k(relevant, k, scores) == pytest.approx(mean_over_orders(images, lambda r: sum(r[:k]) / sum(r)))
    assert ndcg(relevant, k, scores) == pytest.approx(mean_over_orders(images, lambda r: slow_dcg(r, k) / ideal))
    if k <= len(images):
        expected = mean_over_orders(images, lambda r: slow_precision(r, k))
        assert precision_at_k(relevant, k, scores) == pytest.approx(expected)


@given(distinct.filter(lambda images: any(relevant for relevant, _ in images)))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_without_ties_average_precision_is_scikit_learn_s(images):
    relevant, scores = columns(images)
    assert average_precision(relevant, scores) == pytest.approx(average_precision_score(relevant, scores))


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), min_size=2, max_size=20), st.integers(1, 25))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_ndcg_of_grades_is_scikit_learn_s_ties_included(images, k):
    gains, scores = columns(images)
    if any(gains):
        assert ndcg(gains, k, scores) == pytest.approx(ndcg_score([gains], [scores], k=k))


@given(ranked, st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_values_do_not_depend_on_the_order_in_which_images_are_listed(images, random):
    shuffled = random.sample(images, len(images))
    for metric in (average_precision, ndcg):
        (a, s), (b, t) = columns(images), columns(shuffled)
        assert metric(a, scores=s) == pytest.approx(metric(b, scores=t), nan_ok=True)


def test_a_constant_ranking_has_a_little_more_than_the_share_of_positives():
    value = average_precision([1] * 50 + [0] * 950, scores=np.zeros(1000))
    assert 0.05 < value < 0.06


@pytest.mark.parametrize("relevant", [[], [0], [0, 0, 0]])
def test_nothing_relevant_has_no_average_precision_recall_or_ndcg(relevant):
    assert math.isnan(average_precision(relevant))
    assert math.isnan(recall_at_k(relevant, 1))
    assert math.isnan(ndcg(relevant))


def test_everything_relevant_is_perfect():
    assert average_precision([1, 1, 1], scores=[1, 1, 2]) == pytest.approx(1.0)
    assert ndcg([1, 1, 1]) == pytest.approx(1.0)


def test_there_is_no_precision_of_more_images_than_there_are():
    assert math.isnan(precision_at_k([1, 1], 3))
    assert precision_at_k([1, 1], 2) == 1.0
    assert recall_at_k([1, 0], 3) == 1.0
    assert ndcg([1, 0], 3) == 1.0


@given(anything, st.integers(1, 14))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_whatever_the_numbers_a_value_is_a_share_or_there_is_none(images, k):
    relevant, gains, scores = ([image[column] for image in images] for column in range(3))
    values = [measure(relevant, k, scores) for measure in (precision_at_k, recall_at_k)]
    values += [average_precision(relevant, scores), ndcg(gains, k, scores)]
    assert all(math.isnan(value) or 0 <= value <= 1 for value in values)


def test_gains_near_the_largest_number_there_is_do_not_overflow():
    assert ndcg([1e308, 1e308, 1.7e308], scores=[3, 2, 1]) == pytest.approx(ndcg([1, 1, 1.7], scores=[3, 2, 1]))


def test_infinite_scores_are_first_and_last():
    assert average_precision([1, 0, 0], scores=[math.inf, 3, -math.inf]) == 1.0


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda: average_precision([1, 0], scores=[math.nan, 1]), "NaN"),
        (lambda: average_precision([1, 0], scores=[1]), "1 scores for 2 images"),
        (lambda: average_precision([2, 0]), "other than 0 and 1"),
        (lambda: average_precision([math.nan, 0]), "other than 0 and 1"),
        (lambda: average_precision([[1, 0]]), "one dimension"),
        (lambda: precision_at_k([1], 0), "k = 0"),
        (lambda: recall_at_k([1], -1), "k = -1"),
        (lambda: ndcg([1], 0), "k = 0"),
        (lambda: ndcg([-1.0]), "below 0"),
        (lambda: ndcg([math.inf]), "not finite"),
    ],
)
def test_what_cannot_be_meant_is_an_error(call, complaint):
    with pytest.raises(ValueError, match=complaint):
        call()
