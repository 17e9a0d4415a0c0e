"""What every stylist refuses, and how one is found by name."""

import numpy as np
import pytest
from two_layer_backbone import TwoLayerBackbone, blocks

from mofu.errors import InvalidInputError, UnknownNameError
from mofu.style.mix import Part
from mofu.style.stylist import STYLISTS, Stylist, load


class Plain(Stylist):
    name, backbone_id, layers = "plain", "two-layer-0", ("first",)

    def _stylise(self, work):
        return work.pixels


STYLE = Part({"first": None}, label="a")


def test_every_stylist_has_its_name():
    assert list(STYLISTS) == ["gatys", "fast", "adain"]


def test_a_stylist_is_loaded_by_its_name():
    assert load("gatys", TwoLayerBackbone()).name == "gatys"


def test_an_unknown_stylist_lists_those_that_are_known():
    with pytest.raises(UnknownNameError, match="did you mean 'gatys'"):
        load("gatis", TwoLayerBackbone())


def test_a_style_without_a_layer_is_refused_with_what_it_has():
    with pytest.raises(InvalidInputError, match="style 'b' has no statistics of first, which plain needs: it has none"):
        Plain().stylise(blocks(0), (Part({}, label="b"),), 0.5)


def test_a_map_of_another_size_is_refused():
    with pytest.raises(InvalidInputError, match=r"map of style 'a' is \(2, 2\): expected the picture's \(40, 48\)"):
        Plain().stylise(blocks(0), (STYLE, Part(STYLE.statistics, 1.0, np.ones((2, 2), np.float32), "a")), 0.5)


@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan")])
def test_a_strength_out_of_range_is_refused(strength):
    with pytest.raises(InvalidInputError, match="expected a number from 0"):
        Plain().stylise(blocks(0), (STYLE,), strength)


@pytest.mark.parametrize("pixels", [np.zeros((2, 2), np.uint8), np.zeros((2, 2, 3)), np.zeros((0, 2, 3), np.uint8)])
def test_what_is_no_picture_is_refused(pixels):
    with pytest.raises(InvalidInputError, match=r"expected \(height, width, 3\) uint8 RGB"):
        Plain().stylise(pixels, (STYLE,), 0.5)


def test_a_style_of_another_backbone_is_refused_with_the_remedy():
    Plain().check_backbone("two-layer-0", "a")
    with pytest.raises(InvalidInputError, match=r"learned with two-layer-1, plain works with two-layer-0: learn"):
        Plain().check_backbone("two-layer-1", "a")
