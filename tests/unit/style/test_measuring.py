"""Pictures → statistics of a backbone's maps: masked, in batches, and each for itself."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="NO torch EXTRA HERE: measuring is not tested")

from mofu.errors import InvalidInputError, InvalidSettingError, UnknownNameError  # noqa: E402 - after the check for torch
from mofu.features.registry import load  # noqa: E402 - likewise
from mofu.settings import FeaturesSettings  # noqa: E402 - likewise
from mofu.style.layers import PIXELS, style_layers  # noqa: E402 - likewise
from mofu.style.measuring import Unmeasured, measure  # noqa: E402 - likewise
from mofu.style.reading import Reader  # noqa: E402 - likewise
from mofu.style.statistics import measured  # noqa: E402 - likewise


@pytest.fixture(scope="module")
def backbone():
    return load("embedded_cnn", FeaturesSettings())


def picture(seed: int, height: int = 64, width: int = 80) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def test_statistics_are_those_of_the_maps(backbone) -> None:
    how = backbone.spec.preprocessing
    shown = (picture(0) / 255 - np.array(how.mean)) / np.array(how.std)
    with torch.inference_mode():
        (maps,) = backbone.module(["stage2"])(torch.from_numpy(shown).float().permute(2, 0, 1)[None])

    (found,) = measure(backbone, [picture(0)], ["stage2"], device="cpu")

    expected = measured(maps[0].numpy())
    assert found["stage2"].moment == pytest.approx(expected.moment, rel=1e-3, abs=1e-3)


def test_the_picture_itself_is_a_layer_of_three_channels_in_zero_to_one(backbone) -> None:
    red = np.zeros((64, 64, 3), np.uint8)
    red[..., 0] = 255

    (found,) = measure(backbone, [red], [PIXELS], device="cpu")

    assert found[PIXELS].mean.tolist() == [1, 0, 0]
    assert found[PIXELS].moment.tolist() == [[1, 0, 0], [0, 0, 0], [0, 0, 0]]


def test_a_mask_counts_what_it_covers_alone(backbone) -> None:
    halves = np.zeros((64, 64, 3), np.uint8)
    halves[:, 32:] = 255
    mask = np.zeros((128, 128), np.float32)  # of another size: brought to the map's by area
    mask[:, 64:] = 1

    (found,) = measure(backbone, [halves], [PIXELS], [mask], device="cpu")

    assert found[PIXELS].mean == pytest.approx(np.ones(3))


def test_a_mask_that_leaves_too_little_is_named_as_the_reason(backbone) -> None:
    mask = np.zeros((64, 80), np.float32)
    mask[:16, :16] = 1

    (found,) = measure(backbone, [picture(0)], ["stage1", "stage4"], [mask], device="cpu")

    assert isinstance(found, Unmeasured)
    assert found.by_mask
    assert found.reason.startswith("stage4: a mask that leaves 1.0 of 20 positions")


def test_one_bad_picture_costs_itself(backbone) -> None:
    grey, tiny = np.zeros((64, 64), np.uint8), np.zeros((3, 3, 3), np.uint8)

    found = measure(backbone, [picture(0), grey, tiny, picture(1)], ["stage2"], device="cpu")

    assert [isinstance(each, Unmeasured) for each in found] == [False, True, True, False]
    assert not found[1].by_mask


@pytest.mark.parametrize("mask", [np.full((4, 4), 2.0), np.full((4, 4), np.nan), np.ones(4)])
def test_a_mask_that_is_none_costs_its_picture(backbone, mask: np.ndarray) -> None:
    (found,) = measure(backbone, [picture(0)], [PIXELS], [mask.astype(np.float32)], device="cpu")

    assert isinstance(found, Unmeasured)
    assert found.by_mask


def test_pictures_of_many_shapes_come_back_in_their_order(backbone) -> None:
    pictures = [picture(n, *((64, 80) if n % 2 else (80, 64))) for n in range(7)]

    together = measure(backbone, pictures, ["stage3"], device="cpu")

    for shown, found in zip(pictures, together, strict=True):
        (alone,) = measure(backbone, [shown], ["stage3"], device="cpu")
        assert found["stage3"].moment == pytest.approx(alone["stage3"].moment, rel=1e-3, abs=1e-3)


def test_large_pictures_are_scaled_down_and_small_ones_left(backbone) -> None:
    large, small = measure(backbone, [picture(0, 200, 400), picture(0, 40, 50)], [PIXELS], side_px=100, device="cpu")

    assert large[PIXELS].deviation.max() < 0.2 < small[PIXELS].deviation.min()


def test_a_network_of_squares_is_shown_squares(backbone) -> None:
    class Square(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = torch.nn.Conv2d(3, 2, 1)

        def forward(self, images: torch.Tensor) -> list[torch.Tensor]:
            if images.shape[2:] != (48, 48):
                raise ValueError("expected 48 × 48")
            return [self.layer(images)]

    how = SimpleNamespace(mean=(0.5,) * 3, std=(0.25,) * 3, crop_px=48, side_px=56)
    square = SimpleNamespace(name="square", spec=SimpleNamespace(preprocessing=how), module=lambda layers: Square())

    (found,) = measure(square, [picture(0)], ["stage1"], device="cpu")

    assert found["stage1"].channels == 2


class Crowded(Reader):
    """A reader on a device that has room for two pictures at once, then for none."""

    def __init__(self, backbone, room: int) -> None:
        super().__init__(backbone, ["stage1"], "cpu")
        self._device, self.room, self.sizes = torch.device("meta"), room, []

    def _computed(self, images):
        self.sizes.append(len(images))
        if self._device.type != "cpu" and len(images) > self.room:
            raise torch.OutOfMemoryError("no room")
        return super()._computed(images)


def test_without_room_fewer_pictures_are_computed_at_once(backbone) -> None:
    reader = Crowded(backbone, room=2)

    assert len(list(reader.maps([picture(n) for n in range(4)]))) == 4
    assert reader.sizes == [4, 2, 2]


def test_without_room_for_one_picture_the_cpu_goes_on_with_a_warning(backbone) -> None:
    reader = Crowded(backbone, room=0)

    with pytest.warns(RuntimeWarning, match="the GPU cannot be used"):
        found = list(reader.maps([picture(n) for n in range(4)]))

    assert [set(each) for each in found] == [{"stage1"}] * 4
    assert reader.sizes == [4, 2, 1, 4]


def test_a_layer_without_maps_lists_those_that_have(backbone) -> None:
    with pytest.raises(UnknownNameError, match="stage1"):
        measure(backbone, [picture(0)], ["all"], device="cpu")


def test_every_picture_has_one_mask_or_none_has(backbone) -> None:
    with pytest.raises(InvalidInputError, match="1 masks of 2 pictures"):
        measure(backbone, [picture(0), picture(1)], [PIXELS], [None], device="cpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="A GPU IS HERE: it is not missed")
def test_a_gpu_that_is_not_there_is_missed(backbone) -> None:
    with pytest.raises(InvalidSettingError, match="finds no GPU"):
        measure(backbone, [picture(0)], [PIXELS], device="cuda")


def test_the_layers_of_a_style_are_the_first_at_each_resolution() -> None:
    from mofu.features.registry import find

    assert style_layers(find("embedded_cnn")) == ("stage1", "stage2", "stage3", "stage4")
    assert style_layers(find("vgg16")) == ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")


def test_a_backbone_without_maps_has_no_styles() -> None:
    from mofu.features.registry import find

    with pytest.raises(InvalidInputError, match="backbone fisher has no maps"):
        style_layers(find("fisher"))
