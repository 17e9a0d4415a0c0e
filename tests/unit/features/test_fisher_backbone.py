"""What the default backbone promises: finite unit vectors that depend on the picture alone."""

import subprocess
import sys

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mofu.features.backbone import Backbone
from mofu.features.fisher.cues import CUES
from mofu.features.registry import load
from mofu.settings import FeaturesSettings

SIZES = [(48, 40), (200, 133), (64, 64), (31, 90), (33, 37)]


def picture(height: int, width: int, seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(size=(height, width, 3)).astype(np.float32)
    return cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 1 + seed % 3), None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)


PICTURES = [picture(*size, seed) for seed, size in enumerate(SIZES)]


@pytest.fixture(scope="module")
def fisher() -> Backbone:
    return load("fisher", FeaturesSettings())


def test_a_row_an_image_of_unit_length(fisher: Backbone) -> None:
    vectors = fisher.extract(PICTURES)
    assert vectors.shape == (len(PICTURES), fisher.dimension)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(PICTURES)), abs=1e-5)


def test_no_images_give_no_rows(fisher: Backbone) -> None:
    assert fisher.extract([]).shape == (0, fisher.dimension)


@settings(max_examples=10, deadline=None)
@given(order=st.permutations(range(len(SIZES))), count=st.integers(1, len(SIZES)))
def test_batch_and_order_change_nothing(fisher: Backbone, order: list[int], count: int) -> None:
    together = fisher.extract(PICTURES)
    apart = fisher.extract([PICTURES[index] for index in order[:count]])
    assert np.abs(apart - together[order[:count]]).max() < 1e-5


@pytest.mark.parametrize("shape", [(1, 1), (3, 200), (200, 3), (16, 17), (200, 200)])
@pytest.mark.parametrize("value", [0, 128, 255])
def test_flat_and_thin_pictures_stay_finite(fisher: Backbone, shape: tuple[int, int], value: int) -> None:
    vectors = fisher.extract([np.full((*shape, 3), value, np.uint8)])
    assert np.isfinite(vectors).all()


def test_a_mirrored_picture_is_much_nearer_than_another(fisher: Backbone) -> None:
    image = PICTURES[1]
    original, mirrored, other = fisher.extract([image, np.ascontiguousarray(image[:, ::-1]), PICTURES[2]])
    assert original @ mirrored > 0.9
    assert original @ other < 0.7


def test_a_layer_is_its_part_of_the_whole(fisher: Backbone) -> None:
    texture = load("fisher:texture", FeaturesSettings())
    whole, part = fisher.extract(PICTURES[:1])[0], texture.extract(PICTURES[:1])[0]
    gaussians = CUES[0].gaussians
    gradients = texture.dimension - gaussians
    layouts = len(whole) - sum(cue.gaussians for cue in CUES)
    for of_whole, of_part in ((whole[:gradients], part[:gradients]), (whole[layouts:][:gaussians], part[gradients:])):
        assert of_whole / np.linalg.norm(of_whole) == pytest.approx(of_part / np.linalg.norm(of_part), abs=1e-5)
    assert texture.dimension + load("fisher:colour", FeaturesSettings()).dimension == fisher.dimension


def test_texture_does_not_see_hue(fisher: Backbone) -> None:
    texture = load("fisher:texture", FeaturesSettings())
    grey = np.repeat(PICTURES[1][:, :, :1], 3, axis=2)
    swapped = PICTURES[1][:, :, ::-1]
    vectors = texture.extract([grey, np.ascontiguousarray(grey[:, :, ::-1])])
    assert vectors[0] == pytest.approx(vectors[1], abs=1e-6)
    colours = load("fisher:colour", FeaturesSettings()).extract([PICTURES[1], np.ascontiguousarray(swapped)])
    assert colours[0] @ colours[1] < 0.99


def test_every_layer_has_the_same_identity(fisher: Backbone) -> None:
    assert fisher.id == load("fisher:colour", FeaturesSettings()).id
    assert fisher.id.startswith("fisher-")


def test_the_default_backbone_needs_no_torch() -> None:
    code = (
        "import sys; from mofu.features.registry import load, models; from mofu.settings import FeaturesSettings;"
        "models(); load('fisher', FeaturesSettings()); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
