"""LDA with a shared covariance: the closed form, in whichever space is smaller."""

import numpy as np
import pytest

from mofu.ranking.background import PreparedBackground
from mofu.ranking.lda import Lda


@pytest.mark.parametrize(("m", "d"), [(30, 8), (8, 30), (12, 12)])
def test_the_direction_is_that_of_the_closed_form_in_the_primal_and_in_the_dual(m, d):
    rng = np.random.default_rng(0)
    background = PreparedBackground(rng.normal(size=(m, d)).astype(np.float32))
    positives = background.normalized(rng.normal(0.5, 1, (5, d)).astype(np.float32))
    covariance = np.cov(background.rows.T, bias=True)
    shrunk = covariance + 0.2 * np.trace(covariance) / d * np.eye(d)
    expected = np.linalg.solve(shrunk, positives.mean(axis=0) - background.rows.mean(axis=0))
    assert Lda(background, 0.2).direction(positives) == pytest.approx(expected, rel=1e-3, abs=1e-3)


def test_weights_make_a_weighted_mean():
    rng = np.random.default_rng(1)
    background = PreparedBackground(rng.normal(size=(30, 6)).astype(np.float32))
    positives = background.normalized(rng.normal(size=(2, 6)).astype(np.float32))
    lda = Lda(background)
    thrice = lda.direction(positives[[0, 0, 0, 1]])
    assert lda.direction(positives, np.array([3.0, 1.0])) == pytest.approx(thrice, abs=1e-5)


def test_a_word_s_other_images_lead_the_background():
    rng = np.random.default_rng(2)
    background = PreparedBackground(rng.normal(size=(200, 16)).astype(np.float32))
    word = background.normalized((rng.normal(size=(40, 16)) + 2 * rng.normal(size=16)).astype(np.float32))
    direction = Lda(background).direction(word[:10])
    assert (word[10:] @ direction).min() > np.quantile(background.rows @ direction, 0.9)


def test_a_background_that_does_not_vary_ranks_by_nearness_to_the_positives():
    background = PreparedBackground(np.ones((5, 3), dtype=np.float32))
    assert Lda(background).direction(np.array([[1, 0, 0]], dtype=np.float32)) == pytest.approx([1, 0, 0])


def test_a_shrinkage_of_nothing_is_an_error():
    with pytest.raises(ValueError, match="shrinkage"):
        Lda(PreparedBackground(np.eye(3, dtype=np.float32)), 0.0)
