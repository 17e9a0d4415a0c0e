"""Superpixels, trees of regions and the classifier of their nodes: from image-level labels to masks."""

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import coo_array
from tiny_classifier import OneSize, TinyBackbone

from mofu.errors import DamagedError, InvalidInputError, UnknownNameError
from mofu.features.registry import load
from mofu.segmentation.kept import Kept
from mofu.segmentation.surfaces import SurfaceClassifier, SurfaceSettings, train_surfaces
from mofu.segmentation.surfaces.classifier import Softmax, overlaid
from mofu.segmentation.surfaces.projection import Projection
from mofu.segmentation.surfaces.superpixels import Superpixels, spread, superpixels
from mofu.segmentation.surfaces.training import assigned
from mofu.segmentation.surfaces.tree import tree
from mofu.segmentation.training import FEWEST, Labelled
from mofu.settings import FeaturesSettings

WORDS = ("しましま", "つぶつぶ")
SIDE = 96
HALF = np.zeros((SIDE, SIDE), bool)
HALF[:, : SIDE // 2] = True


def surface(word, seed):
    """(96, 96, 3): lines, grain, or flat colour where there is no word."""
    chance = np.random.default_rng(seed)
    base = chance.integers(80, 170, 3)
    high, wide = {WORDS[0]: (1, 8), WORDS[1]: (5, 5), None: (SIDE, SIDE)}[word]
    noise = chance.integers(-60, 60, (SIDE // high + 1, SIDE // wide + 1, 1)) * (word is not None)
    drawn = noise.repeat(high, 0).repeat(wide, 1)[:SIDE, :SIDE] + chance.integers(-2, 3, (SIDE, SIDE, 1))
    return (base + drawn).clip(0, 255).astype(np.uint8)


def beside(word, seed):
    """The word's surface on the left half of a picture, none on the right."""
    return np.where(HALF[..., None], surface(word, seed), surface(None, seed + 1000))


def lessons(count=8):
    for seed in range(count):
        for word in WORDS:
            yield Labelled(beside(word, seed), (word,))
        yield Labelled(surface(None, seed + 2000))


@pytest.fixture(scope="module")
def backbone():
    return load("embedded_cnn", FeaturesSettings())


@pytest.fixture(scope="module")
def taught(backbone):
    return train_surfaces(backbone, WORDS, lessons(), SurfaceSettings(side_px=SIDE, share=0.5))


@pytest.mark.parametrize("place", [0, 1])
def test_a_words_surface_is_marked_without_a_mask_ever_being_shown(taught, place):
    found = [
        taught.segment(beside(WORDS[place], seed), shown=[WORDS[place]]).probabilities.argmax(0)
        for seed in (71, 72, 73)
    ]
    marked = np.stack(found) == place
    assert marked[:, HALF].mean() > 0.4 + marked[:, ~HALF].mean()


def test_a_network_of_one_size_is_shown_squares_and_pictures_keep_their_shape():
    taught = train_surfaces(TinyBackbone(OneSize()), WORDS, lessons(5), SurfaceSettings(side_px=SIDE, rounds=1))
    found = taught.segment(surface(WORDS[0], 5)[:64], shown=[WORDS[0]])
    assert found.probabilities.shape == (3, 64, SIDE)


def test_probabilities_have_the_pictures_size_and_sum_to_1(taught):
    found = taught.segment(surface(WORDS[0], 5)[:80])
    assert found.probabilities.shape == (3, 80, SIDE)
    assert found.probabilities.dtype == np.float32
    assert found.probabilities.sum(0) == pytest.approx(1, abs=1e-5)
    assert found.words == WORDS


def test_words_that_are_known_not_to_be_there_get_nothing(taught):
    found = taught.segment(beside(WORDS[0], 78), shown=[WORDS[1]])
    assert found.probabilities[0].max() == 0
    assert found.scores[0] == 0


def test_words_that_are_known_to_be_there_cover_a_share_of_the_picture(taught):
    marked = taught.segment(surface(None, 81), shown=WORDS).probabilities.argmax(0) < len(WORDS)
    assert marked.mean() >= taught.provenance.settings.least_known - 0.01


def test_a_picture_known_to_show_no_word_is_background(taught):
    assert taught.segment(beside(WORDS[0], 78), shown=[]).probabilities[-1].min() == 1


def test_an_unknown_word_is_told_with_the_known_ones(taught):
    with pytest.raises(UnknownNameError, match="しましま"):
        taught.segment(surface(None, 1), shown=["もふもふ"])


def test_a_classifier_reads_what_it_wrote(taught):
    again = SurfaceClassifier.from_bytes(taught.to_bytes(), FeaturesSettings())
    picture = beside(WORDS[1], 80)
    assert again.provenance == taught.provenance
    assert again.to_bytes() == taught.to_bytes()
    assert np.array_equal(again.segment(picture).probabilities, taught.segment(picture).probabilities)


def retold(classifier, **changed):
    """The file of a classifier whose provenance says something else; None leaves a line out."""
    kept = Kept("classifier of surfaces", json.loads)
    told, tensors = kept.from_bytes(classifier.to_bytes())
    told = {name: each for name, each in (told | changed).items() if each is not None}
    return kept.to_bytes(tensors, json.dumps(told))


def test_a_file_from_before_textures_were_read_is_refused(taught):
    with pytest.raises(DamagedError, match="train it again"):
        SurfaceClassifier.from_bytes(retold(taught, textures=None, sizes_px=None), FeaturesSettings())


def test_textures_that_are_read_otherwise_are_noticed(taught):
    with pytest.raises(InvalidInputError, match=r"textures by fisher-00000000, this mofu has fisher-.*train it again"):
        SurfaceClassifier.from_bytes(retold(taught, textures="fisher-00000000"), FeaturesSettings())


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff" * 40])
def test_other_bytes_are_no_classifier(content):
    with pytest.raises(DamagedError, match="train it again"):
        SurfaceClassifier.from_bytes(content, FeaturesSettings())


def test_weights_that_changed_are_noticed(taught):
    other = SurfaceClassifier.from_bytes(taught.to_bytes(), FeaturesSettings())
    other.provenance = replace(other.provenance, backbone_id="embedded_cnn-00000000")
    with pytest.raises(InvalidInputError, match="embedded_cnn-00000000"):
        SurfaceClassifier.from_bytes(other.to_bytes(), FeaturesSettings())


def test_one_word_can_be_learned_alone(backbone):
    pictures = [each for each in lessons(FEWEST) if each.words != (WORDS[1],)]
    alone = train_surfaces(backbone, WORDS[:1], pictures, SurfaceSettings(side_px=SIDE, share=0.5, rounds=1))
    assert alone.segment(surface(None, 90)).probabilities.shape == (2, SIDE, SIDE)


def test_pictures_that_cannot_be_read_are_counted(backbone):
    narrow = Labelled(np.zeros((200, 4, 3), np.uint8), WORDS[:1])
    settings = SurfaceSettings(side_px=SIDE, rounds=0)
    assert train_surfaces(backbone, WORDS, [*lessons(FEWEST), narrow], settings).provenance.skipped == 1


def test_too_few_pictures_of_a_word_or_of_the_background_are_refused(backbone):
    settings = SurfaceSettings(side_px=SIDE)
    with pytest.raises(InvalidInputError, match="つぶつぶ: 0 images"):
        train_surfaces(backbone, WORDS, [each for each in lessons(FEWEST) if each.words != (WORDS[1],)], settings)
    with pytest.raises(InvalidInputError, match="background: 0 images"):
        train_surfaces(backbone, WORDS, [each for each in lessons(FEWEST) if each.words], settings)


@pytest.mark.parametrize("words", [(), ("しましま", "しましま")])
def test_words_are_named_once_each(backbone, words):
    with pytest.raises(InvalidInputError, match="each of them once"):
        train_surfaces(backbone, words, [], SurfaceSettings())


def test_a_pictures_word_is_one_of_those_to_learn(backbone):
    with pytest.raises(UnknownNameError, match="もふもふ"):
        train_surfaces(backbone, WORDS, [Labelled(surface(None, 1), ("もふもふ",))], SurfaceSettings(side_px=SIDE))


def test_moments_are_means_over_the_pixels_of_each_superpixel():
    picture = beside(WORDS[0], 3)
    ramp = np.arange(SIDE * SIDE, dtype=np.float32).reshape(1, SIDE, SIDE) / SIDE**2
    cut = superpixels(picture, [ramp, -ramp], 1, 24)
    for number in range(len(cut.areas)):
        inside = ramp[0][cut.labels == number]
        assert cut.moments[number, :, 0] == pytest.approx([inside.mean(), (inside**2).mean()], rel=1e-4)
    assert np.array_equal(cut.compared, cut.moments[:, :, :1])
    assert cut.areas.sum() == pytest.approx(1, abs=1e-5)
    assert (cut.borders != cut.borders.T).nnz == 0


def test_means_and_deviations_come_as_signed_roots():
    moments = np.array([[[4.0, -9.0], [32.0, 81.0]]], np.float32)
    assert spread(moments)[0] == pytest.approx([2, -3, 2, 0.1], abs=1e-3)


def pieces(values, areas):
    """Superpixels in a row, each of one value everywhere."""
    count = len(values)
    rows, columns = np.arange(count - 1), np.arange(1, count)
    touching = coo_array(
        (np.ones(2 * count - 2), (np.r_[rows, columns], np.r_[columns, rows])), shape=(count, count)
    ).tocsr()
    given = np.array(values, np.float32)[:, None]
    colours = np.zeros((count, 2, 3), np.float32)
    return Superpixels(
        np.arange(count, dtype=np.int32)[None],
        np.array(areas, np.float32),
        touching,
        np.stack([given, given**2], 1),
        np.stack([given, given**2], 1),
        colours,
    )


def test_what_is_alike_is_joined_first_and_the_whole_picture_last():
    row = pieces([1, 1.1, 5, 5.2], [0.1, 0.2, 0.3, 0.4])
    nodes = tree(row, row.moments[:, 0]).members.tolist()
    assert nodes[4:] == [[True, True, False, False], [False, False, True, True], [True] * 4]


def test_a_node_has_the_moments_of_all_its_pixels():
    row = pieces([1, 3], [0.25, 0.75])
    assert tree(row, row.moments[:, 0]).pooled(row.moments)[-1, :, 0] == pytest.approx([2.5, 7.0])


def test_a_superpixel_gets_the_mean_of_the_nodes_that_hold_it_the_largest_left_out():
    row = pieces([1, 1.1, 9], [0.2, 0.2, 0.6])
    cut = tree(row, row.moments[:, 0])
    # nodes: three superpixels, of which the last is too large to count, the first two together, all
    found = cut.averaged(np.array([[1], [3], [50], [5], [7]], np.float32))
    assert found[:, 0].tolist() == [3, 4, 7]


def test_one_superpixel_is_a_tree_of_one_node():
    cut = tree(pieces([2.0], [1.0]), np.zeros((1, 1), np.float32))
    assert cut.members.tolist() == [[True]]
    assert cut.averaged(np.array([[4.0]], np.float32)).tolist() == [[4.0]]


def test_the_likeliest_share_of_a_picture_shows_its_word():
    found = np.log(np.array([[0.9, 0.1], [0.6, 0.4], [0.3, 0.7], [0.2, 0.8]], np.float32))
    assert assigned(found, np.full(4, 0.25, np.float32), (0,), 0.3, 5.0).tolist() == [0, 0, 1, 1]


def test_what_is_surely_the_word_shows_it_beyond_the_share():
    found = np.log(np.array([[0.9, 0.1], [0.8, 0.2], [0.55, 0.45], [0.2, 0.8]], np.float32))
    assert assigned(found, np.full(4, 0.25, np.float32), (0,), 0.2, 0.5).tolist() == [0, 0, 1, 1]
    assert assigned(found, np.full(4, 0.25, np.float32), (0,), 0.9, 0.5).tolist() == [0, 0, 0, 0]


def test_a_word_that_is_known_to_be_there_gets_its_best_superpixels():
    found = np.log(np.array([[0.8, 0.1, 0.1], [0.7, 0.2, 0.1], [0.1, 0.1, 0.8]], np.float32))
    assert assigned(found, np.array([0.3, 0.3, 0.4], np.float32), (0, 1), 0.5, 5.0).tolist() == [0, 1, 2]


def test_white_components_vary_alike_and_others_by_their_strength():
    rows = np.random.default_rng(0).normal(size=(4000, 3)).astype(np.float32)
    rows = rows @ np.array([[1, 0.9, 0], [0, 0.4, 0], [0, 0, 1]], np.float32)
    assert Projection.of(rows, 2, whiten=True)(rows).std(0) == pytest.approx([1, 1], abs=0.01)
    assert Projection.of(rows, 2, whiten=False)(rows).std(0)[0] == pytest.approx(0.5, abs=0.01)


def test_no_node_is_surer_than_one_in_a_hundred_thousand():
    softmax = Softmax(np.array([[100.0], [-100.0]], np.float32), np.zeros(2, np.float32))
    assert softmax(np.ones((1, 1), np.float32))[0] == pytest.approx([0, np.log(1e-5)], abs=1e-4)


def test_of_more_numbers_than_rows_the_components_are_the_same():
    rows = np.random.default_rng(1).normal(size=(30, 40)).astype(np.float32) * np.linspace(3, 0.1, 40, dtype=np.float32)
    wide, tall = (
        Projection.of(each, 3, whiten=True, standardise=False)(rows) for each in (rows, np.tile(rows, (2, 1)))
    )
    assert np.abs(wide) == pytest.approx(np.abs(tall), abs=1e-3)


def test_cuts_laid_over_each_other_leave_what_none_of_them_parts():
    across, down = np.array([[0, 0, 1]] * 2, np.int32), np.array([[0] * 3, [1] * 3], np.int32)
    labels, found = overlaid([across, down], [np.array([[2.0], [4.0]]), np.array([[0.0], [10.0]])])
    assert found[labels][:, :, 0].tolist() == [[1, 1, 2], [6, 6, 7]]
    assert labels.max() == 3
