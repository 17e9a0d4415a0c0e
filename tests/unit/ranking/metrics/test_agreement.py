"""Cohen's and Fleiss' κ: by hand, against scikit-learn, and by counting pairs of people one by one."""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from mofu.ranking.metrics import cohens_kappa, fleiss_kappa

VERDICTS = ("reject", "unsure", "accept")
judged_by_two = st.lists(st.tuples(st.sampled_from(VERDICTS), st.sampled_from(VERDICTS)), min_size=1, max_size=30)
judged_by_four = st.lists(st.lists(st.integers(0, 2), min_size=4, max_size=4), min_size=1, max_size=12)


def test_cohen_by_hand():
    # they agree on 7 of 10; by chance 0.5·0.6 + 0.5·0.4 = 0.5
    first = ["accept"] * 5 + ["reject"] * 5
    second = ["accept"] * 4 + ["reject"] + ["accept"] * 2 + ["reject"] * 3
    assert cohens_kappa(first, second) == pytest.approx((0.7 - 0.5) / (1 - 0.5))


@pytest.mark.parametrize("weights", ["equal", "linear", "quadratic"])
@given(pairs=judged_by_two)
@settings(max_examples=40, deadline=None, derandomize=True)
def test_cohen_is_scikit_learn_s(weights, pairs):
    first, second = zip(*pairs, strict=True)
    if len({*first, *second}) > 1:
        oracle = cohen_kappa_score(first, second, labels=VERDICTS, weights=None if weights == "equal" else weights)
        assert cohens_kappa(first, second, VERDICTS, weights) == pytest.approx(oracle)


def test_weights_forgive_neighbours():
    first, second = ["reject", "unsure", "accept", "accept"], ["reject", "accept", "accept", "unsure"]
    linear, quadratic = (cohens_kappa(first, second, VERDICTS, weights) for weights in ("linear", "quadratic"))
    assert cohens_kappa(first, second, VERDICTS) < linear < quadratic


def test_independent_judges_have_none():
    assert cohens_kappa(["a", "a", "b", "b"], ["a", "b", "a", "b"]) == 0


@pytest.mark.parametrize("judgements", [[], ["accept"], ["accept"] * 9])
def test_judges_who_know_one_label_only_have_no_kappa(judgements):
    assert math.isnan(cohens_kappa(judgements, judgements))


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((["a"], ["a", "b"]), "1 true and 2"),
        ((["a"], ["b"], ("a",)), "'b' is not among a"),
        ((["a"], ["b"], None, "cubic"), "cubic"),
    ],
)
def test_what_cannot_be_compared_is_an_error(arguments, complaint):
    with pytest.raises(ValueError, match=complaint):
        cohens_kappa(*arguments)


def test_fleiss_by_hand():
    # three people, two images: all agree on the first (1), one pair of three on the second (1/3); labels 4/6 and 2/6
    observed, expected = (1 + 1 / 3) / 2, (4 / 6) ** 2 + (2 / 6) ** 2
    assert fleiss_kappa([[3, 0], [1, 2]]) == pytest.approx((observed - expected) / (1 - expected))


@given(judged_by_four)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_fleiss_is_the_agreement_of_all_pairs_of_people_beyond_chance(images):
    given_labels = [label for image in images for label in image]
    expected = sum((given_labels.count(label) / len(given_labels)) ** 2 for label in range(3))
    counts = [[image.count(label) for label in range(3)] for image in images]
    if len(set(given_labels)) > 1:
        observed = np.mean([a == b for image in images for a, b in combinations(image, 2)])
        assert fleiss_kappa(counts) == pytest.approx((observed - expected) / (1 - expected))
    else:
        assert math.isnan(fleiss_kappa(counts))


@pytest.mark.parametrize("counts", [[], np.zeros((0, 3), dtype=int), [[1, 0], [0, 1]], [[0, 0]], [[4, 0], [4, 0]]])
def test_no_image_one_person_and_one_label_have_no_kappa(counts):
    assert math.isnan(fleiss_kappa(counts))


@pytest.mark.parametrize("counts", [[[2, 0], [1, 0]], [[3, -1]], [[0.5, 1.5]], [1, 2]])
def test_counts_that_are_none_and_people_who_come_and_go_are_errors(counts):
    with pytest.raises(ValueError, match="expected"):
        fleiss_kappa(counts)
