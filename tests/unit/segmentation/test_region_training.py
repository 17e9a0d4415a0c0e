"""From pictures with image-level labels to a classifier, and from it to bytes and back."""

import json

import numpy as np
import pytest
import torch
from tiny_classifier import SIDE_PX, SPEC, TinyBackbone, TinyBody

from mofu.errors import DamagedError, InvalidInputError, InvalidSettingError, UnknownNameError
from mofu.features.network import takes_any_size
from mofu.features.registry import load
from mofu.segmentation.classifier import LEAST_PX, RegionClassifier, channels, default_layers, prepared
from mofu.segmentation.fitting import FittingSettings
from mofu.segmentation.heads import Head, HeadSettings, grid, statistics
from mofu.segmentation.training import FEWEST, Labelled, TrainingSettings, train
from mofu.settings import FeaturesSettings

QUICK = TrainingSettings(side_px=64, fitting=FittingSettings(epochs=8, batch=4))
SURFACES = {"しましま": (1, 6), "つぶつぶ": (5, 5)}


def surface(word, seed):
    """(64, 64, 3): lines or grain; flat colour where there is no word."""
    chance = np.random.default_rng(seed)
    base = chance.integers(60, 190, 3)
    if word is None:
        return np.full((64, 64, 3), base, np.uint8) + chance.integers(0, 3, (64, 64, 3), np.uint8)
    high, wide = SURFACES[word]
    noise = chance.integers(-50, 50, (64 // high + 1, 64 // wide + 1, 1)).repeat(high, 0).repeat(wide, 1)[:64, :64]
    return (base + noise).clip(0, 255).astype(np.uint8)


def lessons(count=8):
    for seed in range(count):
        for word in SURFACES:
            yield Labelled(surface(word, seed), (word,))
        yield Labelled(surface(None, seed))


@pytest.fixture(scope="module")
def embedded():
    return load("embedded_cnn", FeaturesSettings())


@pytest.fixture(scope="module")
def taught(embedded):
    return train(embedded, tuple(SURFACES), lessons(), QUICK)


def reading(classifier, pixels):
    with torch.inference_mode():
        return classifier(classifier.prepared(pixels))


@pytest.mark.parametrize("place", [0, 1])
def test_words_that_look_apart_are_told_apart(taught, place):
    word = tuple(SURFACES)[place]
    for seed in (100, 101, 102):
        scores = reading(taught, surface(word, seed)).scores[0]
        assert scores.argmax() == place
        assert scores[place] > 0.5


def test_a_picture_of_no_word_scores_low(taught):
    assert reading(taught, surface(None, 100)).scores[0, :2].max() < 0.5


def test_half_a_picture_is_known_from_the_other_half(taught):
    pixels = surface(None, 100)
    pixels[:, :32] = surface("しましま", 101)[:, :32]
    cells = reading(taught, pixels).cells[0, 0]
    assert cells[:, 0].mean() > cells[:, -1].mean() + 0.3


def test_equal_seeds_give_equal_bytes(embedded, taught):
    assert train(embedded, tuple(SURFACES), lessons(), QUICK).to_bytes() == taught.to_bytes()


def test_provenance_tells_all_that_is_needed_to_do_it_again(embedded, taught):
    told = taught.provenance
    assert (told.words, told.images, told.background, told.skipped) == (tuple(SURFACES), (8, 8), 8, 0)
    assert (told.backbone, told.backbone_id) == ("embedded_cnn", embedded.id)
    assert told.layers == ("stage1", "stage2", "stage3", "stage4")
    assert told.training["epochs"] == 8
    assert told.contrasts == 1


def test_bytes_come_back_as_the_same_classifier(taught):
    content = taught.to_bytes()
    again = RegionClassifier.from_bytes(content, FeaturesSettings())
    assert again.to_bytes() == content
    assert again.provenance == taught.provenance
    torch.testing.assert_close(
        reading(again, surface("つぶつぶ", 9)).logits, reading(taught, surface("つぶつぶ", 9)).logits
    )


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without a GPU")
def test_a_gpu_that_is_not_there_is_refused(taught):
    with pytest.raises(InvalidSettingError, match=r"features\.device=cuda"):
        RegionClassifier.from_bytes(taught.to_bytes(), FeaturesSettings(device="cuda"))


@pytest.mark.parametrize("spoil", [lambda b: b[:100], lambda b: b"", lambda b: b"\x00" * 64, lambda b: b[:-8]])
def test_what_is_no_classifier_is_damaged(taught, spoil):
    with pytest.raises(DamagedError, match="not a classifier"):
        RegionClassifier.from_bytes(spoil(taught.to_bytes()), FeaturesSettings())


def test_tensors_of_another_shape_are_damaged(taught):
    content = taught.to_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    told = json.loads(header["__metadata__"]["provenance"])
    told["contrasts"] = 3
    header["__metadata__"]["provenance"] = json.dumps(told)
    written = json.dumps(header).encode()
    with pytest.raises(DamagedError, match="train it again"):
        RegionClassifier.from_bytes(
            len(written).to_bytes(8, "little") + written + content[8 + length :], FeaturesSettings()
        )


def test_a_backbone_with_other_weights_is_refused(taught):
    content = taught.to_bytes().replace(taught.provenance.backbone_id.encode(), b"embedded_cnn-00000000")
    with pytest.raises(InvalidInputError, match="trained on embedded_cnn-00000000"):
        RegionClassifier.from_bytes(content, FeaturesSettings())


def test_a_bad_picture_costs_itself(embedded):
    bad = [np.zeros((3, 300, 3), np.uint8), np.zeros((64, 64), np.uint8), np.zeros((0, 0, 3), np.uint8)]
    found = train(embedded, tuple(SURFACES), [*lessons(5), *(Labelled(each) for each in bad)], QUICK)
    assert (found.provenance.background, found.provenance.skipped) == (5, 3)


def test_a_picture_whose_maps_are_not_finite_costs_itself():
    class Bursting(TinyBody):
        def forward(self, images):
            return [maps / (images.max() < 1) for maps in super().forward(images)]

    dark, white = np.zeros((40, 40, 3), np.uint8), np.full((40, 40, 3), 255, np.uint8)
    pictures = [*[Labelled(dark, ("黒い",))] * FEWEST, *[Labelled(dark)] * FEWEST, Labelled(white)]
    found = train(TinyBackbone(Bursting()), ["黒い"], pictures, TrainingSettings(side_px=40))
    assert found.provenance.skipped == 1


def test_too_few_pictures_of_a_word_are_refused(embedded):
    few = [picture for picture in lessons() if picture.words != ("つぶつぶ",)] + [
        Labelled(surface("つぶつぶ", 0), ("つぶつぶ",))
    ]
    with pytest.raises(InvalidInputError, match="つぶつぶ: 1 images that can be learned from, expected at least 5"):
        train(embedded, tuple(SURFACES), few, QUICK)


def test_without_a_background_there_is_nothing_to_learn(embedded):
    with pytest.raises(InvalidInputError, match="background: 0 images"):
        train(embedded, tuple(SURFACES), (picture for picture in lessons() if picture.words), QUICK)


@pytest.mark.parametrize("words", [(), ("赤い", "赤い")])
def test_words_are_at_least_one_and_each_once(embedded, words):
    with pytest.raises(InvalidInputError, match="expected at least one"):
        train(embedded, words, lessons(), QUICK)


def test_a_picture_of_a_word_that_is_not_asked_for_is_refused(embedded):
    with pytest.raises(UnknownNameError, match="つぶつぶ"):
        train(embedded, ["しましま"], lessons(), QUICK)


def test_a_picture_may_show_several_words(embedded):
    both = [
        Labelled(np.concatenate([surface(word, seed)[:, :32] for word in SURFACES], 1), tuple(SURFACES))
        for seed in range(6)
    ]
    found = train(embedded, tuple(SURFACES), [*both, *(each for each in lessons(6) if not each.words)], QUICK)
    assert found.provenance.images == (6, 6)


def test_a_backbone_without_maps_is_told_which_have_them():
    fisher = load("fisher", FeaturesSettings())
    with pytest.raises(InvalidInputError, match=r"backbone fisher has no maps.* embedded_cnn"):
        train(fisher, ["赤い"], [], QUICK)


def test_a_layer_without_maps_lists_those_that_have_them(embedded):
    with pytest.raises(UnknownNameError, match="stage1"):
        train(embedded, ["赤い"], [], TrainingSettings(layers=("code",)))


def test_layers_are_the_deepest_at_each_resolution():
    from mofu.features.registry import find

    assert default_layers(find("vgg16")) == ("relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3")
    assert default_layers(find("resnet50")) == ("layer1", "layer2", "layer3", "layer4")
    assert default_layers(find("alexnet")) == ("relu1", "relu2", "relu5")
    assert channels(find("resnet50"), ["layer1", "layer4"]) == [256, 2048]
    assert channels(find("vgg16"), ["fc7_conv"]) == [4096]


def test_of_a_network_with_one_resolution_three_depths_are_read():
    from mofu.features.registry import find

    assert default_layers(find("clip_vitb32")) == ("blocks.5", "blocks.8", "blocks.11")


def test_for_distinct_maps_fully_connected_layers_are_classified_where_there_are_any():
    from mofu.features.registry import find

    found = TrainingSettings.of_method("dcsm", find("vgg16"), 3)
    assert (found.layers, found.head.cell_px, found.head.window, found.seed) == (("fc7_conv",), 32, 1, 3)
    assert TrainingSettings.of_method("cam", find("vgg16"), 3) == TrainingSettings(
        default_layers(find("vgg16")), seed=3
    )
    assert TrainingSettings.of_method("dcsm", find("resnet50"), 0) == TrainingSettings(default_layers(find("resnet50")))


def test_a_smaller_scale_of_a_narrow_picture_is_as_wide_as_a_network_needs():
    tall = np.zeros((256, LEAST_PX, 3), np.uint8)
    assert prepared(tall, 256, SPEC, scale=0.8).shape == (1, 3, 205, LEAST_PX)
    assert prepared(tall, 256, SPEC, scale=1.2).shape == (1, 3, 307, 38)


def test_a_network_of_one_size_is_shown_squares():
    class Fixed(TinyBody):
        def forward(self, images):
            assert images.shape[2:] == (SIDE_PX, SIDE_PX), "doesn't match model"
            return super().forward(images)

    assert takes_any_size(TinyBody())
    assert not takes_any_size(Fixed())
    wide = np.zeros((40, 60, 3), np.uint8)
    pictures = [*[Labelled(wide, ("赤い",))] * FEWEST, *[Labelled(wide)] * FEWEST]
    found = train(TinyBackbone(Fixed()), ["赤い"], pictures, TrainingSettings(side_px=256))
    assert (found.provenance.square, found.provenance.side_px) == (True, SPEC.preprocessing.side_px)
    assert found.prepared(wide, 0.8).shape == (1, 3, SIDE_PX, SIDE_PX)


def test_statistics_are_means_and_deviations_around_each_cell():
    rng = np.random.default_rng(0)
    maps = rng.random((2, 6, 9)).astype(np.float32)
    found = statistics([torch.from_numpy(maps)[None]], (12, 18), HeadSettings(cell_px=6, window=3))
    assert found.shape == (1, 2, 3, 4)
    # cells of 3 × 3 positions; around the cell in the corner lie rows 0–5 and columns 0–5, the next one has all
    for column, part in ((0, maps[:, :6, :6]), (1, maps)):
        np.testing.assert_allclose(found[0, 0, column, :2], part.mean((1, 2)), rtol=1e-5)
        np.testing.assert_allclose(found[0, 0, column, 2:], part.std((1, 2)), rtol=1e-3)


def test_a_score_is_the_power_mean_of_cells():
    head = Head([1], 2, HeadSettings(power=2.0))
    cells = torch.tensor([[[0.6, 0.8], [0.1, 0.1]]])
    np.testing.assert_allclose(head.pool(cells), [[np.sqrt((0.36 + 0.64) / 2), 0.1]], rtol=1e-6)


def test_a_grid_has_at_least_one_cell():
    assert grid((240, 256), 16) == (15, 16)
    assert grid((LEAST_PX, 4), 64) == (1, 1)


def test_layer_by_layer_a_head_makes_the_same_of_maps_as_of_their_statistics_at_once():
    seeded = torch.Generator().manual_seed(0)
    head = Head((3, 5), 4, HeadSettings(cell_px=8, window=3, hidden=6))
    head.centre.copy_(torch.randn(16, generator=seeded))
    head.spread.copy_(torch.rand(16, generator=seeded) + 0.5)
    stages = [torch.rand(2, 3, 12, 16, generator=seeded), torch.rand(2, 5, 6, 8, generator=seeded)]
    expected = head.classify(statistics(stages, (48, 64), head.settings)).permute(0, 3, 1, 2)
    torch.testing.assert_close(head(stages, (48, 64)), expected, atol=1e-5, rtol=1e-4)


def test_gradients_of_means_and_deviations_are_those_of_their_formulae():
    seeded = torch.Generator().manual_seed(0)
    maps = torch.rand(2, 3, 6, 9, generator=seeded)
    maps[:, 0] = 0.7  # of no deviation but what rounding makes of it
    seeds = torch.randn(2, 2, 3, 6, generator=seeded)
    mine, written = (maps.clone().requires_grad_() for _ in range(2))
    found = statistics([mine], (12, 18), HeadSettings(cell_px=6, window=1))
    # cells of 3 × 3 positions
    cells = written.unfold(2, 3, 3).unfold(3, 3, 3).flatten(4)
    variance = (cells**2).mean(4) - cells.mean(4) ** 2
    expected = torch.cat([cells.mean(4), (variance.clamp_min(0) + 1e-6).sqrt()], 1).permute(0, 2, 3, 1)
    torch.testing.assert_close(found[..., 1:3], expected[..., 1:3], atol=1e-5, rtol=1e-4)
    for each, given in ((found, mine), (expected, written)):
        (each * seeds).sum().backward()
        assert given.grad is not None
    torch.testing.assert_close(mine.grad[:, 1:], written.grad[:, 1:], atol=1e-4, rtol=1e-3)
    # 0.5 / √ε would be 500 if it were not for the two terms that cancel
    assert mine.grad[:, 0].abs().max() < 1
