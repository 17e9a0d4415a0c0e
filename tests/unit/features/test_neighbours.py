"""The nearest by cosine: what a plain sort finds, whichever engine looks and however the rows come in blocks."""

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mofu.errors import InvalidInputError
from mofu.features import neighbours
from mofu.features.neighbours import among, nearest


@pytest.fixture(params=["numpy", "faiss"])
def engine(request, monkeypatch):
    if request.param == "faiss":
        pytest.importorskip("faiss", reason="NOT TESTED: the search by faiss needs the extra explore")
    else:
        monkeypatch.setitem(sys.modules, "faiss", None)
    return request.param


def rows(count, dimension=16, seed=0):
    return np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)


def sorted_cosines(queries, others):
    """All of them, by definition and in double precision, the largest first."""
    a, b = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (queries.astype(float), others.astype(float)))
    return -np.sort(-(a @ b.T), axis=1)


@pytest.mark.usefixtures("engine")
def test_directions_count_and_lengths_do_not():
    found = nearest(np.float32([[2, 0]]), [np.float32([[0, 1], [5, 0], [3, 3], [-1, 0]])], 3)
    assert found.rows.tolist() == [[1, 2, 0]]
    assert found.cosines[0] == pytest.approx([1, 0.5**0.5, 0], abs=1e-6)


@pytest.mark.usefixtures("engine")
def test_equally_near_rows_come_in_their_order():
    found = nearest(np.float32([[1, 0]]), [np.float32([[1, 0], [0, 1]]), np.float32([[1, 0], [1, 0]])], 3)
    assert found.rows.tolist() == [[0, 2, 3]]


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("queries", [1, 3, 4, 70])
def test_it_is_what_sorting_all_cosines_gives(queries, monkeypatch):
    monkeypatch.setattr(neighbours, "BLOCK", 64)
    monkeypatch.setattr(neighbours, "QUERIES", 32)
    asked, others = rows(queries, seed=1), rows(300)
    found = nearest(asked, [others[:150], others[150:151], others[151:]], 7)
    assert found.cosines == pytest.approx(sorted_cosines(asked, others)[:, :7], abs=1e-5)
    unit = others / np.linalg.norm(others, axis=1, keepdims=True)
    lengths = np.linalg.norm(asked, axis=1)[:, None]
    assert np.einsum("qd,qkd->qk", asked, unit[found.rows]) / lengths == pytest.approx(found.cosines, abs=1e-5)


def test_both_engines_find_the_same(monkeypatch):
    pytest.importorskip("faiss", reason="NOT TESTED: the search by faiss needs the extra explore")
    asked, others = rows(40, 64, seed=2), rows(2000, 64)
    by_faiss = nearest(asked, [others], 20)
    monkeypatch.setitem(sys.modules, "faiss", None)
    by_blas = nearest(asked, [others], 20)
    assert (by_faiss.rows == by_blas.rows).all()
    assert by_faiss.cosines == pytest.approx(by_blas.cosines, abs=1e-6)


def test_a_gpu_finds_the_same(monkeypatch):
    faiss = pytest.importorskip("faiss", reason="NOT TESTED: the search by faiss needs the extra explore")
    if not faiss.get_num_gpus():
        pytest.skip("NOT TESTED: the search on a GPU needs faiss-gpu and a GPU")
    asked, others = rows(40, 64, seed=2), rows(2000, 64)
    by_gpu = nearest(asked, [others], 20)
    monkeypatch.setitem(sys.modules, "faiss", None)
    assert by_gpu.cosines == pytest.approx(nearest(asked, [others], 20).cosines, abs=1e-3)


@settings(max_examples=30, deadline=None)
@given(
    arrays(np.float32, st.tuples(st.integers(1, 30), st.just(3)), elements=st.integers(-3, 3)),
    st.integers(1, 8),
    st.integers(1, 30),
)
def test_how_rows_come_in_blocks_does_not_matter(others, count, size):
    whole = nearest(others[:2], [others], count)
    parts = nearest(others[:2], [others[start : start + size] for start in range(0, len(others), size)], count)
    assert parts.cosines == pytest.approx(whole.cosines, abs=1e-6)
    assert parts.rows.shape == whole.rows.shape == (len(others[:2]), min(count, len(others)))


@pytest.mark.usefixtures("engine")
def test_nothing_to_compare_with_finds_nothing():
    assert nearest(rows(2), [], 5).rows.shape == (2, 0)
    assert nearest(rows(0), [rows(9)], 5).rows.shape == (0, 5)
    assert nearest(rows(2), [rows(0)], 5).cosines.shape == (2, 0)


@pytest.mark.usefixtures("engine")
def test_others_of_a_row_are_never_itself():
    found = among(np.float32([[1, 0], [1, 0], [-0.1, 1], [1, 1]]), 2)
    assert found.rows[[0, 1, 3]].tolist() == [[1, 3], [0, 3], [0, 1]]
    assert found.rows[2, 0] == 3
    assert among(rows(3), 10).rows.shape == (3, 2)


@pytest.mark.usefixtures("engine")
def test_many_copies_of_a_row_are_each_other_s_neighbours():
    found = among(np.ones((30, 4), dtype=np.float32), 3)
    assert found.cosines == pytest.approx(np.ones((30, 3)), abs=1e-6)


@pytest.mark.parametrize("count", [0, 1])
def test_a_row_alone_has_no_others(count):
    assert among(rows(count), 5).rows.shape == (count, 0)


@pytest.mark.parametrize("spoiled", [np.nan, np.inf])
def test_what_is_not_finite_is_refused_with_its_row(spoiled):
    others = rows(5)
    others[3, 2] = spoiled
    with pytest.raises(InvalidInputError, match="row 3"):
        nearest(rows(1), [others], 2)
    with pytest.raises(InvalidInputError, match="row 3"):
        nearest(others, [rows(5)], 2)


def test_activations_of_another_backbone_are_refused():
    with pytest.raises(InvalidInputError, match=r"expected \(n, 16\)"):
        nearest(rows(1), [rows(5, 8)], 2)


def test_no_neighbours_cannot_be_asked_for():
    with pytest.raises(InvalidInputError, match="at least 1"):
        nearest(rows(1), [rows(5)], 0)
