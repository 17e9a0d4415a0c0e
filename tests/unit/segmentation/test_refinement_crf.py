"""The mean field against one that sums over all pairs of pixels."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from mofu.segmentation.refinement.bilateral import Bilateral
from mofu.segmentation.refinement.crf import SEC, CrfParameters, mean_field


def surfaces(height: int, width: int, seed: int = 0) -> NDArray[np.uint8]:
    """Three surfaces of different colours, shaded and grained as a photograph's are."""
    rng = np.random.default_rng(seed)
    places = cv2.resize(rng.random((3, 4), np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    which = np.digitize(places, [0.35, 0.65])
    colours = rng.uniform(30, 220, (3, 3))[which]
    shade = cv2.resize(rng.normal(0, 12, (4, 5)).astype(np.float32), (width, height))[..., None]
    return np.asarray(np.clip(colours + shade + rng.normal(0, 4, (height, width, 3)), 0, 255), np.uint8)


def masks(labels: int, height: int, width: int, seed: int = 0) -> NDArray[np.float32]:
    """Blurred masks, unsure of themselves."""
    rng = np.random.default_rng(seed + 100)
    found = np.stack([cv2.resize(rng.random((3, 4), np.float32), (width, height)) for _ in range(labels)]) ** 2 + 0.01
    return np.asarray(found / found.sum(axis=0), np.float32)


def symmetric(features: NDArray[np.float64]) -> NDArray[np.float64]:
    """D^-½ K D^-½ of the kernel between all pairs."""
    squares = ((features[:, None] - features[None]) ** 2).sum(axis=2)
    kernel = np.exp(-squares / 2)
    scale = 1 / np.sqrt(kernel.sum(axis=1))
    return np.asarray(scale[:, None] * kernel * scale[None])


def bilateral_kernel(pixels: NDArray[np.uint8], parameters: CrfParameters = SEC) -> NDArray[np.float64]:
    height, width = pixels.shape[:2]
    y, x = np.mgrid[:height, :width].reshape(2, -1) / parameters.bilateral_xy_px
    return symmetric(np.column_stack([x, y, pixels.reshape(-1, 3) / parameters.bilateral_rgb]))


def by_all_pairs(
    probabilities: NDArray[np.float32], pixels: NDArray[np.uint8], parameters: CrfParameters = SEC
) -> NDArray[np.float64]:
    """Mean field as the paper writes it, in double precision."""
    labels, height, width = probabilities.shape
    places = np.stack(np.mgrid[:height, :width], axis=-1).reshape(-1, 2) / parameters.gaussian_xy_px
    kernel = parameters.bilateral_weight * bilateral_kernel(pixels, parameters)
    kernel += parameters.gaussian_weight * symmetric(places)
    evidence = np.log(np.maximum(probabilities.reshape(labels, -1).T.astype(np.float64), parameters.floor))
    field = np.exp(evidence) / np.exp(evidence).sum(axis=1, keepdims=True)
    for _ in range(parameters.iterations):
        field = np.exp(evidence + kernel @ field)
        field /= field.sum(axis=1, keepdims=True)
    return np.asarray(field.T.reshape(labels, height, width))


@pytest.mark.parametrize(
    ("labels", "height", "width", "seed"), [(2, 24, 32, 0), (3, 30, 40, 1), (6, 40, 30, 2), (4, 1, 50, 3), (2, 7, 1, 4)]
)
def test_it_agrees_with_the_sum_over_all_pairs(labels: int, height: int, width: int, seed: int) -> None:
    given, pixels = masks(labels, height, width, seed), surfaces(height, width, seed)
    np.testing.assert_allclose(mean_field(given, pixels), by_all_pairs(given, pixels), atol=1e-3)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_it_agrees_where_a_cell_is_several_pixels(seed: int) -> None:
    given, pixels = masks(3, 40, 56, seed), surfaces(40, 56, seed)
    exact = by_all_pairs(given, pixels)
    apart = np.abs(mean_field(given, pixels, replace(SEC, cells=560)) - exact)
    assert apart.mean() < 1e-3
    assert np.abs(given - exact).mean() > 0.1


def test_more_cells_come_nearer_to_the_sum_over_all_pairs() -> None:
    pixels = surfaces(40, 56)
    signal = masks(2, 40, 56).reshape(2, -1).T
    exact = bilateral_kernel(pixels) @ signal
    apart = [np.abs(Bilateral(pixels, 80, 13, cells)(signal) - exact).mean() for cells in (50, 200, 800, 2240)]
    assert apart == sorted(apart, reverse=True)
    assert apart[-1] < 1e-5


def test_a_picture_of_one_colour_is_smoothed_by_place_alone() -> None:
    given, flat = masks(2, 24, 32), np.full((24, 32, 3), 90, np.uint8)
    np.testing.assert_allclose(mean_field(given, flat), by_all_pairs(given, flat), atol=1e-3)


def test_one_pixel_pulls_itself_to_what_it_is() -> None:
    """Both kernels are 1 there, so that a step adds 13 q to the log-probabilities: one from (0.6, 0.4) gives
    0.6 exp(7.8) to 0.4 exp(5.2).
    """
    given = np.array([0.6, 0.4], np.float32).reshape(2, 1, 1)
    found = mean_field(given, np.zeros((1, 1, 3), np.uint8), replace(SEC, iterations=1))
    assert found[0, 0, 0] == pytest.approx(0.6 / (0.6 + 0.4 * np.exp(-2.6)), abs=1e-5)


def test_colours_everywhere_need_no_more_cells_than_allowed() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)
    found = mean_field(masks(2, 60, 80), noise, replace(SEC, cells=100))
    assert np.isfinite(found).all()


def test_a_label_that_the_mask_rules_out_can_be_overruled() -> None:
    """The floor keeps the log-probability finite: a hole in a surface is filled."""
    hole = np.ones((20, 20), np.float32)
    hole[10, 10] = 0
    found = mean_field(np.stack([hole, 1 - hole]), np.full((20, 20, 3), 50, np.uint8))
    assert found[0, 10, 10] > 0.5


def test_no_iterations_leave_the_mask() -> None:
    given = masks(3, 6, 8)
    np.testing.assert_allclose(mean_field(given, surfaces(6, 8), replace(SEC, iterations=0)), given, atol=1e-5)
