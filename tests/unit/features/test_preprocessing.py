"""Pixels become what torchvision's own reference transforms make of them."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from torchvision.transforms import InterpolationMode
from torchvision.transforms import v2 as transforms

from mofu.features.preprocessing import Interpolation, Preprocessing, middle, prepared, resized
from mofu.features.torch_runtime import Normalised


def picture(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(height * 1000 + width).integers(0, 256, (height, width, 3), np.uint8)


def reference(image: np.ndarray, how: Preprocessing, size: int | list[int]) -> np.ndarray:
    steps = [transforms.Resize(size, InterpolationMode(how.interpolation), antialias=True)]
    if how.crop_px is not None:
        steps.append(transforms.CenterCrop(how.crop_px))
    steps += [transforms.PILToTensor(), transforms.ToDtype(torch.float32, scale=True)]
    steps.append(transforms.Normalize(how.mean, how.std))
    return transforms.Compose(steps)(Image.fromarray(image)).numpy()


def shown(image: np.ndarray, how: Preprocessing) -> np.ndarray:
    """What the network itself is given."""
    given = torch.from_numpy(prepared(image, how).copy())[None]
    return Normalised(torch.nn.Identity(), how)(given)[0].numpy()


@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic"])
@pytest.mark.parametrize("shape", [(375, 500), (500, 375), (256, 300), (64, 90), (301, 257)])
def test_resizing_and_cutting_are_torchvisions(shape: tuple[int, int], interpolation: Interpolation) -> None:
    how = Preprocessing(256, "shorter", 224, interpolation=interpolation)
    image = picture(*shape)
    assert np.abs(shown(image, how) - reference(image, how, 256)).max() < 1e-3


@pytest.mark.parametrize("shape", [(3, 400), (400, 3), (40, 4000)])
@pytest.mark.parametrize("crop_px", [8, 14])
def test_of_a_very_long_picture_the_middle_is_that_of_the_whole(shape: tuple[int, int], crop_px: int) -> None:
    how = Preprocessing(12, "shorter", crop_px)
    image = np.asarray(Image.fromarray(picture(4, 4)).resize(shape[::-1]))
    whole = middle(resized(image, how), crop_px)
    assert prepared(image, how).shape == (crop_px, crop_px, 3)
    assert np.abs(prepared(image, how).astype(int) - whole).max() <= 1


def test_of_a_very_long_picture_only_the_middle_is_made() -> None:
    image = np.zeros((1, 3_000_000, 3), np.uint8)  # 256 × 768,000,000 px, were it resized as a whole
    assert prepared(image, Preprocessing(256, "shorter", 224)).shape == (224, 224, 3)


def test_squashing_is_torchvisions_resize_to_a_square() -> None:
    how = Preprocessing(64, "shorter", 64, mode="squash", mean=(0.5,) * 3, std=(0.25,) * 3, interpolation="bicubic")
    image = picture(90, 200)
    assert np.abs(shown(image, how) - reference(image, how, [64, 64])).max() < 1e-3


def test_a_square_larger_than_the_picture_has_black_around_it_as_torchvision_has() -> None:
    how = Preprocessing(32, "shorter", 48)
    image = picture(32, 61)
    assert np.abs(shown(image, how) - reference(image, how, 32)).max() < 1e-3


def test_without_a_square_the_picture_keeps_its_shape() -> None:
    assert prepared(picture(50, 100), Preprocessing(40, "longer")).shape == (20, 40, 3)
    assert prepared(picture(50, 100), Preprocessing(40, "shorter")).shape == (40, 80, 3)


def test_a_picture_of_the_size_asked_for_is_not_touched() -> None:
    image = picture(256, 341)
    assert resized(image, Preprocessing(256, "shorter", 224)) is image


def test_the_middle_of_an_odd_rest_lies_where_torchvision_has_it() -> None:
    image = picture(7, 10)
    expected = np.asarray(transforms.CenterCrop(4)(Image.fromarray(image)))
    assert (middle(image, 4) == expected).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 400), st.integers(1, 400), st.integers(1, 300), st.sampled_from(["shorter", "longer"]))
def test_the_side_asked_for_is_the_side_that_comes(width: int, height: int, side_px: int, fit: str) -> None:
    size = Preprocessing(side_px, fit).size(width, height)
    assert (min(size) if fit == "shorter" else max(size)) == side_px
