"""Images that stand apart from a word's others, by the distances that the others keep."""

import numpy as np
import pytest

from mofu.errors import InvalidInputError
from mofu.features.outliers import outliers


def crowd(count, seed=0, spread=0.3):
    rng = np.random.default_rng(seed)
    return np.float32(np.eye(1, 32) + spread * rng.normal(size=(count, 32)) / 32**0.5)


def test_distances_scores_and_verdict_by_hand():
    # at right angles to one another but for the first two: distances 0, 0, 1, 1 to the nearest;
    # median 0.5, median deviation 0.5: scores 0.6745 · ±1
    found = outliers(np.float32([[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]), neighbours=1)
    assert found.distances == pytest.approx([0, 0, 1, 1])
    assert found.scores == pytest.approx([-0.6745, -0.6745, 0.6745, 0.6745])
    assert not found.apart.any()


def test_strangers_in_a_crowd_are_found_and_nobody_else():
    strangers = np.float32(np.eye(32)[[5, 9]])
    found = outliers(np.concatenate([crowd(40), strangers]))
    assert np.flatnonzero(found.apart).tolist() == [40, 41]


def test_one_stranger_among_identical_images_is_found():
    vectors = np.tile(np.float32([[1, 2, 3]]), (20, 1))
    vectors[7] = [3, -2, 1]
    assert np.flatnonzero(outliers(vectors).apart).tolist() == [7]


def test_identical_images_do_not_stand_apart():
    found = outliers(np.full((20, 8), 0.1, dtype=np.float32))
    assert found.scores == pytest.approx(np.zeros(20), abs=1e-3)
    assert not found.apart.any()


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_of_a_few_images_none_stands_apart(count):
    found = outliers(np.float32(np.eye(4)[:count]))
    assert found.distances.shape == found.scores.shape == found.apart.shape == (count,)
    assert not found.apart.any()


def test_lengths_of_activations_do_not_matter():
    vectors = crowd(30)
    scaled = vectors * np.linspace(0.1, 10, 30, dtype=np.float32)[:, None]
    assert outliers(scaled).distances == pytest.approx(outliers(vectors).distances, abs=1e-5)


def test_what_is_not_finite_is_refused():
    vectors = crowd(5)
    vectors[2, 0] = np.nan
    with pytest.raises(InvalidInputError, match="row 2"):
        outliers(vectors)
