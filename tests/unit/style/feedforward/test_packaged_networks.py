"""The networks that come with the package: small, whole, and worth having."""

import numpy as np
import pytest
import torch
from small_styles import BACKBONE, LAYERS, statistics, texture

from mofu.style.feedforward.encoder import Encoder
from mofu.style.feedforward.moments import of_maps, of_statistics
from mofu.style.feedforward.objective import Weights, style_distance
from mofu.style.feedforward.weights import file_of, packaged
from mofu.style.mix import Part
from mofu.style.stylist import load

NAMES = ("adain", "fast")
SQUARE = np.full((96, 96, 3), 60, np.uint8)
SQUARE[32:64, 32:64] = (200, 180, 120)


@pytest.mark.parametrize("name", NAMES)
def test_they_are_small_and_say_where_they_come_from(name):
    assert file_of(name).stat().st_size < 5 << 20
    origin = packaged(name).origin
    assert (origin["stylist"], origin["backbone"]) == (name, BACKBONE.id)
    assert "train_style_networks" in origin["script"]


@pytest.mark.parametrize("name", NAMES)
def test_they_bring_a_picture_nearer_to_a_style(name):
    (style,) = statistics(texture(12, side_px=96))
    painted = load(name, BACKBONE).stylise(SQUARE, [Part(style)], 1.0)
    pictures = torch.from_numpy(np.stack([SQUARE, painted])).permute(0, 3, 1, 2) / 255
    with torch.inference_mode():
        before, after = style_distance(
            of_maps(Encoder(BACKBONE)(pictures)), of_statistics([style] * 2, LAYERS), Weights()
        )
    assert after < 0.6 * before


@pytest.mark.parametrize("name", NAMES)
def test_at_a_hint_of_strength_the_picture_hardly_changes(name):
    (style,) = statistics(texture(12, side_px=96))
    painted = load(name, BACKBONE).stylise(SQUARE, [Part(style)], 0.01)
    assert np.abs(painted.astype(int) - SQUARE).mean() < 12
