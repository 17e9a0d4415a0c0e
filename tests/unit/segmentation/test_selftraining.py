"""Rounds of self-training on pictures whose every pixel is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from tiny_classifier import OneSize, TinyBackbone

from mofu.errors import DamagedError, InvalidInputError, UnknownNameError
from mofu.features.backbone import Backbone
from mofu.features.registry import load
from mofu.segmentation.selftraining import (
    LearningSettings,
    Picture,
    RoundResult,
    Segmenter,
    SelfTrainingSettings,
    Shape,
    segmenters,
    self_train,
)
from mofu.segmentation.selftraining.architectures import Projection
from mofu.settings import FeaturesSettings

WORDS = ("striped", "spotted")
HEIGHT, WIDTH = 64, 96
SMALL = SelfTrainingSettings(
    side_px=96,
    mask_px=48,
    refine="guided",
    rounds=2,
    held_out=0.2,
    shape=Shape(width=32, hidden=32, dropout=0.1),
    learning=LearningSettings(steps=60, batch=8, rate=5e-3),
)


def surface(word: int | None, chance: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Stripes, spots or neither, on any grey."""
    y, x = np.mgrid[: shape[0], : shape[1]] + chance.uniform(0, 8, (2, 1, 1))
    waves = [np.sin(y * 1.2), np.sin(x * 0.9) * np.sin(y * 0.9) * 1.5][word] if word is not None else 0 * x
    grey = chance.uniform(90, 160) + waves * chance.uniform(25, 45) + chance.normal(0, 6, shape)
    return np.repeat(grey[..., None], 3, axis=2)


def drawn(word: int | None, seed: int, *, upright: bool = False) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """A picture with a disc of a surface, and where that is."""
    chance = np.random.default_rng([seed, 0 if word is None else word + 1])
    shape = (WIDTH, HEIGHT) if upright else (HEIGHT, WIDTH)
    y, x = np.mgrid[: shape[0], : shape[1]]
    middle = chance.uniform(0.35, 0.65, 2) * shape
    inside = np.hypot(y - middle[0], x - middle[1]) < chance.uniform(20, 26)
    pixels = np.where(inside[..., None], surface(word, chance, shape), surface(None, chance, shape))
    return np.clip(pixels, 0, 255).astype(np.uint8), inside & (word is not None)


def picture(word: int | None, seed: int, *, masked: bool = True, upright: bool = False) -> Picture:
    """A picture whose mask is off by some pixels to a side, and unsure."""
    pixels, inside = drawn(word, seed, upright=upright)
    if word is None:
        return Picture(pixels, ())
    masks = np.full((3, *inside.shape), 0.1, np.float32)
    off = np.random.default_rng(seed).integers(-8, 9, 2)
    masks[word] = np.where(np.roll(inside, tuple(off), (0, 1)), 0.7, 0.15)
    masks[-1] = 1 - masks[:-1].sum(axis=0)
    return Picture(pixels, (word,), masks if masked else None)


def pictures(count: int = 10) -> list[Picture]:
    """Of each word, and half as many of the background."""
    of_words = [picture(word, seed, upright=seed % 3 == 0) for word in (0, 1) for seed in range(count)]
    return of_words + [picture(None, seed) for seed in range(count // 2)]


def iou(segmenter: Segmenter, seeds: range) -> float:
    """Mean over words, of pictures that were never seen."""
    found = []
    for word in (0, 1):
        pairs = [(segmenter.segment(pixels).argmax(axis=0) == word, inside) for pixels, inside in _all(word, seeds)]
        both, either = (
            sum(int(how(one, other).sum()) for one, other in pairs) for how in (np.bitwise_and, np.bitwise_or)
        )
        found.append(both / either)
    return float(np.mean(found))


def _all(word: int, seeds: range) -> list[tuple[NDArray[np.uint8], NDArray[np.bool_]]]:
    return [drawn(word, seed) for seed in seeds]


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return load("embedded_cnn", FeaturesSettings())


@pytest.fixture(scope="module")
def results(backbone: Backbone) -> list[RoundResult]:
    return list(self_train(pictures(), WORDS, backbone, SMALL))


def test_words_are_found_on_pictures_that_were_never_seen(results: list[RoundResult]) -> None:
    best = max(results, key=lambda each: each.worth)
    assert iou(best.segmenter, range(100, 106)) > 0.5


def test_each_round_learns_from_a_larger_share(backbone: Backbone) -> None:
    found = list(self_train(pictures(), WORDS, backbone, replace(SMALL, settled=1.1, first_share=0.4, growth=0.3)))
    assert [each.round for each in found] == list(range(1, len(found) + 1))
    assert [each.images for each in found] == sorted(each.images for each in found)
    # 20 pictures of words of which 4 are held out, and 5 of the background
    assert found[0].images < 5 + 16


def test_losses_fall(results: list[RoundResult]) -> None:
    assert all(each.losses[-1] < each.losses[0] for each in results)


def test_measures_of_a_round_are_shares(results: list[RoundResult]) -> None:
    for each in results:
        assert all(0 <= share <= 1 for share in (each.easiness, each.faithfulness, each.agreement))


def test_rounds_go_on_while_they_help(results: list[RoundResult]) -> None:
    assert all(each.helps for each in results[:-1])
    assert len(results) == SMALL.rounds or not results[-1].helps


def test_what_earlier_rounds_taught_is_gone_on_from_as_if_nothing_had_stopped(
    results: list[RoundResult], backbone: Backbone
) -> None:
    known = [Segmenter.from_bytes(results[0].segmenter.to_bytes(), FeaturesSettings())]
    again = list(self_train(pictures(), WORDS, backbone, SMALL, earlier=known))
    assert [each.worth for each in again] == [each.worth for each in results]
    assert again[0].losses == ()
    assert again[-1].segmenter.to_bytes() == results[-1].segmenter.to_bytes()


def test_rounds_end_where_held_out_masks_stay_as_they_were(backbone: Backbone) -> None:
    found = list(self_train(pictures(), WORDS, backbone, replace(SMALL, settled=0.0, rounds=3)))
    assert [each.round for each in found] == [1]


def test_pictures_without_masks_join_once_they_are_easy(backbone: Backbone) -> None:
    given = pictures() + [picture(0, seed, masked=False) for seed in range(30, 36)]
    found = list(self_train(given, WORDS, backbone, replace(SMALL, settled=1.1)))
    assert found[0].extra == 0
    assert found[-1].round == 1 or found[-1].extra > 0


def test_equal_seeds_teach_the_same(backbone: Backbone) -> None:
    once, again = (next(iter(self_train(pictures(5), WORDS, backbone, SMALL))).segmenter.to_bytes() for _ in range(2))
    assert once == again


def test_training_leaves_torchs_own_chance_alone(backbone: Backbone) -> None:
    torch.manual_seed(7)
    expected = torch.rand(1)
    torch.manual_seed(7)
    next(iter(self_train(pictures(4), WORDS, backbone, SMALL)))
    assert torch.rand(1) == expected


@pytest.mark.parametrize("name", segmenters())
@pytest.mark.parametrize("with_backbone", [True, False])
def test_every_segmenter_gives_probabilities_and_survives_its_file(
    name: str, with_backbone: bool, backbone: Backbone
) -> None:
    below = backbone if with_backbone else None
    settings = replace(SMALL, segmenter=name, rounds=1, learning=replace(SMALL.learning, steps=6))
    (found,) = self_train(pictures(4), WORDS, below, settings)
    pixels = drawn(0, 50, upright=True)[0]
    masks = found.segmenter.segment(pixels)
    assert masks.shape == (3, WIDTH, HEIGHT)
    assert masks.dtype == np.float32
    np.testing.assert_allclose(masks.sum(axis=0), 1, atol=1e-5)
    content = found.segmenter.to_bytes()
    again = Segmenter.from_bytes(content, FeaturesSettings())
    np.testing.assert_array_equal(again.segment(pixels), masks)
    assert again.provenance == found.segmenter.provenance
    assert again.to_bytes() == content


@pytest.mark.parametrize("name", segmenters())
def test_a_network_of_one_size_is_shown_squares_and_pictures_keep_their_shape(name: str) -> None:
    settings = replace(SMALL, segmenter=name, rounds=1, learning=replace(SMALL.learning, steps=2))
    (found,) = self_train(pictures(4), WORDS, TinyBackbone(OneSize()), settings)
    assert found.segmenter.segment(drawn(0, 50)[0]).shape == (3, HEIGHT, WIDTH)


def test_a_network_of_pixels_alone_learns_too() -> None:
    (found,) = self_train(pictures(6), WORDS, None, replace(SMALL, rounds=1))
    assert found.losses[-1] < 0.8 * found.losses[0]
    assert found.segmenter.provenance.backbone == "pixels"


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (300, 40)])
def test_pictures_of_any_size_are_segmented(results: list[RoundResult], size: tuple[int, int]) -> None:
    assert results[0].segmenter.segment(np.zeros((*size, 3), np.uint8)).shape == (3, *size)


def test_what_is_no_picture_is_refused(results: list[RoundResult]) -> None:
    with pytest.raises(InvalidInputError, match=r"expected \(height, width, 3\) uint8"):
        results[0].segmenter.segment(np.zeros((4, 4), np.uint8))


def test_an_unknown_segmenter_is_told_the_known_ones(backbone: Backbone) -> None:
    with pytest.raises(UnknownNameError, match="known: fcn, unet"):
        next(iter(self_train(pictures(4), WORDS, backbone, replace(SMALL, segmenter="deeplab"))))


def test_too_few_pictures_with_masks_are_refused(backbone: Backbone) -> None:
    with pytest.raises(InvalidInputError, match="2 pictures on which a word has a mask, expected at least 5"):
        next(iter(self_train([picture(0, 1), picture(1, 1), picture(None, 1)], WORDS, backbone, SMALL)))


@pytest.mark.parametrize("spoil", [lambda content: b"", lambda content: content[:200], lambda content: content[:-8]])
def test_a_file_that_is_no_segmenter_is_refused(results: list[RoundResult], spoil: Callable[[bytes], bytes]) -> None:
    with pytest.raises(DamagedError, match="train it again"):
        Segmenter.from_bytes(spoil(results[0].segmenter.to_bytes()), FeaturesSettings())


def test_a_segmenter_of_another_backbones_weights_is_refused(results: list[RoundResult]) -> None:
    other = results[0].segmenter.to_bytes().replace(b"embedded_cnn-", b"embedded_cnn_")
    with pytest.raises(InvalidInputError, match="was trained on embedded_cnn_"):
        Segmenter.from_bytes(other, FeaturesSettings())


def test_projections_are_principal_components() -> None:
    """Of correlated channels, components that are not, about 0."""
    rows = torch.randn(500, 2, generator=torch.Generator().manual_seed(0)) @ torch.tensor([[3.0, 1, 0], [0, 1, 2]]) + 5
    projection = Projection(3, 2)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        projection.fit(rows)
    found = projection(rows.T[None, :, :, None])[0, :, :, 0]
    assert found.mean(1).abs().max() < 1e-3
    correlations = torch.corrcoef(found)
    assert abs(correlations[0, 1]) < 1e-2
