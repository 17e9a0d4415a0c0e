"""Parts of an image, and the backbone that pools over them."""

from collections.abc import Sequence

import numpy as np
import pytest

from mofu.features.backbone import Backbone, BackboneSpec, Layer, Vectors
from mofu.features.crops import parts, pooled
from mofu.features.preprocessing import Preprocessing
from mofu.imaging.results import Pixels
from mofu.settings import FeaturesSettings

FIVE, SCALES = FeaturesSettings(crops="five"), FeaturesSettings(crops="scales")


class Corner(Backbone):
    """The red of the first pixel, and one."""

    def __init__(self) -> None:
        self.id, self.layer = "corner-0", "pixel"
        self.spec = BackboneSpec("corner", "", (Layer("pixel", 2),), "pixel", Preprocessing(48, "shorter"))

    def _compute(self, pixels: Sequence[Pixels]) -> Vectors:
        return np.array([[image[0, 0, 0], 1] for image in pixels], np.float32)


def ramp() -> Pixels:
    """8 × 12 pixels; red counts the columns, green the rows."""
    rows, columns = np.mgrid[:8, :12].astype(np.uint8)
    return np.stack([columns, rows, rows], axis=2)


def test_the_parts_are_the_corners_and_the_middle() -> None:
    found = parts(ramp())
    assert [part.shape for part in found] == [(6, 9, 3)] * 5
    assert [tuple(part[0, 0, :2]) for part in found] == [(0, 0), (3, 0), (2, 1), (0, 2), (3, 2)]


def test_one_pixel_has_parts_too() -> None:
    assert [part.shape for part in parts(np.zeros((1, 1, 3), np.uint8))] == [(1, 1, 3)] * 5


def test_one_crop_is_the_backbone_itself() -> None:
    backbone = Corner()
    assert pooled(backbone, FeaturesSettings()) is backbone


@pytest.mark.parametrize(("settings", "red"), [(FIVE, (0 + 3 + 2 + 0 + 3) / 5), (SCALES, (0 + 8 / 5) / 2)])
def test_the_mean_over_the_parts_points_where_the_vector_points(settings: FeaturesSettings, red: float) -> None:
    (vector,) = pooled(Corner(), settings).extract([ramp()])
    assert vector[0] / vector[1] == pytest.approx(red)


def test_the_vector_is_as_long_as_those_of_the_parts_are_on_average() -> None:
    (vector,) = pooled(Corner(), FIVE).extract([ramp()])
    assert np.linalg.norm(vector) == pytest.approx((2 * 1 + 2 * 10**0.5 + 5**0.5) / 5)


def test_the_identity_says_what_was_pooled() -> None:
    assert [pooled(Corner(), settings).id for settings in (FIVE, SCALES)] == ["corner-0-five", "corner-0-scales"]


def test_the_decoder_is_asked_for_enough_pixels_for_a_part() -> None:
    assert pooled(Corner(), FIVE).side_px == 64


def test_batch_and_order_change_nothing() -> None:
    images = [ramp(), ramp()[::-1, ::-1], ramp()[:, ::-1]]
    backbone = pooled(Corner(), SCALES)
    apart = np.concatenate([backbone.extract([image]) for image in images])
    assert backbone.extract(images) == pytest.approx(apart)
