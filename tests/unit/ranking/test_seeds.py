"""Seeds by density: who looks like many of the others."""

import numpy as np
import pytest

from mofu.ranking.seeds import density


def test_it_is_the_mean_cosine_to_the_nearest_others():
    rows = np.array([[1, 0], [1, 0], [0.6, 0.8], [0, 1]], dtype=np.float32)
    assert density(rows, 2) == pytest.approx([(1 + 0.6) / 2, (1 + 0.6) / 2, (0.8 + 0.6) / 2, (0.8 + 0) / 2])


def test_fewer_others_than_neighbours_are_all_neighbours():
    rows = np.array([[1, 0], [0.6, 0.8]], dtype=np.float32)
    assert density(rows) == pytest.approx([0.6, 0.6])


def test_an_image_alone_has_no_density():
    assert density(np.ones((1, 1), dtype=np.float32)).tolist() == [0.0]
