"""The regions of a word → how much they differ."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mofu.demo.pictures import DISTRACTORS, draw
from mofu.features.regions import find_regions
from mofu.ranking.region_entropy import MIXTURES, entropy_bits, fit_generic, region_entropy
from mofu.ranking.region_selection import STARTS, ImageRegions, select_regions

SHAPE = (120, 160)
DIMENSION = 4


def clouds(rng, centres, images, regions):
    """Images whose regions lie close around one of some centres each."""
    return [
        (np.asarray(centres[i % len(centres)]) + 0.1 * rng.normal(size=(regions, DIMENSION))).astype(np.float32)
        for i in range(images)
    ]


def clutter(seed, count):
    return np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)


@pytest.fixture(scope="module")
def generic():
    return fit_generic([], clutter(0, 1000), 40)


def test_four_equal_kinds_are_two_bits():
    assert entropy_bits(np.array([0.25, 0.25, 0.25, 0.25])) == pytest.approx(2.0)


def test_half_and_two_quarters_are_one_bit_and_a_half():
    assert entropy_bits(np.array([0.5, 0.25, 0.25])) == pytest.approx(1.5)


def test_one_kind_is_no_bit():
    assert entropy_bits(np.array([0.0, 1.0, 0.0])) == 0.0


positive = arrays.arrays(np.float64, st.integers(1, 30), elements=st.floats(0.001, 1))


@settings(deadline=None)
@given(positive)
def test_entropy_is_at_most_that_of_equal_kinds(probabilities):
    assert 0 <= entropy_bits(probabilities) <= np.log2(len(probabilities)) + 1e-9


@settings(deadline=None)
@given(positive, st.integers(0, 1000))
def test_entropy_does_not_ask_which_kind_is_which(probabilities, seed):
    shuffled = np.random.default_rng(seed).permutation(probabilities)
    assert entropy_bits(shuffled) == pytest.approx(entropy_bits(probabilities))


def test_what_the_word_s_images_share_is_chosen_and_clutter_is_not():
    rng = np.random.default_rng(1)
    own = clouds(rng, [[3, 3, 3, 3]], images=20, regions=5)
    word = ImageRegions.of([np.concatenate([rows, clutter(10 + i, 5)]) for i, rows in enumerate(own)])
    selection = select_regions(word, clutter(2, 1000))
    shows = np.tile(np.arange(10) < 5, 20)
    assert selection.chosen[shows].all()
    assert selection.chosen[~shows].mean() < 0.3
    assert ((selection.probabilities >= 0) & (selection.probabilities <= 1)).all()


def test_what_only_one_image_has_is_not_the_word_s():
    rng = np.random.default_rng(1)
    shared = clouds(rng, [[3, 3, 3, 3]], images=20, regions=6)
    alone = clouds(rng, [[-4, 4, -4, 4]], images=1, regions=8)
    selection = select_regions(ImageRegions.of([*shared, *alone]), clutter(2, 1000))
    assert selection.chosen[:120].all()
    assert not selection.chosen[120:].any()


def test_a_word_of_one_kind_has_a_lower_entropy_than_a_word_of_many(generic):
    rng = np.random.default_rng(3)
    far = 2 * rng.normal(size=(12, DIMENSION))
    one, many = (
        region_entropy(ImageRegions.of(clouds(rng, far[:k], 30, 10)), clutter(2, 800), generic) for k in (1, 12)
    )
    assert one.high < many.low
    assert 0 <= one.normalised < many.normalised <= 1


def test_the_interval_holds_the_entropy(generic):
    word = ImageRegions.of(clouds(np.random.default_rng(4), 2 * np.eye(4), 20, 10))
    found = region_entropy(word, clutter(2, 800), generic)
    assert found.low < found.bits < found.high
    assert found.normalised == pytest.approx(found.bits / np.log2(generic.gaussians))


def test_entropy_is_the_mean_of_that_of_several_mixtures(generic):
    word = ImageRegions.of(clouds(np.random.default_rng(4), 2 * np.eye(4), 20, 10))
    found = region_entropy(word, clutter(2, 800), generic)
    rows = generic.standardised(word.descriptors[found.measured])
    each = [entropy_bits(mixture.posteriors(rows).sum(axis=0)) for mixture in generic.mixtures]
    assert len(each) == MIXTURES
    assert np.ptp(each) > 0.01
    assert found.bits == pytest.approx(np.mean(each), abs=1e-6)


def test_averaged_over_starts_entropy_depends_less_on_the_seed_than_one_mixture_s():
    word, others = ImageRegions.of(clouds(np.random.default_rng(4), 2 * np.eye(4), 20, 10)), clutter(2, 800)
    together, alone = [], []
    for seed in range(6):
        generic = fit_generic([], clutter(0, 1000), 40, seed)
        found = region_entropy(word, others, generic)
        rows = generic.standardised(word.descriptors[found.measured])
        together.append(found.bits)
        alone.append(entropy_bits(generic.mixtures[0].posteriors(rows).sum(axis=0)))
    assert np.std(together) < np.std(alone)


def test_a_region_is_chosen_from_one_half_on_by_the_mean_of_several_starts():
    word = ImageRegions.of(clouds(np.random.default_rng(4), 2 * np.eye(4), 20, 10))
    selection = select_regions(word, clutter(2, 800))
    assert STARTS > 1
    assert selection.converged
    assert (selection.chosen == (selection.probabilities >= 0.5)).all()


def test_as_many_regions_of_each_image_are_counted_as_asked(generic):
    word = ImageRegions.of(clouds(np.random.default_rng(4), [[2, 2, 2, 2]], 20, 10))
    for an_image in (1, 3, 10):
        found = region_entropy(word, clutter(2, 800), generic, an_image=an_image)
        assert (np.bincount(word.images[found.measured]) == an_image).all()


def test_the_surest_regions_of_an_image_are_counted(generic):
    word = ImageRegions.of(clouds(np.random.default_rng(4), [[2, 2, 2, 2]], 20, 10))
    found = region_entropy(word, clutter(2, 800), generic, an_image=3)
    for image in range(20):
        own, counted = word.images == image, found.measured[word.images == image]
        surest = np.sort(found.selection.probabilities[own])[-3:]
        assert np.sort(found.selection.probabilities[own][counted]) == pytest.approx(surest)


def test_a_word_without_regions_has_no_entropy(generic):
    found = region_entropy(ImageRegions.of([]), clutter(2, 100), generic)
    assert (found.bits, found.normalised, found.low, found.high) == (None, None, None, None)
    assert (found.counted, found.images, len(found.selection.chosen)) == (0, 0, 0)


def test_one_image_has_an_entropy_and_no_interval(generic):
    word = ImageRegions.of(clouds(np.random.default_rng(4), [[3, 3, 3, 3]], 1, 20))
    found = region_entropy(word, clutter(2, 800), generic)
    assert found.bits is not None
    assert (found.low, found.high, found.images) == (None, None, 1)


def test_identical_images_have_an_interval_of_no_width(generic):
    (image,) = clouds(np.random.default_rng(4), [[3, 3, 3, 3]], 1, 10)
    found = region_entropy(ImageRegions.of([image] * 20), clutter(2, 800), generic)
    assert found.bits == pytest.approx(found.low, abs=1e-6)
    assert found.bits == pytest.approx(found.high, abs=1e-6)


def test_others_are_needed(generic):
    with pytest.raises(ValueError, match="no regions of other images"):
        region_entropy(ImageRegions.of([clutter(1, 10)]), clutter(2, 0), generic)


def test_a_hundred_regions_of_each_word_are_learned_from():
    assert fit_generic([clutter(1, 900), clutter(2, 30), clutter(3, 0)], clutter(0, 500)).samples == 100 + 30 + 500


def test_few_regions_make_few_gaussians():
    assert fit_generic([], clutter(0, 100)).gaussians == 5
    assert fit_generic([], clutter(0, 1)).gaussians == 1


@pytest.mark.parametrize("spoiled", [np.zeros((0, 3), np.float32), np.full((5, 3), np.nan, np.float32)])
def test_nothing_and_nan_cannot_be_learned_from(spoiled):
    with pytest.raises(ValueError, match="expected one region at least, and finite numbers"):
        fit_generic([], spoiled)


def test_a_constant_descriptor_does_no_harm():
    rows = clutter(0, 400)
    rows[:, 1] = 7
    found = region_entropy(ImageRegions.of([rows[:50], rows[50:100]]), rows[100:], fit_generic([], rows))
    assert np.isfinite(found.selection.probabilities).all()


def test_the_same_arguments_give_the_same_bytes():
    word = ImageRegions.of(clouds(np.random.default_rng(4), 2 * np.eye(4), 20, 10))
    first, second = (region_entropy(word, clutter(2, 800), fit_generic([], clutter(0, 500), seed=3)) for _ in range(2))
    assert (first.bits, first.low, first.high) == (second.bits, second.low, second.high)
    assert first.selection.probabilities.tobytes() == second.selection.probabilities.tobytes()


def pattern(kind, seed):
    """A picture of noise of one scale, direction and pair of colours, which are the kind's."""
    look, chance = np.random.default_rng([kind, 1]), np.random.default_rng([kind, seed])
    frequency, turn = look.uniform(0.1, 0.25), look.uniform(0, np.pi)
    middle, way = look.uniform(0.25, 0.75, 3), look.normal(size=3)
    down, across = np.fft.fftfreq(SHAPE[0])[:, None], np.fft.rfftfreq(SHAPE[1])[None, :]
    octaves = np.log2(np.maximum(np.hypot(down, across), 1e-9) / frequency)
    gain = np.exp(-2 * octaves**2 + np.cos(2 * (np.arctan2(down, across) - turn)))
    noise = np.fft.irfft2(np.fft.rfft2(chance.standard_normal(SHAPE)) * gain, SHAPE)
    share = np.clip(0.5 + 0.3 * noise / noise.std(), 0, 1)[..., None]
    lit = (middle + (share - 0.5) * way / np.linalg.norm(way)) * chance.uniform(0.95, 1.05)
    return (np.clip(lit, 0, 1) * 255).astype(np.uint8)


def scene(seed):
    return cv2.resize(draw(DISTRACTORS[seed % len(DISTRACTORS)], seed), SHAPE[::-1], interpolation=cv2.INTER_AREA)


def patterned(kind, seed, scenes):
    """A pattern in the middle of a scene."""
    picture = scenes[(kind * 7 + seed) % len(scenes)].copy()
    picture[20:100, 25:135] = pattern(kind, seed)[20:100, 25:135]
    return find_regions(picture).descriptors


def test_words_of_known_spread_stand_in_order_and_both_halves_of_their_images_agree():
    scenes = [scene(seed) for seed in range(28)]
    others = np.concatenate([find_regions(picture).descriptors for picture in scenes])
    words = {
        spread: [[patterned(100 * n + spread + i % spread, i, scenes) for i in range(32)] for n in range(2)]
        for spread in (1, 3, 8)
    }
    generic = fit_generic([np.concatenate(word) for group in words.values() for word in group], others)

    def bits(images):
        return region_entropy(ImageRegions.of(images), others, generic).bits

    one, three, eight = ([bits(word) for word in group] for group in words.values())
    assert max(one) < min(three)
    assert max(three) < min(eight)
    for half in (slice(0, 16), slice(16, 32)):
        one, three, eight = (np.mean([bits(word[half]) for word in group]) for group in words.values())
        assert one < three < eight
