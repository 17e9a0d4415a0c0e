"""What the demo draws: every word and every other thing, the same for the same seed, different for different ones."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from mofu.demo.canvas import Array
from mofu.demo.pictures import DISTRACTORS, VARIANTS, WORDS, draw, jpeg, size
from mofu.errors import UnknownNameError

SUBJECTS = [*(word.text for word in WORDS), *DISTRACTORS]


def decode(data: bytes) -> Array:
    rgb = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
    assert rgb is not None
    return rgb


def test_there_are_at_least_ten_words_each_with_a_reading_and_a_gloss() -> None:
    assert len(WORDS) >= 10
    assert len({word.text for word in WORDS}) == len({word.romaji for word in WORDS}) == len(WORDS)
    assert all(word.romaji.isascii() and word.gloss and word.language == "ja" for word in WORDS)


def test_no_family_of_other_things_has_the_name_of_a_word() -> None:
    assert not set(DISTRACTORS) & {name for word in WORDS for name in (word.text, word.romaji, word.gloss)}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_pictures_are_rgb_bytes_of_a_photographs_size_and_contrast(subject: str) -> None:
    for seed in range(3):
        rgb = draw(subject, seed)
        assert rgb.dtype == np.uint8
        assert rgb.shape[2] == 3
        assert 360 <= min(rgb.shape[:2]) <= max(rgb.shape[:2]) <= 640
        assert rgb.std() > 10, "nothing can be seen"
        assert 25 < rgb.mean() < 225, "too dark or too bright to see"


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_same_seed_draws_the_same_bytes(subject: str) -> None:
    assert jpeg(subject, 5) == jpeg(subject, 5)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_different_seeds_draw_different_pictures(subject: str) -> None:
    small = [cv2.resize(draw(subject, seed), (32, 32), interpolation=cv2.INTER_AREA).astype(float) for seed in range(4)]
    gaps = [np.abs(a - b).mean() for n, a in enumerate(small) for b in small[:n]]
    assert min(gaps) > 4


def test_a_seed_draws_another_picture_for_another_word() -> None:
    assert not np.array_equal(draw("もふもふ", 1)[:300, :300], draw("とげとげ", 1)[:300, :300])


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_size_is_known_without_drawing(variant: str) -> None:
    for seed in range(3):
        height, width, _ = decode(jpeg("sky", seed, variant)).shape
        assert size("sky", seed, variant) == (width, height)


def test_near_duplicates_look_alike_but_have_other_bytes() -> None:
    original = decode(jpeg("もふもふ", 3))
    for variant in ("q40", "half", "crop"):
        data = jpeg("もふもふ", 3, variant)
        assert data != jpeg("もふもふ", 3)
        a, b = (cv2.resize(rgb, (8, 8), interpolation=cv2.INTER_AREA).astype(float) for rgb in (original, decode(data)))
        assert np.abs(a - b).mean() < 12


def test_a_tiny_picture_has_a_side_below_what_crawls_accept() -> None:
    assert max(size("sea", 1, "tiny")) < 64


def test_unknown_subjects_and_variants_are_named_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'もふもふ'"):
        draw("もふもふふ", 0)
    with pytest.raises(UnknownNameError, match=r"variant 'halve'.*'half'"):
        jpeg("sky", 0, "halve")
