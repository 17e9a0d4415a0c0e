"""Recognizability: cross-validated average precision, near LinearSVC's, with what it was made of."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.svm import LinearSVC

from mofu.ranking.background import PreparedBackground
from mofu.ranking.metrics import average_precision
from mofu.ranking.recognizability import Candidate, Protocol, folds_of, measure_recognizability, sensitivity

D = 32


@pytest.fixture(scope="module")
def background():
    return PreparedBackground(np.random.default_rng(9).normal(size=(400, D)).astype(np.float32))


def word(seed, strength, n=50):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, D)) + strength * rng.normal(size=D)
    return Candidate(f"word {seed}", rows.astype(np.float32), "verdicts")


def measured(candidate, background, protocol=None):
    (result,) = measure_recognizability([candidate], background, "fisher-1", protocol)
    return result


def test_each_fold_s_average_precision_is_that_of_linearsvc(background):
    candidate = word(0, 0.5)
    result = measured(candidate, background)
    rows = np.concatenate([background.normalized(candidate.activations), background.rows])
    labels, folds = np.repeat([1, -1], [50, 400]), folds_of(np.arange(50), 400, Protocol())
    for fold, found in enumerate(result.of_folds):
        train, test = folds != fold, folds == fold
        oracle = LinearSVC(class_weight="balanced", tol=1e-8, max_iter=100_000).fit(rows[train], labels[train])
        assert found == pytest.approx(
            average_precision(labels[test] > 0, oracle.decision_function(rows[test])), abs=0.01
        )
    assert result.score == pytest.approx(np.mean(result.of_folds))
    assert 0.3 < result.score < 1
    assert result.interval.low < result.score < result.interval.high
    assert abs(result.pooled - result.score) < 0.1


def test_a_result_says_what_it_was_made_of(background):
    protocol = Protocol(seed=3, c=0.5)
    result = measured(word(0, 0.5), background, protocol)
    assert (result.name, result.not_ranked, result.n, result.background) == ("word 0", None, 50, 400)
    assert (result.chosen_by, result.judged_by, result.protocol) == ("verdicts", "fisher-1", protocol)
    assert result.chance == pytest.approx(50 / 450)
    assert len(result.held_out) == 50
    assert len(set(result.confusing)) == 12


def test_a_word_that_shows_something_is_more_recognisable_than_one_that_does_not(background):
    clear, faint, nothing = measure_recognizability([word(1, 1.5), word(2, 0.4), word(3, 0.0)], background, "fisher-1")
    assert clear.score > 0.95
    assert clear.score > faint.score > nothing.score
    assert nothing.score < 0.3


def test_the_same_call_gives_the_same_and_a_word_does_not_depend_on_its_company(background):
    candidates = [word(1, 0.6), word(2, 0.6)]
    first = list(measure_recognizability(candidates, background, "fisher-1"))
    assert list(measure_recognizability(candidates, background, "fisher-1")) == first
    assert measured(candidates[1], background) == first[1]


def test_images_beyond_the_positives_are_not_used(background):
    longer = word(1, 0.6, n=70)
    shorter = replace(longer, activations=longer.activations[:50])
    assert measured(longer, background) == measured(shorter, background)


def test_too_few_images_are_not_ranked_and_the_count_is_said(background):
    result = measured(word(0, 1.0, n=37), background)
    assert (result.not_ranked, result.n, result.score, result.interval) == ("n = 37 < 50: not ranked", 37, None, None)


def test_no_image_at_all_is_not_ranked(background):
    assert measured(word(0, 1.0, n=0), background).not_ranked == "n = 0 < 50: not ranked"


def test_a_background_no_larger_than_the_word_is_not_ranked():
    small = PreparedBackground(np.random.default_rng(0).normal(size=(50, D)).astype(np.float32))
    assert "no more than the word's 50" in measured(word(0, 1.0), small).not_ranked


def test_near_duplicates_stay_in_one_fold():
    groups = np.repeat(np.arange(9), [12, 7, 6, 5, 5, 5, 4, 4, 2])
    folds = folds_of(groups, 100, Protocol())[:50]
    assert [len(set(folds[groups == group].tolist())) for group in range(9)] == [1] * 9
    assert np.ptp(np.bincount(folds)) <= 4


def test_images_that_are_all_one_picture_are_not_ranked(background):
    copies = replace(word(0, 1.0), groups=np.zeros(50, dtype=np.intp))
    assert measured(copies, background).not_ranked == "1 different images among 50, fewer than 5 folds: not ranked"


def test_copies_in_one_fold_do_not_vouch_for_each_other(background):
    copies = word(5, 0.0, n=10)
    copies = replace(copies, activations=np.repeat(copies.activations, 5, axis=0))
    grouped = replace(copies, groups=np.repeat(np.arange(10), 5))
    assert measured(copies, background).score > 2 * measured(grouped, background).score


def test_identical_vectors_everywhere_score_about_chance():
    flat = PreparedBackground(np.ones((400, D), dtype=np.float32))
    result = measured(Candidate("flat", np.ones((50, D), dtype=np.float32), "verdicts"), flat)
    assert result.score == pytest.approx(result.chance, abs=0.05)


def test_copies_of_one_vector_that_nobody_grouped_are_found_by_each_other(background):
    copies = np.repeat(np.random.default_rng(7).normal(size=(1, D)), 50, axis=0).astype(np.float32)
    result = measured(Candidate("copies", copies, "verdicts"), background)
    assert result.score == pytest.approx(1.0)
    assert result.held_out == pytest.approx([result.held_out[0]] * 50, abs=0.05)


def test_images_at_the_background_s_mean_have_rows_of_zeros_and_a_score(background):
    zeros = np.repeat(background.mean[None], 50, axis=0)
    assert not background.normalized(zeros).any()
    result = measured(Candidate("mean", zeros, "verdicts"), background)
    assert 0 <= result.interval.low <= result.score <= result.interval.high <= 1


def test_a_few_rows_of_zeros_among_a_word_s_and_the_background_s_change_no_other_rule():
    rows = np.random.default_rng(2).normal(size=(400, D)).astype(np.float32)
    rows[:20] = rows[20:].mean(axis=0)
    spoiled = word(1, 1.5)
    activations = spoiled.activations.copy()
    activations[:5] = 0
    result = measured(replace(spoiled, activations=activations), PreparedBackground(rows))
    assert result.score > 0.7
    assert np.isfinite(result.held_out).all()


def test_a_word_against_its_own_images_scores_what_chance_does(background):
    itself = PreparedBackground(word(1, 0.6, n=400).activations)
    result = measured(replace(word(1, 0.6, n=400), activations=word(1, 0.6, n=400).activations[:50]), itself)
    assert result.score < 2 * result.chance


def test_there_is_no_background_of_no_images():
    with pytest.raises(ValueError, match="m > 0"):
        PreparedBackground(np.zeros((0, D), dtype=np.float32))


@pytest.mark.parametrize("n", [1, 4, 49])
def test_any_count_under_the_minimum_is_said_and_nothing_is_computed(background, n):
    result = measured(word(0, 1.0, n=n), background)
    assert result.not_ranked == f"n = {n} < 50: not ranked"
    assert (result.score, result.pooled, result.of_folds, result.held_out) == (None, None, (), ())


def test_fewer_images_and_a_smaller_background_as_options(background):
    results = sensitivity(word(1, 0.6), background, "fisher-1", Protocol(), images=(10, 30, 80), backgrounds=(100, 400))
    assert [(each.n, each.background) for each in results] == [(10, 400), (30, 400), (50, 400), (50, 100), (50, 400)]
    assert [each.not_ranked is None for each in results] == [True, True, False, True, True]
    assert results[-1] == measured(word(1, 0.6), background, Protocol(background=400))


def test_a_background_larger_than_there_is_is_not_ranked(background):
    assert "fewer than the 500 asked for" in measured(word(0, 1.0), background, Protocol(background=500)).not_ranked


def test_left_out_background_images_confuse_nobody(background):
    protocol = Protocol(background=100)
    used = np.flatnonzero(folds_of(np.arange(50), 400, protocol)[50:] >= 0)
    assert len(used) == 100
    assert set(measured(word(0, 0.5), background, protocol).confusing) <= set(used.tolist())


def test_background_images_that_show_the_word_take_no_part(background):
    candidate = word(0, 0.5)
    worst = measured(candidate, background).confusing[:3]
    without = measured(replace(candidate, also_in_background=np.array(worst)), background)
    assert without.background == 397
    assert without.chance == pytest.approx(50 / 447)
    assert not set(worst) & set(without.confusing)


def test_the_most_confusing_have_the_highest_scores(background):
    result = measured(word(0, 0.5), background)
    assert list(result.confusing_scores) == sorted(result.confusing_scores, reverse=True)
    assert len(result.confusing_scores) == len(result.confusing)
    few = measured(word(0, 0.5, n=5), background, Protocol(positives=5, minimum=5, background=8))
    assert len(few.confusing) == 8
    assert np.isfinite(few.confusing_scores).all()


@pytest.mark.parametrize(
    "candidate",
    [
        Candidate("nan", np.full((50, D), np.nan, dtype=np.float32), "verdicts"),
        Candidate("infinite", np.full((50, D), np.inf, dtype=np.float32), "verdicts"),
        Candidate("one number", np.append(np.ones(50 * D - 1), np.nan).reshape(50, D).astype(np.float32), "verdicts"),
        Candidate("flat", np.ones(D, dtype=np.float32), "verdicts"),
        Candidate("width", np.ones((50, D + 1), dtype=np.float32), "verdicts"),
        replace(word(0, 1.0), groups=np.arange(7)),
    ],
)
def test_activations_and_groups_that_cannot_be_meant_are_errors(candidate, background):
    with pytest.raises(ValueError, match="expected"):
        measured(candidate, background)


@pytest.mark.parametrize("values", [{"folds": 1}, {"minimum": 60}, {"minimum": 4}, {"resamples": 0}])
def test_a_protocol_that_cannot_be_followed_is_an_error(values):
    with pytest.raises(ValueError, match="expected"):
        Protocol(**values)
