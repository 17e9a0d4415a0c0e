"""Thumbnails are small JPEGs of the right size and colours; scaling keeps proportions and never enlarges."""

from __future__ import annotations

import io

import numpy as np
import pytest
from handmade_pictures import scenery
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mofu.imaging.scaling import fitted_size, scaled
from mofu.imaging.thumbnails import encoded, reduced

SIDES = st.integers(1, 20_000)


def thumbnail(picture: Image.Image, side_px: int) -> Image.Image:
    return Image.open(io.BytesIO(encoded(reduced(np.asarray(picture), side_px))))


def test_the_longer_side_is_what_was_asked_for() -> None:
    file = thumbnail(scenery(500, 375), 256)
    assert (file.format, file.mode, file.size) == ("JPEG", "RGB", (256, 192))


def test_a_thumbnail_looks_like_its_picture() -> None:
    picture = scenery(512, 384)
    expected = np.asarray(picture.resize((128, 96), Image.Resampling.LANCZOS)).astype(int)
    assert np.abs(np.asarray(thumbnail(picture, 128)) - expected).mean() < 4


@pytest.mark.parametrize("size", [(90, 70), (256, 200), (300, 225)])
def test_a_picture_that_is_hardly_larger_keeps_its_size(size: tuple[int, int]) -> None:
    assert thumbnail(scenery(*size), 256).size == size


def test_views_that_are_turned_or_mirrored_are_scaled_as_they_look() -> None:
    picture = np.asarray(scenery(200, 100))
    turned = scaled(picture.swapaxes(0, 1)[:, ::-1], 50, "longer")
    np.testing.assert_array_equal(turned, scaled(np.ascontiguousarray(picture.swapaxes(0, 1)[:, ::-1]), 50, "longer"))


def test_proportions_are_those_of_the_original_where_decoding_has_rounded_them() -> None:
    assert scaled(np.asarray(scenery(129, 65)), 100, "longer", (1025, 513)).shape == (50, 100, 3)


@pytest.mark.parametrize(
    ("size", "side_px", "fit", "fitted"),
    [
        ((1024, 768), 256, "longer", (256, 192)),
        ((1024, 768), 256, "shorter", (341, 256)),
        ((768, 1024), 256, "shorter", (256, 341)),
        ((100, 50), 256, "longer", (100, 50)),
        ((10_000, 3), 100, "longer", (100, 1)),
    ],
)
def test_sizes_by_hand(size: tuple[int, int], side_px: int, fit: str, fitted: tuple[int, int]) -> None:
    assert fitted_size(*size, side_px, fit) == fitted


@given(SIDES, SIDES, st.integers(1, 2000), st.sampled_from(["longer", "shorter"]))
def test_no_side_grows_and_the_asked_for_side_is_met(width: int, height: int, side_px: int, fit: str) -> None:
    pick = max if fit == "longer" else min
    fitted = fitted_size(width, height, side_px, fit)
    assert pick(fitted) == min(side_px, pick(width, height))
    assert 1 <= fitted[0] <= width
    assert 1 <= fitted[1] <= height
