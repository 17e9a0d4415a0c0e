"""Strategies: what each makes of a word's images, verdicts and searches."""

from dataclasses import replace

import numpy as np
import pytest

from mofu.errors import InvalidSettingError, NothingFoundError, UnknownNameError
from mofu.ranking.background import PreparedBackground
from mofu.ranking.reranking import Reranker
from mofu.ranking.strategies.candidates import Candidates, View
from mofu.ranking.strategies.registry import by_several, rank, strategies, strategy
from mofu.ranking.strategies.seeding import first, rank_fusion, with_search
from mofu.ranking.strategies.training import Bench
from mofu.settings import RankingSettings

SETTINGS = RankingSettings(pool=20, first_seeds=6, next_seeds=10)
ALONE = [name for name in strategies() if name not in ("described", "verdicts")]
"""Strategies that need a search and nothing else."""


def world(seed=0, n=60, m=120, d=32, wrong=()):
    """Candidates, two thirds of which lie in one direction, fewer of them the later; and which these are."""
    rng = np.random.default_rng(seed)
    true = rng.random(n) < np.linspace(1.0, 0.33, n)
    true[list(wrong)] = False
    rows = rng.normal(size=(n, d)) + np.outer(true, 1.5 * rng.normal(size=d))
    background = PreparedBackground(rng.normal(size=(m, d)).astype(np.float32))
    return Candidates(rows.astype(np.float32), background), true


def judged(candidates, **verdicts):
    labels = np.zeros(len(candidates), dtype=np.int8)
    labels[verdicts.get("accepted", [])] = 1
    labels[verdicts.get("rejected", [])] = -1
    return replace(candidates, labels=labels)


@pytest.mark.parametrize("name", ALONE)
def test_every_strategy_brings_what_the_first_images_share_to_the_top(name):
    candidates, true = world()
    result = rank(candidates, name, SETTINGS)
    assert sorted(result.order.tolist()) == list(range(60))
    assert true[result.order[:20]].mean() >= 0.95 > true[:20].mean()
    assert result.strategy == name
    assert result.scores is result.rounds[-1].scores


@pytest.mark.parametrize("name", ALONE)
def test_accepted_images_come_first_and_rejected_ones_last_in_every_strategy(name):
    candidates, true = world()
    right, wrong = np.flatnonzero(true), np.flatnonzero(~true)
    result = rank(judged(candidates, accepted=wrong[-2:], rejected=right[:3]), name, SETTINGS)
    assert set(result.order[:2].tolist()) == set(wrong[-2:].tolist())
    assert set(result.order[-3:].tolist()) == set(right[:3].tolist())
    assert not set(result.rounds[-1].seeds) & set(right[:3].tolist())


@pytest.mark.parametrize("name", ALONE)
def test_one_image_is_ranked_by_every_strategy(name):
    candidates, _ = world(n=1)
    assert rank(candidates, name, SETTINGS).order.tolist() == [0]


@pytest.mark.parametrize("name", ALONE)
def test_what_is_kept_from_an_earlier_ranking_changes_nothing(name):
    candidates, true = world()
    bench, verdicts = Bench(), judged(candidates, rejected=np.flatnonzero(~true)[:4])
    rank(candidates, name, SETTINGS, bench)
    again, fresh = rank(verdicts, name, SETTINGS, bench), rank(verdicts, name, SETTINGS)
    assert again.order.tolist() == fresh.order.tolist()
    assert again.scores == pytest.approx(fresh.scores, abs=1e-6)


def test_classic_is_the_reranker_s_order():
    candidates, _ = world()
    reranker = Reranker(6, 10).fit(candidates.activations, candidates.background)
    result = rank(candidates, "classic", SETTINGS)
    assert result.order.tolist() == reranker.order_.tolist()
    assert result.scores.tolist() == reranker.scores_.tolist()


def test_held_out_forgets_wrong_first_images_that_classic_believes():
    candidates, true = world(3, d=400, wrong=range(4))
    settings = RankingSettings(pool=30, first_seeds=6, next_seeds=10)
    lost = {name: true[rank(candidates, name, settings).order[:20]].mean() for name in ("classic", "held-out")}
    assert lost["held-out"] > lost["classic"]


def test_steady_ends_when_the_first_images_stay_the_same():
    candidates, _ = world()
    rounds = rank(candidates, "steady", SETTINGS).rounds
    last, before = (set(np.argsort(-each.scores, kind="stable")[:20].tolist()) for each in rounds[:-3:-1])
    assert last == before or len(rounds) == 20


def test_fused_of_several_backbones_is_better_than_the_worse_one():
    candidates, true = world(1)
    noise = np.random.default_rng(5).normal(size=(60, 8)).astype(np.float32)
    blind = View(noise, PreparedBackground(noise[::-1].copy()))
    both = rank(replace(candidates, more=(blind,)), "fused", SETTINGS).order
    alone = rank(Candidates(blind.activations, blind.background), "fused", SETTINGS).order
    assert true[both[:20]].mean() > true[alone[:20]].mean()


def test_fused_by_one_backbone_from_one_service_is_held_out():
    candidates, _ = world()
    fused, alone = (rank(candidates, name, SETTINGS) for name in ("fused", "held-out"))
    assert fused.order.tolist() == alone.order.tolist()
    assert fused.scores.tolist() == alone.scores.tolist()


def test_the_scores_of_several_backbones_are_sums_of_reciprocal_ranks():
    candidates, _ = world()
    both = replace(candidates, more=(View(candidates.activations, candidates.background),))
    result, alone = rank(both, "fused", SETTINGS), rank(candidates, "held-out", SETTINGS)
    assert result.rounds[0].seeds == alone.rounds[0].seeds
    assert sorted(result.scores, reverse=True) == pytest.approx([2 / (61 + place) for place in range(60)])


def test_several_backbones_decide_together_by_fusion_or_not_at_all():
    assert [by_several(name) for name in ("held-out", "fused", "described")] == ["fused", "fused", "described"]
    with pytest.raises(InvalidSettingError, match="'soft' by several backbones: it learns from one"):
        by_several("soft")
    with pytest.raises(UnknownNameError, match="did you mean 'classic'"):
        by_several("clasic")


def test_fused_learns_from_what_several_services_found_early():
    candidates, _ = world()
    one, other = np.full(60, np.nan), np.full(60, np.nan)
    one[[7, 5]], other[[5, 9]] = [1, 2], [1, 2]
    settings = RankingSettings(pool=1, next_seeds=5, rounds=1)
    assert rank(replace(candidates, source_ranks=(one, other)), "fused", settings).rounds[0].seeds == (5,)


def test_described_learns_from_what_fits_the_description():
    candidates, true = world()
    described = replace(candidates, text_scores=true.astype(float))
    seeds = rank(described, "described", SETTINGS).rounds[0].seeds
    assert true[list(seeds)].all()


def test_a_description_decides_for_several_backbones_too():
    candidates, true = world()
    noise = np.random.default_rng(5).normal(size=(60, 8)).astype(np.float32)
    more = (View(noise, PreparedBackground(noise[::-1].copy())),)
    rounds = rank(replace(candidates, text_scores=true.astype(float), more=more), "described", SETTINGS).rounds
    assert true[list(rounds[0].seeds)].all()
    assert len(rounds) == SETTINGS.rounds


def test_verdicts_learns_from_the_accepted_alone():
    candidates, true = world()
    accepted = np.flatnonzero(true)[:5]
    assert set(rank(judged(candidates, accepted=accepted), "verdicts", SETTINGS).rounds[0].seeds) == set(accepted)


@pytest.mark.parametrize("name", ["described", "verdicts"])
def test_a_strategy_without_what_it_needs_says_so(name):
    with pytest.raises(InvalidSettingError, match=f"{name}' without"):
        rank(world()[0], name, SETTINGS)


def test_nothing_is_ranked_when_all_was_rejected():
    candidates, _ = world(n=3)
    with pytest.raises(NothingFoundError, match="all 3 images were rejected"):
        rank(judged(candidates, rejected=[0, 1, 2]), "held-out", SETTINGS)


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(UnknownNameError, match=r"did you mean 'classic'\?.*held-out"):
        rank(world()[0], "clasic", SETTINGS)


def test_a_name_is_taken_once():
    with pytest.raises(ValueError, match="registered twice"):
        strategy("classic")(lambda *_: [])


def test_candidates_without_images_or_of_differing_numbers_are_refused():
    candidates, _ = world()
    with pytest.raises(ValueError, match="no image"):
        Candidates(np.zeros((0, 32), dtype=np.float32), candidates.background)
    with pytest.raises(ValueError, match="labels of 3 images: expected 60"):
        replace(candidates, labels=np.zeros(3, dtype=np.int8))


def test_a_search_that_agrees_with_the_scores_moves_them_and_one_that_does_not_moves_none():
    assert with_search(np.array([3.0, 2.0, 1.0]), 1.0) == pytest.approx([4.0, 2.0, 0.0])
    assert with_search(np.array([1.0, 2.0, 3.0]), 1.0).tolist() == [1.0, 2.0, 3.0]
    assert with_search(np.array([2.0, 2.0]), 1.0).tolist() == [2.0, 2.0]


def test_seeds_are_the_accepted_and_the_best_of_the_unjudged_and_never_the_rejected():
    verdicts = np.array([-1, 0, 1, 0, 0], dtype=np.int8)
    assert first(np.array([4.0, 3.0, 1.0, 2.0, 0.0]), verdicts, 2).tolist() == [2, 1, 3]
    assert first(np.array([4.0, 3.0, 1.0, 2.0, 0.0]), verdicts, 0).tolist() == [2]


def test_ranks_are_fused_by_their_reciprocals():
    fused = rank_fusion([np.array([0, 1]), np.array([1, 0])])
    assert fused == pytest.approx([1 / 61 + 1 / 62] * 2)
