"""Descriptors → styles: families that are known come back, whatever the seed; what has no groups stays one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from mofu.errors import InvalidInputError
from mofu.style.clustering import LEAST, cluster


def families(*sizes: int, apart: float = 6.0) -> tuple[np.ndarray, np.ndarray]:
    """Descriptors of so many pictures of each family, and which family each is of."""
    rng = np.random.default_rng(len(sizes))
    centres = rng.standard_normal((len(sizes), 40)) * apart / 2
    labels = np.repeat(np.arange(len(sizes)), sizes)
    return (centres[labels] + rng.standard_normal((len(labels), 40))).astype(np.float32), labels


@pytest.mark.parametrize("sizes", [(12, 9), (14, 10, 8), (9, 12, 8, 11)])
def test_known_families_are_found_by_their_number_and_members(sizes: tuple[int, ...]) -> None:
    rows, labels = families(*sizes)

    found = cluster(rows)

    kept = found.labels >= 0
    assert kept.sum() >= sum(sizes) - 1  # of a normal distribution, one may stand apart
    assert adjusted_rand_score(labels[kept], found.labels[kept]) == 1
    assert [len(group) for group in found.groups] == sorted(np.bincount(found.labels[kept]), reverse=True)


def test_seeds_find_the_same() -> None:
    rows, _ = families(10, 8, 9, apart=3)

    assert cluster(rows, 0).labels.tolist() == cluster(rows, 1).labels.tolist()


def test_pictures_without_groups_are_one_style() -> None:
    rows = np.random.default_rng(3).standard_normal((40, 30)).astype(np.float32) + 3

    found = cluster(rows)

    assert (found.labels == 0).all()
    assert found.silhouettes


@pytest.mark.parametrize("count", [1, 2, 2 * LEAST - 1])
def test_few_pictures_are_one_style(count: int) -> None:
    found = cluster(families(count)[0])

    assert found.labels.tolist() == [0] * count
    assert [group.tolist() for group in found.groups] == [list(range(count))]


def test_copies_of_one_picture_are_one_style() -> None:
    found = cluster(np.ones((20, 8), np.float32))

    assert found.labels.tolist() == [0] * 20


def test_no_pictures_have_no_style() -> None:
    found = cluster(np.zeros((0, 8), np.float32))

    assert (len(found.labels), found.groups) == (0, ())


def test_a_group_of_fewer_than_five_belongs_to_no_style() -> None:
    rows, labels = families(12, 12, LEAST - 1)

    found = cluster(rows)

    assert (found.labels[labels == 2] == -1).all()
    assert [(found.labels[group] == number).all() for number, group in enumerate(found.groups)] == [True, True]


def test_descriptors_that_are_not_finite_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="not finite"):
        cluster(np.full((12, 4), np.nan, np.float32))


@settings(max_examples=2)
@given(st.permutations(range(20)))
def test_the_order_of_pictures_does_not_matter(order: list[int]) -> None:
    rows, _ = families(11, 9)

    assert cluster(rows[order]).labels.tolist() == cluster(rows).labels[order].tolist()
