"""Live correction: verdicts in, a new order and what moved out, and what to judge next."""

import numpy as np
import pytest

from mofu.ranking.background import PreparedBackground
from mofu.ranking.correction import Correction, spread_out
from mofu.ranking.strategies.candidates import Candidates
from mofu.ranking.strategies.registry import rank
from mofu.settings import RankingSettings

SETTINGS = RankingSettings(pool=20, next_seeds=10)


@pytest.fixture
def candidates():
    rng = np.random.default_rng(2)
    true = rng.random(50) < np.linspace(1.0, 0.3, 50)
    rows = rng.normal(size=(50, 40)) + np.outer(true, rng.normal(size=40))
    return Candidates(rows.astype(np.float32), PreparedBackground(rng.normal(size=(90, 40)).astype(np.float32)))


def labels(**verdicts):
    given = np.zeros(50, dtype=np.int8)
    given[verdicts.get("accepted", [])], given[verdicts.get("rejected", [])] = 1, -1
    return given


def test_an_image_that_is_accepted_rises_and_one_that_is_rejected_falls(candidates):
    correction = Correction(candidates, "held-out", SETTINGS)
    best, worst = int(correction.result.order[0]), int(correction.result.order[-1])
    corrected = correction.judge(labels(accepted=[worst], rejected=[best]))
    assert corrected.moved[worst] == 49
    assert corrected.moved[best] == -49
    assert corrected.moved.sum() == 0


def test_the_order_is_that_of_a_ranking_with_the_same_verdicts(candidates):
    correction, given = Correction(candidates, "held-out", SETTINGS), labels(accepted=[4], rejected=[1, 2])
    for verdicts in (labels(accepted=[9]), labels(rejected=[3, 7]), given):
        correction.judge(verdicts)
    fresh = Candidates(candidates.activations, candidates.background, given)
    assert correction.result.order.tolist() == rank(fresh, "held-out", SETTINGS).order.tolist()


def test_a_verdict_taken_back_restores_the_order(candidates):
    correction = Correction(candidates, "classic", SETTINGS)
    before = correction.result.order.tolist()
    correction.judge(labels(rejected=[0]))
    assert correction.judge(labels()).result.order.tolist() == before


def test_what_is_judged_or_was_unsure_is_not_proposed_again(candidates):
    correction = Correction(candidates, "held-out", SETTINGS)
    first = correction.proposals(5, at=20)
    correction.judge(labels(accepted=first[:2], rejected=first[2:3]))
    assert not set(correction.proposals(40, first[3:], at=20).tolist()) & set(first.tolist())


def test_proposals_lie_about_the_place_asked_for(candidates):
    correction = Correction(candidates, "held-out", SETTINGS)
    assert correction.proposals(1, at=20).tolist() == [correction.result.order[19]]
    assert set(correction.proposals(2, at=20).tolist()) <= set(correction.result.order[15:24].tolist())


def test_of_few_images_those_in_the_middle_are_proposed(candidates):
    correction = Correction(candidates, "held-out", SETTINGS)
    assert correction.proposals(1).tolist() == [correction.result.order[24]]


def test_no_more_is_proposed_than_there_is(candidates):
    assert len(set(Correction(candidates, "held-out", SETTINGS).proposals(500).tolist())) == 50


def test_chosen_rows_are_unlike_each_other():
    rows = np.array([[1, 0], [1, 0], [0, 1], [0.6, 0.8]], dtype=np.float32)
    assert spread_out(rows, 2).tolist() == [0, 2]
