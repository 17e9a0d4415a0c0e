"""Groups of images that look alike: as many as are apart, each with the image in its middle."""

import numpy as np
import pytest

from mofu.errors import InvalidInputError
from mofu.features.clusters import clusters


def crowds(*sizes, seed=0):
    """Groups around the axes of space."""
    rng = np.random.default_rng(seed)
    rows = [np.eye(16)[axis] + 0.02 * rng.normal(size=(size, 16)) for axis, size in enumerate(sizes)]
    return np.float32(np.concatenate(rows))


def test_groups_are_found_and_numbered_by_size():
    found = clusters(crowds(10, 30, 20))
    assert found.labels.tolist() == [2] * 10 + [0] * 30 + [1] * 20
    assert found.silhouette > 0.8


def test_equal_groups_are_numbered_in_the_order_of_their_first_image():
    assert clusters(crowds(20, 20)[::-1]).labels.tolist() == [0] * 20 + [1] * 20


def test_each_group_is_stood_for_by_the_image_in_its_middle():
    vectors = np.float32(
        [[1, 0.1], [1, 0.2], [1, 0.3], [1, 0.4], [1, 0.5], [-1, 0.5], [-1, 0.4], [-1, 0.3], [-1, 0.2], [-1, 0.1]]
    )
    assert clusters(vectors).medoids.tolist() == [2, 7]


def test_one_crowd_is_one_group():
    found = clusters(np.float32(np.random.default_rng(0).normal(size=(200, 64))))
    assert not found.labels.any()
    assert found.silhouette == 0


def test_not_more_groups_than_wanted():
    assert clusters(crowds(20, 20, 20, 20), most=2).labels.max() == 1
    assert clusters(crowds(20, 20), most=1).labels.max() == 0


def test_the_same_seed_gives_the_same_groups():
    vectors = np.float32(np.random.default_rng(1).uniform(size=(60, 8)))
    first, second = clusters(vectors, seed=3), clusters(vectors, seed=3)
    assert (first.labels == second.labels).all()
    assert (first.medoids == second.medoids).all()


@pytest.mark.parametrize("count", [0, 1, 2, 9])
def test_few_images_are_one_group(count):
    found = clusters(crowds(5, 4)[:count])
    assert found.labels.tolist() == [0] * count
    assert len(found.medoids) == min(count, 1)


def test_identical_images_are_one_group():
    found = clusters(np.full((30, 8), 0.3, dtype=np.float32))
    assert found.labels.tolist() == [0] * 30
    assert found.silhouette == 0


def test_many_copies_of_a_few_images_are_as_many_groups():
    found = clusters(np.repeat(np.eye(3, 8, dtype=np.float32), [12, 9, 9], axis=0))
    assert found.labels.tolist() == [0] * 12 + [1] * 9 + [2] * 9


def test_what_is_not_finite_is_refused():
    vectors = crowds(10, 10)
    vectors[11, 3] = np.inf
    with pytest.raises(InvalidInputError, match="row 11"):
        clusters(vectors)
