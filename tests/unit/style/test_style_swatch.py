"""A picture of a style's numbers."""

import io

import numpy as np
import pytest
from PIL import Image
from two_layer_backbone import TwoLayerBackbone

from mofu.errors import InvalidInputError
from mofu.style.layers import PIXELS
from mofu.style.measuring import measure
from mofu.style.swatch import swatch, synthesised

RED = np.clip(np.random.default_rng(1).normal((200, 40, 40), 30, (48, 48, 3)), 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def style():
    return measure(TwoLayerBackbone(), [RED], (PIXELS, "first", "second"))[0]


def test_it_has_the_colours_of_the_style(style):
    found = synthesised(TwoLayerBackbone(), style, side_px=32, iterations=10)
    assert found.mean((0, 1)) == pytest.approx(RED.mean((0, 1)), abs=15)


def test_equal_numbers_give_equal_bytes_and_a_png_of_the_size_asked_for(style):
    found = swatch(TwoLayerBackbone(), style, side_px=16)
    assert found == swatch(TwoLayerBackbone(), style, side_px=16)
    with Image.open(io.BytesIO(found)) as image:
        assert (image.format, image.size, image.mode) == ("PNG", (16, 16), "RGB")


def test_a_style_without_colours_has_a_swatch_too(style):
    maps = {name: layer for name, layer in style.items() if name != PIXELS}
    assert synthesised(TwoLayerBackbone(), maps, side_px=16, iterations=2).shape == (16, 16, 3)


def test_a_large_one_is_painted_coarse_to_fine(style):
    assert synthesised(TwoLayerBackbone(), style, side_px=128, iterations=2).shape == (128, 128, 3)


def test_a_style_of_another_backbone_is_refused(style):
    with pytest.raises(InvalidInputError, match="has no statistics of first, second"):
        swatch(TwoLayerBackbone(), {PIXELS: style[PIXELS]})
