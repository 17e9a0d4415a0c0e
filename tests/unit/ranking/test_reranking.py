"""Re-ranking: two rounds as the slides say, ties by the search's order, rounds kept."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.svm import LinearSVC

from mofu.ranking.background import PreparedBackground
from mofu.ranking.reranking import Reranker


def world(seed=0, n=60, m=120, d=32):
    """A word's images, two thirds of which lie in one direction, in an order in which that share falls."""
    rng = np.random.default_rng(seed)
    true = rng.random(n) < np.linspace(1.0, 0.33, n)
    direction = rng.normal(size=d)
    images = rng.normal(size=(n, d)) + np.outer(true, direction)
    return images.astype(np.float32), rng.normal(size=(m, d)).astype(np.float32), true


def test_reranking_brings_what_the_first_images_share_to_the_top():
    images, background, true = world()
    order = Reranker().fit(images, background).order_
    assert true[order[:20]].mean() == 1.0
    assert true[order[:20]].mean() > true[:20].mean()


def test_each_round_is_a_linear_svm_on_the_seeds_of_the_round_before():
    images, background, _ = world(1)
    reranker = Reranker(first_seeds=5, next_seeds=8, rounds=2).fit(images, background)
    prepared = PreparedBackground(background)
    x, pool = prepared.normalized(images), prepared.rows
    seeds = list(range(5))
    for each in reranker.rounds_:
        assert list(each.seeds) == seeds
        labels = np.repeat([1, -1], [len(seeds), len(pool)])
        oracle = LinearSVC(C=1, class_weight="balanced", tol=1e-9, max_iter=1_000_000)
        decided = oracle.fit(np.concatenate([x[seeds], pool]), labels).decision_function(x)
        assert each.scores == pytest.approx(decided, abs=1e-3)
        seeds = list(np.argsort(-each.scores, kind="stable")[:8])


def test_ties_keep_the_search_s_order():
    images = np.ones((6, 3), dtype=np.float32)
    background = np.random.default_rng(0).normal(size=(10, 3)).astype(np.float32)
    assert Reranker().fit(images, background).order_.tolist() == [0, 1, 2, 3, 4, 5]


def test_fewer_images_than_seeds_are_all_seeds():
    images, background, _ = world(n=4)
    assert Reranker().fit(images, background).rounds_[0].seeds == (0, 1, 2, 3)


def test_ranks_are_the_inverse_of_the_order():
    images, background, _ = world()
    reranker = Reranker().fit(images, background)
    assert reranker.ranks()[reranker.order_].tolist() == list(range(len(images)))


@pytest.mark.parametrize(
    ("images", "background"),
    [(np.zeros((0, 3)), np.ones((4, 3))), (np.ones((2, 3)), np.zeros((0, 3))), (np.ones((2, 3)), np.ones((4, 2)))],
)
def test_nothing_to_rank_nothing_to_rank_against_and_mismatches_are_errors(images, background):
    with pytest.raises(ValueError, match=r"sample|dimensions"):
        Reranker().fit(images.astype(np.float32), background.astype(np.float32))


def test_it_has_scikit_learn_s_manners():
    assert clone(Reranker(rounds=3)).get_params() == {"first_seeds": 10, "next_seeds": 20, "rounds": 3, "c": 1.0}
