"""Local colour by hand."""

import numpy as np
import pytest

from mofu.features.fisher.colour import (
    CHROMA_DIMENSION,
    STATISTICS_DIMENSION,
    chroma_sift,
    lab,
    local_statistics,
    mirrored_chroma_order,
    mirrored_statistics_order,
)


def test_lab_of_white_black_and_red() -> None:
    pixels = np.uint8([[[255, 255, 255], [0, 0, 0], [255, 0, 0]]])
    assert lab(pixels)[0, 0] == pytest.approx([1, 0, 0], abs=1e-3)
    assert lab(pixels)[0, 1] == pytest.approx([0, 0, 0], abs=1e-3)
    assert lab(pixels)[0, 2] == pytest.approx([0.5324, 0.8009, 0.6720], abs=2e-3)  # sRGB red in CIE Lab, D65


def test_a_flat_patch_has_its_colour_as_mean_and_no_deviation() -> None:
    image = np.tile(np.float32([0.5, 0.1, -0.2]), (8, 8, 1))
    cells = local_statistics(image, 4).reshape(1, 2, 2, 2, 3)
    assert cells[0, :, :, 0] == pytest.approx(np.tile([0.5, 0.1, -0.2], (2, 2, 1)), abs=1e-6)
    assert cells[0, :, :, 1] == pytest.approx(np.zeros((2, 2, 3)), abs=1e-3)


def test_a_checkered_cell_has_the_deviation_of_its_two_values() -> None:
    image = np.zeros((8, 8, 3), np.float32)
    image[::2, ::2, 0] = image[1::2, 1::2, 0] = 1
    cells = local_statistics(image, 4).reshape(1, 2, 2, 2, 3)
    assert cells[0, ..., 0, 0] == pytest.approx(np.full((2, 2), 0.5))
    assert cells[0, ..., 1, 0] == pytest.approx(np.full((2, 2), 0.5))


def test_grey_pictures_have_no_chroma() -> None:
    grey = np.repeat(np.random.default_rng(0).integers(0, 256, (32, 32, 1), np.uint8), 3, axis=2)
    # sRGB's greys are not exactly a = b = 0 in Lab: what is left is far under √0.2, the largest component
    assert np.abs(chroma_sift(lab(grey), 4)).max() < 0.07


@pytest.mark.parametrize(
    ("order", "dimension"),
    [(mirrored_statistics_order(), STATISTICS_DIMENSION), (mirrored_chroma_order(), CHROMA_DIMENSION)],
)
def test_mirroring_twice_changes_nothing(order: np.ndarray, dimension: int) -> None:
    assert order[order].tolist() == list(range(dimension))
