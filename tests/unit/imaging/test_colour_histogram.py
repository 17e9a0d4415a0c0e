from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import simplejpeg

from mofu.imaging.colour_histogram import BINS, histogram, lab_histogram


def _plain(colour: tuple[int, int, int]) -> np.ndarray:
    return np.full((8, 6, 3), colour, dtype=np.uint8)


def test_a_plain_picture_has_one_bin() -> None:
    grey = lab_histogram(_plain((128, 128, 128)))
    assert grey.shape == (BINS,) == (245,)
    assert np.flatnonzero(grey).tolist() == [(2 * 7 + 3) * 7 + 3]  # L = 53.6, a = b = 0
    assert grey.max() == 1.0


def test_two_halves_have_the_square_root_of_a_half_each() -> None:
    found = lab_histogram(np.concatenate([_plain((255, 0, 0)), _plain((0, 0, 255))]))
    assert found[found > 0].tolist() == pytest.approx([0.5**0.5] * 2)


def test_where_colours_are_does_not_matter() -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (10, 10, 3), dtype=np.uint8)
    assert np.array_equal(lab_histogram(pixels), lab_histogram(pixels[::-1, ::-1].copy()))


def test_every_histogram_has_length_one() -> None:
    pixels = np.random.default_rng(1).integers(0, 255, (20, 10, 3), dtype=np.uint8)
    assert np.linalg.norm(lab_histogram(pixels)) == pytest.approx(1.0)


def test_a_thumbnail_is_read_and_a_missing_or_damaged_one_is_none(tmp_path: Path) -> None:
    file = tmp_path / "thumbnail.jpg"
    file.write_bytes(simplejpeg.encode_jpeg(_plain((128, 128, 128)), quality=90))
    found = histogram(file)
    assert found is not None
    assert np.array_equal(found, lab_histogram(_plain((128, 128, 128))))
    file.write_bytes(b"no picture")
    assert histogram(file) is None
    assert histogram(tmp_path / "none.jpg") is None
