"""What every refinement keeps to, whatever it does to the masks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mofu.errors import InvalidInputError, UnknownNameError
from mofu.segmentation.refinement import identity, names, refine

Probabilities = NDArray[np.float32]
WITHOUT_WEIGHTS = tuple(name for name in names() if name != "sam")


def drawn(labels: int, height: int, width: int, seed: int = 0) -> Probabilities:
    """Random probabilities."""
    found = np.random.default_rng(seed).random((labels, height, width), np.float32) + 0.01
    return np.asarray(found / found.sum(axis=0), np.float32)


def noise(height: int, width: int, seed: int = 0) -> NDArray[np.uint8]:
    """A picture in which no pixel is like its neighbour."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize("name", WITHOUT_WEIGHTS)
@given(labels=st.integers(1, 4), height=st.integers(1, 20), width=st.integers(1, 20), seed=st.integers(0, 99))
def test_every_refinement_gives_probabilities_of_the_same_shape(
    name: str, labels: int, height: int, width: int, seed: int
) -> None:
    found = refine(name, drawn(labels, height, width, seed), noise(height, width, seed))
    assert found.shape == (labels, height, width)
    assert found.dtype == np.float32
    assert found.min() >= 0
    np.testing.assert_allclose(found.sum(axis=0), 1, atol=1e-5)


@pytest.mark.parametrize("name", WITHOUT_WEIGHTS)
def test_every_refinement_leaves_its_input_alone(name: str) -> None:
    given_masks, pixels = drawn(3, 12, 16), noise(12, 16)
    before, shown = given_masks.copy(), pixels.copy()
    refine(name, given_masks, pixels)
    np.testing.assert_array_equal(given_masks, before)
    np.testing.assert_array_equal(pixels, shown)


@pytest.mark.parametrize("name", WITHOUT_WEIGHTS)
def test_masks_that_say_the_same_everywhere_still_name_the_same_label(name: str) -> None:
    even = np.broadcast_to(np.array([0.6, 0.4], np.float32)[:, None, None], (2, 9, 9))
    assert (refine(name, even, noise(9, 9)).argmax(axis=0) == 0).all()


@pytest.mark.parametrize("name", ["crf", "crf-surfaces", "guided"])
def test_a_mask_that_misses_an_edge_is_moved_to_it(name: str) -> None:
    pixels = np.full((40, 60, 3), 40, np.uint8)
    pixels[:, 30:] = 200
    left = np.full((40, 60), 0.9, np.float32)
    left[:, 26:] = 0.1
    found = refine(name, np.stack([left, 1 - left]), pixels)
    assert found[0, 20, 28] > found[0, 20, 32] + 0.05


@pytest.mark.parametrize("name", ["crf", "crf-surfaces", "guided"])
def test_a_speck_in_a_flat_surface_fades(name: str) -> None:
    inside = np.full((30, 30), 0.8, np.float32)
    inside[15, 15] = 0.1
    found = refine(name, np.stack([inside, 1 - inside]), np.full((30, 30, 3), 128, np.uint8))
    assert found[0, 15, 15] > 0.5


def test_a_striped_surface_stays_whole_for_the_crf_of_surfaces() -> None:
    """SEC's makes every second stripe, where the mask doubts, background: they are of one colour."""
    bright = np.arange(32) // 3 % 2 == 1
    pixels = np.full((64, 64, 3), 120, np.uint8)
    pixels[16:48] = np.where(bright, 200, 30)[:, None, None]
    inside = np.full((64, 64), 0.1, np.float32)
    inside[16:48] = np.where(bright, 0.43, 0.9)[:, None]
    masks = np.stack([inside, 1 - inside])
    assert refine("crf-surfaces", masks, pixels)[0, 22:42, 12:52].min() > 0.5
    assert refine("crf", masks, pixels)[0, 22:42, 12:52].min() < 0.5


def test_none_changes_nothing() -> None:
    given_masks = drawn(3, 5, 7)
    np.testing.assert_allclose(refine("none", given_masks, noise(5, 7)), given_masks, atol=1e-6)


@pytest.mark.parametrize("name", names())
def test_the_only_label_is_everywhere(name: str) -> None:
    np.testing.assert_array_equal(refine(name, np.ones((1, 6, 6), np.float32), noise(6, 6)), np.ones((1, 6, 6)))


def test_sums_that_rounding_left_at_almost_1_are_brought_to_it() -> None:
    found = refine("none", drawn(3, 4, 4) * np.float32(1.0005), noise(4, 4))
    np.testing.assert_allclose(found.sum(axis=0), 1, atol=1e-6)


def test_an_unknown_refinement_is_told_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match=r"did you mean 'guided'\?.*crf, crf-surfaces, guided, none, sam"):
        refine("guide", drawn(2, 4, 4), noise(4, 4))


@pytest.mark.parametrize("name", WITHOUT_WEIGHTS)
def test_what_has_no_weights_is_known_by_its_name(name: str) -> None:
    assert identity(name) == name


def test_an_unknown_refinement_has_no_identity() -> None:
    with pytest.raises(UnknownNameError, match="crf-surfaces"):
        identity("crf-surface")


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize(
    ("masks", "says"),
    [
        (drawn(2, 4, 4) * 2, "whose sums over labels are 2"),
        (np.stack([np.full((4, 4), 1.5, np.float32), np.full((4, 4), -0.5, np.float32)]), "between -0.5 and 1.5"),
        (np.full((2, 4, 4), np.nan, np.float32), "between nan"),
        (drawn(2, 4, 5), "of the same height and width"),
        (drawn(2, 4, 4)[0], r"expected \(labels, h, w\)"),
        (np.zeros((0, 4, 4), np.float32), r"expected \(labels, h, w\)"),
    ],
)
def test_what_are_no_probabilities_of_this_picture_is_refused(name: str, masks: Probabilities, says: str) -> None:
    with pytest.raises(InvalidInputError, match=says):
        refine(name, masks, noise(4, 4))


@pytest.mark.parametrize("pixels", [noise(4, 4)[..., 0], noise(4, 4)[..., :2], noise(4, 4) / 255, noise(0, 4)])
def test_what_is_no_picture_is_refused(pixels: NDArray[np.uint8]) -> None:
    with pytest.raises(InvalidInputError, match=r"expected \(h, w, 3\) uint8"):
        refine("none", drawn(2, 4, 4), pixels)
