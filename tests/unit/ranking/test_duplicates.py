"""Near-duplicates: suspected by hash and activations, confirmed by a closer look, one group whatever the order."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mofu.ranking.duplicates import alike, group_near_duplicates

NEAR, FAR = 0b111, -1  # 3 and 64 bits from 0


def always(_i, _j, _cosine):
    return True


def group(hashes, activations, quality=None, is_same=always):
    rows = np.asarray(activations, dtype=np.float32)
    return group_near_duplicates(np.array(hashes, dtype=np.int64), rows, quality or [(1, 1)] * len(hashes), is_same)


def test_near_hashes_that_activations_do_not_contradict_are_looked_at_closer():
    pairs = alike(np.array([0, NEAR, NEAR], dtype=np.int64), np.array([[1, 0], [1, 1], [-1, 0]], dtype=np.float32))
    assert [(i, j) for i, j, _ in pairs] == [(0, 1)]


def test_activations_that_all_but_coincide_are_looked_at_whatever_the_hashes_say():
    (pair,) = alike(np.array([0, FAR], dtype=np.int64), np.array([[1, 0], [1, 0.1]], dtype=np.float32))
    assert pair[:2] == (0, 1)
    assert round(pair[2], 3) == 0.995


def test_the_closer_look_decides():
    assert group([0, NEAR], [[1, 0], [1, 0]], is_same=lambda *_: False).labels.tolist() == [0, 1]
    assert group([0, NEAR], [[1, 0], [1, 0]]).labels.tolist() == [0, 0]


def test_a_copy_of_a_copy_is_of_the_group():
    chained = {(0, 1), (1, 2)}
    found = group([0, 1, 2], np.ones((3, 2)), is_same=lambda i, j, _: (i, j) in chained)
    assert found.labels.tolist() == [0, 0, 0]


def test_the_largest_stands_for_its_group_and_the_first_of_equals():
    found = group([0, 1, 2, FAR], [[1, 0], [1, 0], [1, 0], [0, 1]], quality=[(10, 9), (20, 5), (20, 5), (1, 1)])
    assert found.representatives.tolist() == [1, 3]
    assert found.labels.tolist() == [0, 0, 0, 1]


def test_a_vector_of_zeros_is_like_nothing():
    assert group([0, 0], np.zeros((2, 3))).labels.tolist() == [0, 1]


@given(st.permutations(range(6)))
def test_the_groups_do_not_depend_on_the_order(order):
    kinds = [0, 0, 1, 1, 1, 2]
    found = group([0] * 6, np.ones((6, 2)), is_same=lambda i, j, _: kinds[order[i]] == kinds[order[j]]).labels.tolist()
    together = {(a, b): found[order.index(a)] == found[order.index(b)] for a in range(6) for b in range(6)}
    assert all(same == (kinds[a] == kinds[b]) for (a, b), same in together.items())
