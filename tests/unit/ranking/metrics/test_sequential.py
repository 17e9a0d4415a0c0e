"""Evidence that may be read after each draw: ratios by hand, and wrong answers over all courses of a draw."""

import math

import numpy as np
import pytest

from mofu.ranking.metrics import sequential_evidence


def ever_wrong(right, population, threshold, needed):
    """The chance that who looks after each draw, and stops at enough evidence, ever stops with the wrong answer."""
    reaches, undecided, wrong = right / population >= threshold, np.array([1.0]), 0.0
    for n in range(1, population + 1):
        left, seen = population - n + 1, np.arange(n)
        success = np.clip((right - seen) / left, 0, 1)
        after = np.append(undecided * (1 - success), 0.0) + np.append(0.0, undecided * success)
        evidence = sequential_evidence(n, population, threshold)
        yes, no = evidence.reached >= needed, evidence.missed >= needed
        wrong += after[no if reaches else yes].sum()
        undecided = np.where(yes | no, 0.0, after)
    return wrong


def test_evidence_by_hand():
    # one draw of four, threshold 3/4: a success has the chances 3/4 and 4/4 where it is reached, 2/4 where just missed
    evidence = sequential_evidence(1, 4, 0.75)
    assert evidence.reached == pytest.approx([(1 / 4 + 0) / 2 / (2 / 4), (3 / 4 + 1) / 2 / (2 / 4)])
    assert evidence.missed == pytest.approx([(4 / 4 + 3 / 4 + 2 / 4) / 3 / (1 / 4), (0 + 1 / 4 + 2 / 4) / 3 / (3 / 4)])


@pytest.mark.parametrize("threshold", [0.05, 0.5, 0.8, 0.95, 1.0])
def test_who_stops_whenever_it_suits_is_wrong_at_most_once_in_twenty(threshold):
    assert max(ever_wrong(right, 40, threshold, 20) for right in range(41)) <= 0.05


def test_nothing_drawn_is_no_evidence():
    evidence = sequential_evidence(0, 10, 0.9)
    assert (evidence.reached.tolist(), evidence.missed.tolist()) == ([1.0], [1.0])


def test_once_all_are_drawn_there_is_no_doubt():
    evidence = sequential_evidence(10, 10, 0.8)
    assert evidence.reached.tolist() == [0.0] * 8 + [math.inf] * 3
    assert evidence.missed.tolist() == [math.inf] * 8 + [0.0] * 3


def test_a_threshold_out_of_reach_is_known_to_be():
    evidence = sequential_evidence(5, 10, 0.8)  # of five drawn, three wrong: at most seven of ten are right
    assert evidence.missed[2] == math.inf
    assert evidence.reached[2] == 0


@pytest.mark.parametrize("threshold", [0.0, -0.1, 1.01, math.nan])
def test_a_threshold_that_is_no_share_is_an_error(threshold):
    with pytest.raises(ValueError, match="threshold"):
        sequential_evidence(1, 10, threshold)
