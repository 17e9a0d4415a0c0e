"""Dense SIFT by hand, against OpenCV's, and under mirroring."""

import cv2
import numpy as np
import pytest

from mofu.features.fisher.sift import (
    DIMENSION,
    PATCH_PX,
    dense_sift,
    mirrored_order,
    orientation_maps,
    root_normalised,
)


def ramp(dx: float, dy: float, side: int = 32) -> np.ndarray:
    y, x = np.mgrid[0:side, 0:side].astype(np.float32)
    return np.float32(dx) * x + np.float32(dy) * y


def blobs(height: int, width: int, seed: int = 0) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(size=(height, width)).astype(np.float32)
    return cv2.GaussianBlur(noise, (0, 0), 2)


@pytest.mark.parametrize(("dx", "dy", "orientation"), [(1, 0, 0), (1, 1, 1), (0, 1, 2), (-1, 0, 4), (0, -1, 6)])
def test_a_ramp_has_one_orientation(dx: float, dy: float, orientation: int) -> None:
    inside = orientation_maps(ramp(dx, dy))[8, 8]
    assert inside.argmax() == orientation
    assert inside.sum() == pytest.approx(2 * np.hypot(dx, dy), rel=1e-3)  # the difference of pixels two apart


def test_an_angle_between_two_orientations_is_shared() -> None:
    inside = orientation_maps(ramp(np.cos(np.pi / 8), np.sin(np.pi / 8)))[8, 8]
    assert inside[0] == pytest.approx(inside[1], rel=1e-2)
    assert inside[2:] == pytest.approx(np.zeros(6), abs=1e-3)


def test_the_grid_holds_every_patch_that_lies_inside() -> None:
    # 1 + (40−16)//4 = 7 rows, 1 + (30−16)//4 = 4 columns
    assert dense_sift(blobs(40, 30), 4).shape == (7 * 4, DIMENSION)
    assert dense_sift(blobs(PATCH_PX, PATCH_PX), 4).shape == (1, DIMENSION)


def test_cells_are_in_the_order_row_column_orientation() -> None:
    image = np.zeros((16, 16), np.float32)
    image[:, 12:] = 1  # one step at the right: its gradients point right, in the last columns of cells
    cells = dense_sift(image, 4).reshape(4, 4, 8)
    assert (cells[:, :2] == 0).all()
    assert (cells[:, 2:, 0] > 0).all()
    assert (cells[..., 1:] == 0).all()


def test_descriptors_resemble_those_of_opencv() -> None:
    image = blobs(96, 96)
    eight_bit = cv2.normalize(image, None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)
    grid = [(x, y) for y in range(24, 60, 8) for x in range(24, 60, 8)]
    # cells of 3·size/2 px there, of 4 px here, around the same centre; there the y axis of angles points up
    points = [cv2.KeyPoint(float(x), float(y), 8 / 3, 0.0, 0, 0) for x, y in grid]
    _, theirs = cv2.SIFT_create().compute(eight_bit, points)
    all_ours = dense_sift(eight_bit.astype(np.float32), 1).reshape(81, 81, DIMENSION)
    upwards = -np.arange(8) % 8
    ours = np.array([all_ours[y - 8, x - 8].reshape(4, 4, 8)[..., upwards].ravel() for x, y in grid])
    both = [rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (ours, theirs.astype(np.float64))]
    assert np.median((both[0] * both[1]).sum(axis=1)) > 0.8


def test_root_normalised_clips_and_roots() -> None:
    descriptor = np.zeros((1, DIMENSION), np.float32)
    descriptor[0, :2] = 3, 4  # 0.6 and 0.8 of the length, both clipped at 0.2
    assert root_normalised(descriptor, 0.01)[0, :3] == pytest.approx([np.sqrt(0.2), np.sqrt(0.2), 0])


def test_noise_under_the_floor_stays_small() -> None:
    descriptor = np.full((1, DIMENSION), 1e-6, np.float32)
    assert root_normalised(descriptor, 0.01).max() == pytest.approx(np.sqrt(1e-4))


def test_a_flat_patch_is_zero() -> None:
    assert (root_normalised(dense_sift(np.ones((20, 20), np.float32), 2), 0.01) == 0).all()


def test_the_mirror_twin_is_a_permutation() -> None:
    image = blobs(PATCH_PX + 1, PATCH_PX + 1)  # odd, so that both twins have the same grid of cell centres
    mirrored = dense_sift(np.ascontiguousarray(image[:, ::-1]), 1).reshape(2, 2, DIMENSION)
    original = dense_sift(image, 1).reshape(2, 2, DIMENSION)
    similarity = np.corrcoef(mirrored[0, 0], original[0, 1][mirrored_order()])[0, 1]
    assert similarity > 0.9
    assert sorted(mirrored_order()) == list(range(DIMENSION))
