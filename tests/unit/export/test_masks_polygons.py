"""Polygons of a mask: along its pixels' borders, without holes, and exactly the mask again for COCO's own tools."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from pycocotools import mask as coco

from mofu.export.masks import run_lengths
from mofu.export.masks.polygons import polygons

masks = arrays.arrays(np.bool_, st.tuples(st.integers(1, 20), st.integers(1, 20)))


def enclosed(ring: np.ndarray) -> float:
    """Its area by the shoelace formula."""
    x, y = ring.T
    return abs(float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum())) / 2


def rasterised(mask: np.ndarray) -> np.ndarray:
    flat = [ring.ravel().astype(float).tolist() for ring in polygons(mask)]
    joined = coco.merge(coco.frPyObjects(flat, *mask.shape))
    return run_lengths.decode(run_lengths.decompress(joined["counts"].decode()), *mask.shape)


def test_a_pixel_is_a_square_from_its_upper_left_corner_on() -> None:
    mask = np.zeros((3, 4), bool)
    mask[1, 2] = True
    (ring,) = polygons(mask)
    assert ring.tolist() == [[2, 1], [3, 1], [3, 2], [2, 2]]


def test_only_corners_are_named() -> None:
    (ring,) = polygons(np.ones((10, 20), bool))
    assert ring.tolist() == [[0, 0], [20, 0], [20, 10], [0, 10]]


def test_an_empty_mask_has_none() -> None:
    assert polygons(np.zeros((4, 4), bool)) == []


@pytest.mark.parametrize("mask", [np.eye(2, dtype=bool), np.eye(2, dtype=bool)[::-1]])
def test_pixels_that_touch_at_their_corners_alone_are_apart(mask: np.ndarray) -> None:
    assert [enclosed(ring) for ring in polygons(mask)] == [1.0, 1.0]


def test_what_has_a_hole_is_cut_at_the_left_end_of_the_hole() -> None:
    mask = np.ones((3, 3), bool)
    mask[1, 1] = False
    left, right = polygons(mask)
    assert left.tolist() == [[0, 0], [1, 0], [1, 3], [0, 3]]
    assert enclosed(right) == 5


def test_parts_without_a_hole_stay_whole_beside_one_that_has() -> None:
    mask = np.zeros((3, 9), bool)
    mask[:, :3] = mask[:, 4:] = True
    mask[1, 1] = False
    assert sorted(enclosed(ring) for ring in polygons(mask)) == [3, 5, 15]


@given(masks)
def test_rasterised_by_cocos_own_tools_they_are_the_mask_again(mask: np.ndarray) -> None:
    assert not mask.any() or np.array_equal(rasterised(mask), mask)


@given(masks)
def test_they_share_no_pixel_and_leave_none_out(mask: np.ndarray) -> None:
    assert sum(enclosed(ring) for ring in polygons(mask)) == mask.sum()
