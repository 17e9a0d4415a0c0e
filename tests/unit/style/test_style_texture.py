"""Distances of textures, and their gradients, against numpy."""

import numpy as np
import pytest
import torch

from mofu.style.statistics import LayerStatistics, measured
from mofu.style.texture import FLOOR, Place, Target, distance, windows

CPU = torch.device("cpu")
RNG = np.random.default_rng(0)
MAPS = RNG.normal(size=(3, 6, 8)).astype(np.float32)
STYLE = measured((RNG.normal(size=(3, 10, 10)) * [[[1]], [[2]], [[0.5]]] + 1).astype(np.float32))


def target(statistics=STYLE):
    return {"layer": Target.of(statistics, CPU)}


def apart(maps, place=None, wanted=None):
    given = torch.from_numpy(np.asarray(maps, np.float32))[None].requires_grad_(True)
    found = distance({"layer": given}, place or Place.of(None, 1), wanted or target())
    found.backward()
    return found.item(), given.grad[0].numpy()


def scale():
    variance = np.diag(STYLE.covariance).astype(np.float64)
    return 1 / np.sqrt(variance + FLOOR * variance.mean() + 1e-8)


def by_hand(maps, weights=None):
    """Distance of (c, h, w), and its gradient, written out: no torch, no autograd."""
    count = maps[0].size
    p = np.full(count, 1 / count) if weights is None else weights.reshape(-1) / weights.sum()
    s = scale()
    f = (maps.reshape(len(maps), -1).astype(np.float64) - STYLE.mean[:, None]) * s[:, None]
    shift = f @ p
    wanted = STYLE.covariance * s[:, None] * s
    over = (f * p) @ f.T - np.outer(shift, shift) - wanted
    size = (wanted**2).sum()
    value = (over**2).sum() / size + (shift**2).mean()
    # d/df_cp of Σ over² = 4 p (over (f − shift)); of the mean of shift² it is 2 p shift / c
    gradient = 4 * p * (over @ (f - shift[:, None])) / size + 2 * p * shift[:, None] / len(maps)
    return value, (gradient * s[:, None]).reshape(maps.shape)


def test_the_distance_is_what_numpy_says():
    assert apart(MAPS)[0] == pytest.approx(by_hand(MAPS)[0], rel=1e-4)


def test_its_gradient_is_the_one_that_is_derived_by_hand():
    found, wanted = apart(MAPS)[1], by_hand(MAPS)[1]
    assert found == pytest.approx(wanted, abs=1e-4 * np.abs(wanted).max())


def test_under_a_mask_only_what_is_under_it_counts():
    mask = np.zeros((6, 8), np.float32)
    mask[:, :4] = 1
    place = Place.of(torch.from_numpy(mask)[None, None], 1)
    value, gradient = apart(MAPS, place)
    assert value == pytest.approx(0.5 * by_hand(MAPS[:, :, :4])[0], rel=1e-4)
    assert not gradient[:, :, 4:].any()


def test_a_soft_mask_weighs_every_position():
    mask = RNG.random((6, 8)).astype(np.float32)
    value, gradient = apart(MAPS, Place.of(torch.from_numpy(mask)[None, None], 1))
    wanted, by = by_hand(MAPS, mask)
    assert value == pytest.approx(mask.mean() * wanted, rel=1e-4)
    assert gradient == pytest.approx(mask.mean() * by, abs=1e-4 * np.abs(by).max())


def test_a_picture_of_the_style_is_at_distance_0():
    statistics = measured(MAPS)
    assert apart(MAPS, wanted=target(statistics))[0] == pytest.approx(0, abs=1e-5)


def test_a_constant_style_asks_for_no_number_that_there_is_not():
    still = LayerStatistics(np.zeros(3, np.float32), np.zeros((3, 3), np.float32))
    assert np.isfinite(target(still)["layer"].scale.numpy()).all()


def test_windows_sum_to_1_and_are_each_at_home_in_one_part():
    found = windows(6, 9, 3, CPU).numpy()
    assert found.shape == (9, 6, 9)
    assert found.sum(0) == pytest.approx(np.ones((6, 9)), abs=1e-6)
    assert found[0, 0, 0] == 1
    assert found[8, 5, 8] == 1


def test_one_window_is_everything():
    assert windows(2, 3, 1, CPU).tolist() == [[[1, 1, 1], [1, 1, 1]]]


def test_parts_have_more_positions_than_channels_else_there_are_fewer():
    place = Place.of(None, 3)
    assert [len(place.weights(torch.zeros(1, *shape))[0]) for shape in ((4, 6, 6), (4, 5, 5), (32, 5, 5))] == [9, 4, 1]


def test_parts_weigh_their_positions_to_1_and_have_the_areas_of_the_mask():
    mask = torch.from_numpy(RNG.random((12, 12)).astype(np.float32))[None, None]
    weights, areas = Place.of(mask, 2).weights(torch.zeros(1, 2, 6, 6))
    assert weights.sum(1).numpy() == pytest.approx(np.ones(4), abs=1e-5)
    assert areas.sum().item() == pytest.approx(mask.mean().item(), rel=1e-5)


def test_a_style_in_one_corner_is_not_everywhere():
    corner = np.zeros((3, 12, 12), np.float32)
    corner[:, :6, :6] = RNG.normal(size=(3, 6, 6))
    wanted = target(measured(corner))
    assert apart(corner, Place.of(None, 1), wanted)[0] == pytest.approx(0, abs=1e-4)
    assert apart(corner, Place.of(None, 2), wanted)[0] > 0.3
