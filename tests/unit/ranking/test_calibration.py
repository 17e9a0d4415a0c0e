"""Platt's sigmoid: what it is worked out to by hand, and that a probability means what it says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from mofu.ranking.calibration import Sigmoid, fit_sigmoid


def normal_scores(rng, share, size):
    """Scores N(1, 1) of yes and N(-1, 1) of no, whose log-odds are 2 f + logit(share)."""
    yes = rng.random(size) < share
    return rng.normal(np.where(yes, 1.0, -1.0), 1.0), yes


def test_two_scores_worked_out_by_hand():
    # n₊ of 1 at score 1 has the target 2/3, n₋ of 1 at -1 the target 1/3: σ(a) = 2/3, so a = log 2 and b = 0
    found = fit_sigmoid([1.0, -1.0], [True, False])
    assert (found.slope, found.offset, found.log_odds) == pytest.approx((np.log(2), 0.0, 0.0), abs=1e-8)
    assert found.probabilities([1.0, 0.0], 0.5) == pytest.approx([2 / 3, 1 / 2])


def test_with_many_samples_the_line_is_that_of_logistic_regression():
    scores, yes = normal_scores(np.random.default_rng(0), 0.2, 20_000)
    oracle = LogisticRegression(C=np.inf, tol=1e-8).fit(scores[:, None], yes)
    found = fit_sigmoid(scores, yes)
    assert found.slope == pytest.approx(oracle.coef_[0, 0], rel=1e-2)
    assert found.offset == pytest.approx(oracle.intercept_[0], rel=1e-2)


@pytest.mark.parametrize("prior", [0.02, 0.1, 0.5])
def test_a_probability_is_the_share_of_yes_whatever_the_share_it_was_learned_at(prior):
    rng = np.random.default_rng(1)
    found = fit_sigmoid(*normal_scores(rng, 0.01, 200_000))
    scores, yes = normal_scores(rng, prior, 200_000)
    probabilities = found.probabilities(scores, prior)
    assert probabilities == pytest.approx(expit(2 * scores + logit(prior)), abs=0.03)
    bins = np.minimum((probabilities * 10).astype(int), 9)
    gaps = [abs(probabilities[bins == b].mean() - yes[bins == b].mean()) * np.mean(bins == b) for b in range(10)]
    assert sum(gaps) < 0.01  # the expected calibration error


def test_classes_far_apart_are_likely_and_not_certain():
    found = fit_sigmoid(np.repeat([3.0, -3.0], 50), np.repeat([True, False], 50))
    assert found.probabilities([3.0], 0.5) == pytest.approx([51 / 52], abs=1e-6)


def test_scores_that_tell_nothing_or_the_contrary_leave_the_prior():
    for scores in ([0.0, 0.0, 0.0, 0.0], [-1.0, 2.0, -1.0, 2.0]):
        found = fit_sigmoid(scores, [True, False, True, False])
        assert found.slope == pytest.approx(0.0, abs=1e-9)
        assert found.probabilities([-5.0, 5.0], 0.1) == pytest.approx([0.1, 0.1])


@given(st.lists(st.tuples(st.floats(-1e3, 1e3), st.booleans()), min_size=2, max_size=60), st.floats(0.001, 0.999))
def test_higher_scores_are_never_less_likely(samples, prior):
    scores, yes = map(list, zip(*samples, strict=True))
    if all(yes) or not any(yes):
        return
    found = fit_sigmoid(scores, yes)
    probabilities = found.probabilities(sorted(scores), prior)
    assert ((probabilities >= 0) & (probabilities <= 1)).all()
    assert (np.diff(probabilities) >= 0).all()


@pytest.mark.parametrize(
    ("scores", "labels", "told"),
    [([1.0, 2.0], [True, True], "one class only"), ([1.0], [True, False], "expected"), ([np.nan, 1], [0, 1], "finite")],
)
def test_samples_that_teach_nothing_are_told(scores, labels, told):
    with pytest.raises(ValueError, match=told):
        fit_sigmoid(scores, labels)


@pytest.mark.parametrize("prior", [0.0, 1.0, np.nan])
def test_a_prior_is_a_share(prior):
    with pytest.raises(ValueError, match="between 0 and 1"):
        Sigmoid(1.0, 0.0, 0.0).probabilities([0.0], prior)
