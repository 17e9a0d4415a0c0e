"""Pictures painted by optimisation on a network of two layers: what strengths, mixes and maps do to them."""

import numpy as np
import pytest
import torch
from two_layer_backbone import TwoLayerBackbone, blocks

from mofu.errors import InvalidInputError
from mofu.style.descent import COARSEST_PX, as_pixels, as_tensor, minimised, pyramid, stray
from mofu.style.gatys import GatysStylist, Weights, load_gatys
from mofu.style.layers import PIXELS
from mofu.style.measuring import measure
from mofu.style.mix import Part
from mofu.style.texture import Place, distance, targets

STEPS = 6
LAYERS = ("first", "second")
CONTENT = blocks(0, 32, 48)


@pytest.fixture(scope="module")
def stylist():
    return load_gatys(TwoLayerBackbone(), None)


@pytest.fixture(scope="module")
def styles():
    """Of a red picture and of a blue one, both grained."""
    rng = np.random.default_rng(1)
    drawn = [rng.normal(of, 40, (32, 32, 3)) for of in ((200, 40, 40), (40, 40, 200))]
    grains = [np.clip(each, 0, 255).astype(np.uint8) for each in drawn]
    return measure(TwoLayerBackbone(), grains, (PIXELS, *LAYERS))


def painted(stylist, *mix, strength=0.6, content=CONTENT, **more):
    return stylist.stylise(content, mix, strength, iterations=STEPS, **more)


def away(stylist, pixels, statistics):
    """How far a picture is from a style."""
    wanted = targets(statistics, LAYERS, torch.device("cpu"))
    return distance(stylist.maps(as_tensor(pixels, torch.device("cpu"))), Place.of(None, 1), wanted).item()


def test_strength_0_is_the_picture_itself(stylist, styles):
    assert np.array_equal(painted(stylist, Part(styles[0]), strength=0.0), CONTENT)


def test_a_stronger_style_is_nearer_to_the_style(stylist, styles):
    found = [away(stylist, painted(stylist, Part(styles[0]), strength=s), styles[0]) for s in (0.0, 0.2, 1.0)]
    assert found == sorted(found, reverse=True)
    assert found[-1] < 0.2 * found[0]


def test_the_same_call_gives_the_same_pixels(stylist, styles):
    assert np.array_equal(painted(stylist, Part(styles[0]), seed=3), painted(stylist, Part(styles[0]), seed=3))


def test_another_seed_gives_other_pixels(stylist, styles):
    assert not np.array_equal(painted(stylist, Part(styles[0]), seed=3), painted(stylist, Part(styles[0]), seed=4))


def test_weights_of_1_and_0_are_one_style_alone(stylist, styles):
    mixed = painted(stylist, Part(styles[0], 1.0), Part(styles[1], 0.0))
    assert np.array_equal(mixed, painted(stylist, Part(styles[0], 1.0)))


def test_a_mix_is_between_its_styles(stylist, styles):
    red, both, blue = (painted(stylist, *mix, strength=1.0).astype(float)[..., 0].mean() for mix in (
        [Part(styles[0])], [Part(styles[0]), Part(styles[1])], [Part(styles[1])]
    ))  # fmt: skip
    assert red > both + 10 > blue + 20


def test_a_map_of_two_halves_puts_each_style_on_its_half(stylist, styles):
    left = np.zeros(CONTENT.shape[:2], np.float32)
    left[:, :24] = 1
    found = painted(stylist, Part(styles[0], 1.0, left), Part(styles[1], 1.0, 1 - left), strength=1.0).astype(float)
    alone = [painted(stylist, Part(style), strength=1.0).astype(float) for style in styles]
    for half, own, other in ((slice(0, 20), 0, 1), (slice(28, 48), 1, 0)):
        means = [picture[:, half].mean((0, 1)) for picture in (found, alone[own], alone[other])]
        assert np.abs(means[0] - means[1]).max() < 25
        assert np.abs(means[0] - means[2]).max() > 80


def test_colours_have_no_more_grain_than_what_is_painted_on(styles):
    def grain(**weights):
        stylist = GatysStylist(TwoLayerBackbone(), Weights(**weights))
        found = painted(stylist, Part(styles[0]), strength=1.0) / 255
        colours = found - found.mean(2, keepdims=True)
        return np.abs(np.diff(colours, axis=1)).mean()

    assert grain(grain=5000.0) < 0.7 * grain(grain=0.0)


def test_every_step_is_told(stylist, styles):
    told = []
    painted(stylist, Part(styles[0]), progress=lambda done, total: told.append((done, total)))
    assert told[0] == (1, STEPS)
    assert told == sorted(told)
    assert told[-1][0] <= STEPS


def test_a_style_without_colours_is_painted_by_the_maps_alone(stylist, styles):
    plain = {name: layer for name, layer in styles[0].items() if name != PIXELS}
    assert painted(stylist, Part(plain)).shape == CONTENT.shape


def test_a_style_without_a_layer_is_refused(stylist, styles):
    with pytest.raises(InvalidInputError, match="style 'a' has no statistics of second, which gatys needs"):
        painted(stylist, Part({"first": styles[0]["first"]}, label="a"))


def test_a_file_of_weights_is_refused(tmp_path):
    with pytest.raises(InvalidInputError, match="gatys learns nothing"):
        load_gatys(TwoLayerBackbone(), tmp_path / "x.safetensors")


def test_sizes_are_halved_while_there_is_enough_left():
    assert pyramid((COARSEST_PX - 1, 999)) == [(COARSEST_PX - 1, 999)]
    assert pyramid((2 * COARSEST_PX, 4 * COARSEST_PX)) == [
        (COARSEST_PX, 2 * COARSEST_PX),
        (2 * COARSEST_PX, 4 * COARSEST_PX),
    ]


def test_descent_finds_the_smallest_of_a_bowl():
    bowl = torch.tensor([0.2, 0.7, 0.4])[:, None, None]
    start = torch.zeros(1, 3, 2, 2)
    found = minimised(lambda picture: (picture - bowl).square().sum(), start, 20, lambda done: None)
    assert found.numpy() == pytest.approx(np.broadcast_to(bowl.numpy(), (1, 3, 2, 2)), abs=1e-5)
    assert not start.any()


def test_what_strays_from_the_range_is_told_by_its_square():
    inside, outside = torch.full((1, 3, 1, 1), 0.5), torch.tensor([-0.1, 1.2, 0.5]).view(1, 3, 1, 1)
    assert stray(inside) == 0
    assert stray(outside).item() == pytest.approx(20 * (0.01 + 0.04) / 3, rel=1e-5)


def test_pixels_go_to_a_tensor_and_back():
    assert np.array_equal(as_pixels(as_tensor(CONTENT, torch.device("cpu"))), CONTENT)
