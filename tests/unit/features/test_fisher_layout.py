"""How unevenly a Gaussian's descriptors lie over a picture."""

import numpy as np
import pytest

from mofu.features.fisher.cues import CUES, descriptors, grids, prepared
from mofu.features.fisher.layout import Layout


def unevenness(grid: list[list[float]], level: float = 0.0) -> float:
    """Of one Gaussian whose posteriors at a grid's positions are these."""
    shares = np.float32(grid)
    layout = Layout(iter([shares.shape]), twins=1)
    layout.add(shares.reshape(1, -1))
    return float(layout.unevenness(level)[0])


def test_the_same_everywhere_is_even() -> None:
    assert unevenness([[0.25] * 4] * 4) == pytest.approx(0)


def test_one_half_of_the_picture_is_uneven() -> None:
    # shares 1 in eight cells and 0 in eight: mean 0.5, deviation 0.5
    expected = 0.5 / (np.sqrt(0.5) + 0.02)
    assert unevenness([[1, 1, 0, 0]] * 4) == pytest.approx(expected)
    assert unevenness([[0, 0, 1, 1]] * 4) == pytest.approx(expected)
    assert unevenness([[1, 1, 0, 0]] * 4, level=0.1) == pytest.approx(expected - 0.1)


def test_what_varies_within_a_cell_only_is_even() -> None:
    assert unevenness([[1, 0] * 4, [0, 1] * 4] * 4) == pytest.approx(0)


def test_sizes_and_twins_count_by_their_descriptors() -> None:
    fine, coarse = np.zeros((1, 8 * 8 * 2), np.float32), np.ones((1, 4 * 4 * 2), np.float32)
    layout = Layout(iter([(8, 8), (4, 4)]), twins=2)
    layout.add(fine)
    layout.add(coarse)
    assert layout.unevenness(0.0) == pytest.approx([0])


def test_cells_that_no_position_lies_in_count_for_nothing() -> None:
    layout = Layout(iter([(2, 1)]), twins=1)
    layout.add(np.float32([[1, 0]]))
    assert layout.unevenness(0.0) == pytest.approx([0.5 / (np.sqrt(0.5) + 0.02)], rel=1e-4)


@pytest.mark.parametrize("shape", [(200, 133), (32, 32), (47, 200), (10, 10)])
def test_grids_tell_of_the_descriptors_that_there_are(shape: tuple[int, int]) -> None:
    image = prepared(np.full((*shape, 3), 99, np.uint8))
    for cue in CUES:
        counts = [rows * columns for rows, columns in grids(image, cue)]
        assert counts == [len(block) for block in descriptors(image, cue)]
