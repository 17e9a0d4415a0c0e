"""Pictures that look alike hash to nearly the same bits; different ones do not."""

from __future__ import annotations

import io
import subprocess
import sys

import numpy as np
from handmade_pictures import encoded, scenery
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mofu.imaging.hashes import BITS, hamming, perceptual_hash

HASHES = st.integers(-(2**63), 2**63 - 1)


def phash(image: Image.Image) -> int:
    return perceptual_hash(np.asarray(image.convert("RGB")))


def test_a_hash_fits_a_signed_64_bit_column() -> None:
    assert all(-(2**63) <= phash(scenery(seed=seed)) < 2**63 for seed in range(20))


def test_the_same_picture_encoded_again_or_made_smaller_stays_near() -> None:
    for seed in range(20):
        image = scenery(512, 384, seed)
        again = Image.open(io.BytesIO(encoded(image, "JPEG", quality=40)))
        assert hamming(phash(image), phash(again)) <= 4
        assert hamming(phash(image), phash(image.resize((256, 192), Image.Resampling.LANCZOS))) <= 4


def test_different_pictures_are_far_apart() -> None:
    hashes = np.array([phash(scenery(seed=seed)) for seed in range(40)])
    distances = hamming(hashes[:, None], hashes[None, :])
    assert distances[np.triu_indices(40, 1)].min() >= 10


def test_an_even_surface_hashes_to_zero_whatever_its_colour_and_noise() -> None:
    assert phash(Image.new("RGB", (64, 64), "red")) == 0
    noisy = np.random.default_rng(0).integers(127, 130, (256, 256, 3), dtype=np.uint8)
    assert perceptual_hash(noisy) == 0


def test_brightness_alone_makes_no_difference() -> None:
    dark = np.asarray(scenery()) // 2
    assert hamming(perceptual_hash(dark), perceptual_hash(dark + 100)) <= 1


def test_a_gradient_along_one_axis_has_a_hash_of_its_own() -> None:
    rising = np.repeat(np.linspace(0, 255, 64).astype(np.uint8)[None, :, None], 64, axis=0).repeat(3, axis=2)
    falling = rising[:, ::-1]
    # the DCT's cosines fall, so the rising one's coefficients are below the median, which is 0
    assert perceptual_hash(falling) != perceptual_hash(falling.swapaxes(0, 1))
    assert perceptual_hash(falling) != perceptual_hash(rising)


def test_a_cosine_along_x_sets_the_bit_of_its_frequency() -> None:
    """cos(π·3·(2x+1)/64) is the DCT's basis vector for frequency 3: row 0, column 3 of 8×8, the 4th highest bit."""
    wave = 100 * np.cos(np.pi * 3 * (2 * np.arange(32) + 1) / 64)
    bright, dark = (
        np.repeat(np.tile(128 + sign * wave, (32, 1))[..., None], 3, axis=2).astype(np.uint8) for sign in (1, -1)
    )
    fourth = 1 << 60
    assert perceptual_hash(bright) & fourth
    assert not perceptual_hash(dark) & fourth


def test_hamming_counts_differing_bits() -> None:
    assert hamming(0b1011, 0b0110) == 3
    assert hamming(0, -1) == BITS
    assert hamming(-(2**63), 0) == 1
    assert hamming(-1, -2) == 1


def test_hamming_is_broadcast_over_arrays() -> None:
    a, b = np.array([0, 1, 3], dtype=np.int64), np.array([0, -1], dtype=np.int64)
    assert hamming(a[:, None], b[None, :]).tolist() == [[0, 64], [1, 63], [2, 62]]


@given(HASHES, HASHES, HASHES)
def test_hamming_is_a_metric(a: int, b: int, c: int) -> None:
    assert hamming(a, a) == 0
    assert hamming(a, b) == hamming(b, a)
    assert (hamming(a, b) == 0) == (a == b)
    assert int(hamming(a, c)) <= int(hamming(a, b)) + int(hamming(b, c))


@given(HASHES, HASHES)
def test_hamming_agrees_with_counting_characters(a: int, b: int) -> None:
    assert int(hamming(a, b)) == f"{(a ^ b) & (2**64 - 1):b}".count("1")


def test_hashes_need_neither_scipy_nor_opencv() -> None:
    program = "import sys, mofu.imaging.hashes; sys.exit(bool({'scipy', 'cv2', 'sklearn'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
