"""What both stylists hold, whatever their weights: mixes, maps, strengths, tiles, and what they refuse."""

import numpy as np
import pytest
from small_styles import BACKBONE, statistics, texture, untrained

from mofu.errors import DamagedError, InvalidInputError
from mofu.features.backbone import Backbone, BackboneSpec, Layer
from mofu.features.preprocessing import Preprocessing
from mofu.style.feedforward.weights import packaged
from mofu.style.mix import Part
from mofu.style.stylist import load

NAMES = ("adain", "fast")
PICTURE = np.random.default_rng(0).integers(0, 255, (64, 96, 3)).astype(np.uint8)


@pytest.fixture(scope="module", params=NAMES)
def stylist(request, tmp_path_factory):
    return load(request.param, BACKBONE, weights=untrained(request.param, tmp_path_factory.mktemp("weights")))


@pytest.fixture(scope="module")
def styles():
    return statistics(texture(6), texture(24, colour=(40, 90, 255)))


def test_what_comes_out_has_the_size_of_what_went_in(stylist, styles):
    for height, width in ((64, 96), (50, 37), (5, 90)):
        assert stylist.stylise(PICTURE[:height, :width], [Part(styles[0])], 1.0).shape == (height, width, 3)


def test_the_same_arguments_give_the_same_pixels(stylist, styles):
    one, other = (stylist.stylise(PICTURE, [Part(styles[0])], 0.7, seed=3) for _ in range(2))
    assert np.array_equal(one, other)


def test_at_strength_0_it_is_the_picture_itself(stylist, styles):
    assert np.array_equal(stylist.stylise(PICTURE, [Part(styles[0])], 0.0), PICTURE)


def test_weights_of_1_and_0_are_the_one_style_alone(stylist, styles):
    alone = stylist.stylise(PICTURE, [Part(styles[0])], 1.0)
    assert np.array_equal(stylist.stylise(PICTURE, [Part(styles[0], 1.0), Part(styles[1], 0.0)], 1.0), alone)


def test_a_style_mixed_with_itself_is_that_style(stylist, styles):
    alone = stylist.stylise(PICTURE, [Part(styles[0])], 1.0).astype(int)
    mixed = stylist.stylise(PICTURE, [Part(styles[0], 0.3), Part(styles[0], 0.7)], 1.0)
    assert np.abs(mixed - alone).max() <= 1


def test_each_half_of_a_map_is_its_style_alone_away_from_the_seam(stylist, styles):
    wide = np.tile(PICTURE, (1, 6, 1))
    left = np.zeros(wide.shape[:2], np.float32)
    left[:, : wide.shape[1] // 2] = 1
    both = stylist.stylise(wide, [Part(styles[0], where=left), Part(styles[1], where=1 - left)], 1.0)
    for style, columns in ((styles[0], slice(0, 96)), (styles[1], slice(-96, None))):
        alone = stylist.stylise(wide, [Part(style)], 1.0)
        assert np.abs(both[:, columns].astype(int) - alone[:, columns]).max() <= 1


def test_a_tile_is_normalised_as_the_whole_picture_is(stylist, styles):
    whole = stylist.stylise(PICTURE, [Part(styles[0])], 1.0)
    assert np.array_equal(stylist.stylise(PICTURE, [Part(styles[0])], 1.0, thumbnail=PICTURE), whole)


def test_a_style_without_colours_leaves_the_pictures(stylist, styles):
    colourless = {name: layer for name, layer in styles[0].items() if name != "pixels"}
    own = statistics(PICTURE)[0]["pixels"]
    found = stylist.stylise(PICTURE, [Part(colourless)], 1.0).astype(int)
    expected = stylist.stylise(PICTURE, [Part({"pixels": own, **colourless})], 1.0)
    assert np.abs(found - expected).max() <= 1


def test_a_style_without_its_layers_is_refused(stylist, styles):
    part = Part({"pixels": styles[0]["pixels"]}, label="もふもふ")
    with pytest.raises(InvalidInputError, match=r"もふもふ.*stage1"):
        stylist.stylise(PICTURE, [part], 1.0)


def test_progress_is_told_to_the_end(stylist, styles):
    told = []
    stylist.stylise(PICTURE, [Part(styles[0])], 1.0, progress=lambda *step: told.append(step))
    assert told == [(0, 1), (1, 1)]


def test_weights_of_another_stylist_are_refused(tmp_path):
    with pytest.raises(InvalidInputError, match="weights of the stylist adain: expected those of fast"):
        load("fast", BACKBONE, weights=untrained("adain", tmp_path))


def test_a_file_that_is_no_weights_is_refused(tmp_path):
    path = tmp_path / "cat.safetensors"
    path.write_bytes(b"\x89PNG, and no more")
    with pytest.raises(InvalidInputError, match="not the weights of a stylist"):
        load("adain", BACKBONE, weights=path)


def test_no_file_is_refused(tmp_path):
    with pytest.raises(InvalidInputError, match="no such file"):
        load("adain", BACKBONE, weights=tmp_path / "none.safetensors")


class Elsewhere(Backbone):
    """As the embedded network, with another id."""

    def __init__(self):
        self.id, self.spec, self.layer = "embedded_cnn-00000000", BACKBONE.spec, BACKBONE.layer
        self.module = BACKBONE.module

    def _compute(self, pixels):
        raise NotImplementedError


def test_weights_of_another_version_of_the_backbone_are_refused_with_what_to_do(tmp_path):
    with pytest.raises(InvalidInputError, match=f"{BACKBONE.id}.*embedded_cnn-00000000.*gatys.*mofu style train"):
        load("adain", Elsewhere(), weights=untrained("adain", tmp_path))


class Coarse(Backbone):
    """One whose maps are at other strides."""

    def __init__(self):
        layers = (Layer.of_maps("a", 8, 4), Layer.of_maps("b", 8, 32))
        self.spec = BackboneSpec("coarse", "for a test", layers, "a", Preprocessing(64))
        self.id, self.layer = "coarse-0", "a"

    def _compute(self, pixels):
        raise NotImplementedError


def test_a_backbone_of_other_strides_is_refused_with_what_to_do():
    with pytest.raises(InvalidInputError, match=r"coarse has maps at strides \[4, 32\].*gatys"):
        load("fast", Coarse())


@pytest.mark.parametrize("name", NAMES)
def test_packaged_weights_that_were_changed_are_damaged(name, tmp_path):
    with pytest.raises(DamagedError, match="install mofu again"):
        packaged(name, untrained(name, tmp_path), "0" * 64)
