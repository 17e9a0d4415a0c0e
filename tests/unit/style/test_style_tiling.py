"""Tiles of a picture: how they lie, that their windows sum to 1, that no seam shows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mofu.errors import InvalidInputError
from mofu.style.tiling import Span, by_tiles, check_size, count, spans


def test_a_side_that_fits_is_one_tile():
    assert spans(64, 64) == (Span(0, 64, 0, 0),)


def test_two_tiles_share_an_eighth():
    assert spans(120, 64) == (Span(0, 64, 0, 8), Span(56, 120, 8, 0))


def test_tiles_are_all_as_long_where_fewer_pixels_would_do():
    assert spans(100, 64) == (Span(0, 54, 0, 8), Span(46, 100, 8, 0))


@given(st.integers(1, 3000), st.integers(16, 300))
def test_windows_sum_to_1_at_every_pixel(length, tile_px):
    total = np.zeros(length, np.float64)
    for span in spans(length, tile_px):
        assert span.stop - span.start <= tile_px
        total[span.slice] += span.window
    assert total == pytest.approx(np.ones(length), abs=1e-5)


@given(st.integers(1, 90), st.integers(1, 90))
def test_tiles_that_agree_give_exactly_what_they_agree_on(height, width):
    pixels = np.random.default_rng(height).integers(0, 256, (height, width, 3), np.uint8)
    assert np.array_equal(by_tiles(pixels, 32, lambda rows, columns: 255 - pixels[rows, columns]), 255 - pixels)


def test_tiles_that_differ_fade_into_each_other():
    pixels, given_tiles = np.zeros((8, 120, 3), np.uint8), []

    def work(rows, columns):
        given_tiles.append((rows.start, columns.start))
        return np.full((rows.stop - rows.start, columns.stop - columns.start, 3), 200 * (columns.start > 0), np.uint8)

    found = by_tiles(pixels, 64, work)[0, :, 0].astype(int)
    assert given_tiles == [(0, 0), (0, 56)]
    assert found[55] == 0
    assert found[64] == 200
    assert (np.diff(found) >= 0).all()
    assert np.diff(found).max() <= 200 * np.pi / 2 / 8 + 1


def test_tiles_are_counted_as_they_are_laid():
    assert count((120, 64, 3), 64) == 2
    assert count((120, 200, 3), 64) == 2 * len(spans(200, 64))


def test_a_hundred_megapixels_are_taken_and_more_are_refused_with_the_limit():
    check_size(np.broadcast_to(np.uint8(0), (10_000, 10_000, 3)))
    with pytest.raises(InvalidInputError, match="12000 × 10000 pixels, 120 megapixels: expected 100 at most"):
        check_size(np.broadcast_to(np.uint8(0), (10_000, 12_000, 3)))
