"""Audits: blind and repeatable, an interval that holds for every truth, unsure ones as bounds, and when to stop."""

import hashlib
import math
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest

from mofu.ranking.audit import AuditResult, draw_audit
from mofu.ranking.metrics import Interval, clopper_pearson_interval, hypergeometric_bounds

AUDITS = 2000


def names(n):
    return [hashlib.sha256(str(number).encode()).hexdigest() for number in range(n)]


def judged(images, right, unsure=()):
    return {image: "unsure" if image in unsure else "accept" if image in right else "reject" for image in images}


@pytest.fixture(scope="module", params=[20, 50, 100])
def drawn(request):
    """k, and the ranks of 2,000 audits of it in the order of showing."""
    ranking = names(request.param)
    return request.param, np.array([draw_audit(ranking, request.param, seed).ranks for seed in range(AUDITS)])


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6])
def test_of_2000_audits_the_interval_covers_the_truth_in_93_of_100_and_is_no_wider_than_the_exact_one(drawn, share):
    k, ranks = drawn
    size = round(share * k)
    exact = hypergeometric_bounds(size, k)
    intervals = [AuditResult(k, accepted, size - accepted, 0).interval for accepted in range(size + 1)]
    for accepted, interval in enumerate(intervals):
        assert interval.width <= min(exact.after(accepted).width, clopper_pearson_interval(accepted, size).width)
    low, high = np.array([[each.low, each.high] for each in intervals]).T
    for right in {0, 1, 2, k // 2, round(0.8 * k), round(0.9 * k), round(0.95 * k), k - 1, k}:
        accepted = (ranks[:, :size] <= right).sum(axis=1)  # the worst truth for a sample that is not blind to ranks
        covered = (low[accepted] <= right / k) & (right / k <= high[accepted])
        assert covered.mean() >= 0.93, (k, size, right)


def test_each_image_comes_at_each_turn_equally_often(drawn):
    k, ranks = drawn
    counts = np.array([np.bincount(turn, minlength=k + 1)[1:] for turn in ranks.T])
    statistic = ((counts - AUDITS / k) ** 2 / (AUDITS / k)).sum()
    expected, deviation = (k - 1) ** 2, math.sqrt(2 * (k - 1) ** 2)  # χ² of a table whose margins are fixed
    assert abs(statistic - expected) < 4 * deviation


def test_an_audit_is_the_first_k_in_another_order():
    ranking = names(80)
    audit = draw_audit(ranking, 50, seed=1)
    assert sorted(audit.images) == sorted(ranking[:50])
    assert [ranking[rank - 1] for rank in audit.ranks] == list(audit.images)
    assert list(audit.images) != ranking[:50]


def test_the_same_seed_repeats_it_and_another_seed_or_ranking_does_not():
    ranking = names(30)
    audit = draw_audit(ranking, 20, seed=1)
    assert draw_audit(ranking, 20, seed=1) == audit
    assert draw_audit(ranking, 20, seed=2).images != audit.images
    swapped = draw_audit([ranking[1], ranking[0], *ranking[2:]], 20, seed=1)
    assert sorted(swapped.images) == sorted(audit.images)
    assert swapped.images != audit.images


def test_the_order_is_the_same_on_every_machine():
    assert draw_audit(["a", "b", "c", "d", "e"], 5, seed=0).images == ("a", "d", "b", "c", "e")


def test_the_printed_audit_does_not_tell_the_ranks():
    assert "ranks" not in repr(draw_audit(names(5), 5, seed=0))


def test_judgements_become_counts_and_precision():
    audit = draw_audit(names(50), 50, seed=3)
    shown = audit.images[:10]
    result = audit.result(judged(shown, right=shown[:7], unsure=shown[9:]))
    assert (result.accepted, result.rejected, result.unsure, result.judged) == (7, 2, 1, 10)
    assert result.precision == pytest.approx(7 / 9)


def test_one_audit_serves_every_smaller_k():
    audit = draw_audit(names(100), 100, seed=5)
    shown = audit.images[:60]
    among_first = [image for image, rank in zip(shown, audit.ranks, strict=False) if rank <= 50]
    result = audit.result(judged(shown, right=among_first), k=50)
    assert (result.k, result.accepted, result.judged) == (50, len(among_first), len(among_first))
    assert 20 < result.judged < 40


def test_an_image_passed_over_is_unsure_and_one_not_reached_is_nothing():
    audit = draw_audit(names(20), 20, seed=0)
    judgements = judged(audit.images[:6], right=audit.images[:6])
    del judgements[audit.images[2]]
    result = audit.result(judgements)
    assert (result.accepted, result.unsure, result.judged) == (5, 1, 6)


def test_the_interval_holds_whatever_the_unsure_ones_are():
    result = AuditResult(100, accepted=30, rejected=5, unsure=5)
    all_wrong, all_right = AuditResult(100, 30, 10, 0), AuditResult(100, 35, 5, 0)
    assert result.interval == Interval(all_wrong.interval.low, all_right.interval.high)


def test_no_judgement_says_nothing_and_all_say_all():
    nothing = draw_audit(names(20), 20, seed=0).result({})
    assert math.isnan(nothing.precision)
    assert nothing.interval == Interval(0, 1)
    assert nothing.reaches(0.5) == "open"
    assert AuditResult(20, 19, 1, 0).interval == Interval(0.95, 0.95)


def test_the_stop_signal_answers_yes_no_and_not_yet():
    assert AuditResult(100, 60, 0, 0).reaches(0.95) == "yes"
    assert AuditResult(100, 40, 20, 0).reaches(0.95) == "no"
    assert AuditResult(100, 20, 0, 0).reaches(0.95) == "open"
    assert AuditResult(100, 95, 5, 0).reaches(0.95) == "yes"
    assert AuditResult(100, 94, 6, 0).reaches(0.95) == "no"


def test_unsure_ones_keep_the_answer_open_that_they_could_change():
    assert AuditResult(100, 94, 5, 1).reaches(0.95) == "open"
    assert AuditResult(100, 95, 4, 1).reaches(0.95) == "yes"
    assert AuditResult(100, 93, 6, 1).reaches(0.95) == "no"


def stopping_times(right, k, target, after):
    """How many more judgements 301 simulated audits took once `after` were seen."""
    ranking, times = names(k), []
    for seed in range(301):
        accepts = np.array(draw_audit(ranking, k, seed).ranks) <= right
        for n in range(after, k + 1):
            accepted = int(accepts[:n].sum())
            if AuditResult(k, accepted, n - accepted, 0).reaches(target) != "open":
                times.append(n - after)
                break
    return times


def test_about_how_many_more_is_about_what_it_takes():
    predicted = AuditResult(100, 19, 1, 0).more_for_target(0.8)
    assert predicted == pytest.approx(np.median(stopping_times(95, 100, 0.8, after=20)), abs=8)


def chance_of(result, more, settled):
    """The chance that it is settled with so many more, each like those before it (Pólya's urn), the unsure in step."""
    unsure = round(more * result.unsure / max(result.judged, 1))
    seen = {(result.accepted, result.rejected): Fraction(1)}
    for _ in range(more - unsure):
        after = Counter()
        for (accepted, rejected), chance in seen.items():
            share = Fraction(accepted + 1, accepted + rejected + 2)
            after[accepted + 1, rejected] += chance * share
            after[accepted, rejected + 1] += chance * (1 - share)
        seen = after
    later = {AuditResult(result.k, *pair, result.unsure + unsure): chance for pair, chance in seen.items()}
    return sum(chance for outcome, chance in later.items() if settled(outcome))


@pytest.mark.parametrize("counts", [(0, 0, 0), (4, 0, 0), (3, 2, 0), (4, 1, 1), (0, 5, 0), (6, 0, 2), (2, 2, 2)])
@pytest.mark.parametrize("target", [0.5, 0.8])
def test_as_many_more_settle_it_at_least_as_likely_as_not_and_one_less_does_not(counts, target):
    result = AuditResult(16, *counts)
    plans = [
        (result.more_for_target(target), lambda outcome: outcome.reaches(target) != "open"),
        (result.more_for_width(target / 2), lambda outcome: outcome.interval.width <= target / 2 + 1e-9),
    ]
    for more, settled in plans:
        if more is None:
            assert chance_of(result, result.k - result.judged, settled) < Fraction(1, 2)
        else:
            assert chance_of(result, more, settled) >= Fraction(1, 2) - Fraction(1, 10**8)
            assert more == 0 or chance_of(result, more - 1, settled) < Fraction(1, 2)


def test_no_more_are_needed_once_it_is_settled():
    assert AuditResult(100, 60, 0, 0).more_for_target(0.95) == 0
    assert AuditResult(100, 60, 0, 0).more_for_width(0.2) == 0


def test_with_that_many_more_of_the_same_the_width_is_reached():
    result = AuditResult(100, 18, 2, 0)
    more = result.more_for_width(0.15)
    assert result.interval.width > 0.15
    assert AuditResult(100, 18 + round(0.9 * more), 2 + more - round(0.9 * more), 0).interval.width <= 0.16


def test_all_k_settle_everything_unless_some_are_unsure():
    assert AuditResult(100, 95, 4, 0).more_for_target(0.95) == 0
    assert AuditResult(100, 48, 2, 0).more_for_width(0.001) == 50
    assert AuditResult(100, 48, 0, 2).more_for_width(0.001) is None
    assert AuditResult(100, 15, 3, 2).more_for_target(0.8) is None


def test_before_any_judgement_there_is_a_plan_too():
    assert 0 < AuditResult(100, 0, 0, 0).more_for_width(0.2) < 100


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda: draw_audit(names(3), 4, 0), "first 4 of 3"),
        (lambda: draw_audit(names(3), 0, 0), "first 0 of 3"),
        (lambda: draw_audit([], 1, 0), "first 1 of 0"),
        (lambda: draw_audit(["a", "a"], 2, 0), "twice"),
        (lambda: draw_audit(["a", "b"], 2, 0).result({"c": "accept"}), "'c'"),
        (lambda: draw_audit(["a", "b"], 2, 0).result({"a": "perhaps"}), "'perhaps'"),
        (lambda: draw_audit(["a", "b"], 2, 0).result({}, k=3), "k = 3"),
        (lambda: draw_audit(["a", "b"], 2, 0).result({}, k=0), "k = 0"),
        (lambda: AuditResult(10, 8, 3, 0), "of k = 10"),
        (lambda: AuditResult(10, -1, 3, 0), "of k = 10"),
        (lambda: AuditResult(10, 1, 1, 0).reaches(0.0), "threshold"),
        (lambda: AuditResult(10, 1, 1, 0).more_for_width(0.0), "width"),
    ],
)
def test_what_cannot_be_audited_is_an_error(call, complaint):
    with pytest.raises(ValueError, match=complaint):
        call()
