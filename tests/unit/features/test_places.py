"""Places in the plane: neighbours stay neighbours, the same each time, defined for however few images."""

import sys

import numpy as np
import pytest

from mofu.errors import InvalidInputError, MissingPackageError
from mofu.features.maps import method_for, places
from mofu.features.reduction import principal

METHODS = ("pca", "tsne")


@pytest.fixture(params=METHODS)
def method(request):
    if request.param == "tsne":
        pytest.importorskip("openTSNE", reason="NOT TESTED: t-SNE needs the extra explore")
    return request.param


@pytest.fixture
def without_opentsne(monkeypatch):
    monkeypatch.setitem(sys.modules, "openTSNE", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)


def crowds(size=15, seed=0):
    rng = np.random.default_rng(seed)
    return np.float32(np.repeat(np.eye(3, 24), size, axis=0) + 0.05 * rng.normal(size=(3 * size, 24)))


def test_what_looks_alike_lies_together(method):
    at = places(crowds(), method)
    distances = np.linalg.norm(at[:, None] - at[None], axis=2) + 9 * np.eye(len(at))
    assert (distances.argmin(axis=1) // 15 == np.arange(45) // 15).all()


def test_places_fill_a_frame(method):
    at = places(crowds(), method)
    assert np.abs(at).max() == pytest.approx(1)
    assert at.max(axis=0) == pytest.approx(-at.min(axis=0))


def test_the_same_seed_gives_the_same_places(method):
    assert places(crowds(), method, seed=4).tobytes() == places(crowds(), method, seed=4).tobytes()


@pytest.mark.parametrize("count", [10, 13, 31])
def test_fewer_images_than_the_perplexity_asks_for_are_placed(method, count):
    at = places(crowds()[:count], method, perplexity=30)
    assert at.shape == (count, 2)
    assert np.isfinite(at).all()


@pytest.mark.parametrize(("count", "expected"), [(0, []), (1, [[0, 0]])])
def test_nothing_and_one_image_have_their_places(count, expected):
    assert places(crowds()[:count], "pca").tolist() == expected


def test_two_images_lie_at_the_ends_of_one_line():
    assert places(np.float32([[1, 0], [0, 1]]), "pca") == pytest.approx(np.array([[1, 0], [-1, 0]]))


def test_identical_images_lie_in_the_middle(method):
    assert not places(np.full((20, 5), 0.7, dtype=np.float32), method).any()


def test_what_is_not_finite_is_refused(method):
    vectors = crowds()
    vectors[12, 1] = np.nan
    with pytest.raises(InvalidInputError, match="row 12"):
        places(vectors, method)


def test_a_handful_of_images_is_placed_by_pca():
    assert method_for("auto", 9) == method_for("pca", 500) == "pca"


@pytest.mark.usefixtures("without_opentsne")
def test_without_opentsne_pca_is_taken_and_tsne_says_what_to_install():
    assert method_for("auto", 500) == "pca"
    with pytest.raises(MissingPackageError, match=r"pip install 'mofu\[explore\]'"):
        method_for("tsne", 500)


def test_components_are_those_of_the_covariance():
    """Scores of the unit rows on the axes of their covariance, by definition, up to the sign that is fixed here."""
    vectors = crowds(6)
    unit = vectors.astype(float) / np.linalg.norm(vectors.astype(float), axis=1, keepdims=True)
    _, axes = np.linalg.eigh(np.cov(unit.T))
    expected = (unit - unit.mean(axis=0)) @ axes[:, ::-1][:, :3]
    found = principal(vectors, 3)
    assert np.abs(found) == pytest.approx(np.abs(expected), abs=1e-5)
    assert (found[np.abs(found).argmax(axis=0), range(3)] > 0).all()


def test_more_rows_than_numbers_and_fewer_give_the_same_components():
    wide = np.random.default_rng(0).normal(size=(12, 12)).astype(np.float32)
    tall = np.concatenate([wide, wide])
    assert principal(tall, 4)[:12] == pytest.approx(principal(wide, 4), abs=1e-6)
    assert principal(np.float32([[1, 0], [0, 1]]), 4)[:, 1:].tolist() == [[0] * 3] * 2
