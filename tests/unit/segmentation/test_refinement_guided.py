"""The guided filter is the published one, and follows edges where a blur would not."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mofu.segmentation.refinement.guided import GuidedParameters, guided

RADIUS = 2
FULL = GuidedParameters(radius_share=RADIUS / 20, flatness=1e-3, scale=1.0)
Array = NDArray[np.float64]


def surfaces(height: int, width: int, seed: int) -> NDArray[np.uint8]:
    """Two colours with an edge between them that is no line, and noise on both."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    right = x > width / 2 + 2 * np.sin(y / 3)
    colours = np.where(right[..., None], (180, 90, 60), (60, 120, 150)) + random.normal(0, 12, (height, width, 3))
    return np.clip(colours, 0, 255).astype(np.uint8)


def masks(labels: int, height: int, width: int, seed: int) -> NDArray[np.float32]:
    found = np.random.default_rng(seed).random((labels, height, width), np.float32) + np.float32(0.2)
    return np.asarray(found / found.sum(0), np.float32)


def windows(plane: Array) -> Array:
    """(h, w, …) → (h, w, (2 r + 1)², …), mirrored at the border."""
    edges = [(RADIUS, RADIUS)] * 2 + [(0, 0)] * (plane.ndim - 2)
    padded = np.pad(plane, edges, mode="symmetric")
    height, width = plane.shape[:2]
    side = range(2 * RADIUS + 1)
    return np.stack([padded[down : down + height, right : right + width] for down in side for right in side], axis=2)


def published(label: Array, pixels: NDArray[np.uint8]) -> Array:
    """Equations 14 to 16 of the paper: a ridge regression in each window, then the mean of all that hold a pixel."""
    colours = pixels / 255.0
    near, value = windows(colours), windows(label)
    slopes, offsets = np.zeros(colours.shape), np.zeros(label.shape)
    for place in np.ndindex(label.shape):
        covariance = np.cov(near[place].T, bias=True) + FULL.flatness * np.eye(3)
        centred = near[place] - near[place].mean(0)
        slopes[place] = np.linalg.solve(covariance, centred.T @ value[place] / len(centred))
        offsets[place] = value[place].mean() - slopes[place] @ near[place].mean(0)
    return np.asarray((windows(slopes).mean(2) * colours).sum(2) + windows(offsets).mean(2))


def test_the_filter_is_the_published_one_of_every_label() -> None:
    pixels, given = surfaces(14, 20, seed=1), masks(3, 14, 20, seed=2)
    expected = np.clip([published(label.astype(float), pixels) for label in given], 1e-6, 1)
    np.testing.assert_allclose(guided(given, pixels, FULL), expected / expected.sum(0), atol=2e-5)


def test_at_half_the_size_little_changes() -> None:
    pixels = surfaces(120, 160, seed=3)
    smooth = np.repeat(np.repeat(masks(3, 12, 16, seed=4), 10, axis=1), 10, axis=2)
    apart = np.abs(guided(smooth, pixels) - guided(smooth, pixels, GuidedParameters(scale=1.0)))
    assert 0 < apart.mean() < 0.01


def test_a_mask_ends_where_its_surface_does_and_not_where_it_was_cut() -> None:
    pixels = np.full((80, 120, 3), (60, 110, 90), np.uint8)
    pixels[:, 60:] = (170, 100, 140)
    left = np.full((80, 120), 0.95, np.float32)
    left[:, 57:] = 0.05
    found = guided(np.stack([left, 1 - left]), pixels, GuidedParameters(radius_share=0.1))[0, 20:60]
    # 3 px of the surface had been left out, and belong to it again
    assert found[:, :59].min() > 0.6
    assert found[:, 61:].max() < 0.2
    # what a filter that does not see the surfaces makes of it
    blurred = cv2.blur(left, (25, 25))[20:60]
    assert np.abs(blurred[:, 58] - blurred[:, 61]).max() < 0.15
