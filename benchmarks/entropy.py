"""Region entropy on words of known spread and on photographs: is the order right, is it stable, what does it cost.

A word of spread k is a set of pictures that show k textures, each picture one of them before a drawn scene. Figures are
JSON lines; with photographs beside the project, their classes are measured too and lists go to standard error. How the
measure is built was chosen on the first seeds; nothing was chosen on the held-out ones.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from figures import SHARED_WEB, figure
from numpy.typing import NDArray
from PIL import Image
from scipy.stats import spearmanr

from mofu.demo.pictures import DISTRACTORS, WORDS, draw
from mofu.features.regions import find_regions
from mofu.ranking.region_entropy import GenericMixture, RegionEntropy, fit_generic, region_entropy
from mofu.ranking.region_selection import ImageRegions

SEEDS = {"": range(10), "_held_out": range(300, 316)}
PICTURES = 40
SPREADS = (1, 2, 4, 8, 20)
ONE_FEW_MANY = (0, 2, 4)
WORDS_A_SPREAD = 3
SHAPE = (150, 200)
SCENES = 100

Pixels = NDArray[np.uint8]
Word = Sequence[NDArray[np.float32]]


def pattern(kind: int, seed: int) -> Pixels:
    """A picture of a texture: noise of one scale, direction and pair of colours, which are the kind's."""
    look, chance = np.random.default_rng([kind, 1]), np.random.default_rng([kind, seed])
    frequency, turn, spread = look.uniform(0.1, 0.25), look.uniform(0, np.pi), look.choice([0.2, 0.5, 5.0])
    middle, way = look.uniform(0.25, 0.75, 3), look.normal(size=3)
    down, across = np.fft.fftfreq(SHAPE[0])[:, None], np.fft.rfftfreq(SHAPE[1])[None, :]
    octaves = np.log2(np.maximum(np.hypot(down, across), 1e-9) / frequency)
    gain = np.exp(-2 * octaves**2 + (np.cos(2 * (np.arctan2(down, across) - turn)) - 1) / (2 * spread**2))
    noise = np.fft.irfft2(np.fft.rfft2(chance.standard_normal(SHAPE)) * gain, SHAPE)
    share = np.clip(0.5 + 0.3 * noise / noise.std(), 0, 1)[..., None]
    lit = (middle + (share - 0.5) * way / np.linalg.norm(way)) * chance.uniform(0.9, 1.1)
    return np.asarray(np.clip(lit, 0, 1) * 255).astype(np.uint8)


@cache
def scene(seed: int) -> Pixels:
    """A picture of something else."""
    picture = draw(DISTRACTORS[seed % len(DISTRACTORS)], seed)
    return np.asarray(cv2.resize(picture, SHAPE[::-1], interpolation=cv2.INTER_AREA))


def patterned(kind: int, seed: int) -> Pixels:
    """A texture on the middle half of a scene."""
    chance = np.random.default_rng([kind, seed, 2])
    y, x = np.mgrid[0 : SHAPE[0], 0 : SHAPE[1]]
    cx, cy = 100 + chance.uniform(-20, 20), 75 + chance.uniform(-12, 12)
    inside = ((x - cx) / 80) ** 2 + ((y - cy) / 60) ** 2 < 1
    return np.where(inside[..., None], pattern(kind, seed), scene(int(chance.integers(SCENES)))).astype(np.uint8)


def described(pictures: Iterable[Pixels]) -> list[NDArray[np.float32]]:
    """The regions of each picture."""
    return [find_regions(picture).descriptors for picture in pictures]


def measured(
    words: Mapping[str, Word], background: NDArray[np.float32], seed: int
) -> tuple[dict[str, RegionEntropy], GenericMixture]:
    """The entropies of words that share a generic mixture."""
    generic = fit_generic([np.concatenate(word) for word in words.values()], background, seed=seed)
    return {
        name: region_entropy(ImageRegions.of(word), background, generic, seed=seed) for name, word in words.items()
    }, generic


def bits(results: Mapping[str, RegionEntropy]) -> list[float]:
    """H of each."""
    return [float("nan") if result.bits is None else result.bits for result in results.values()]


def agreement(words: Mapping[str, Word], background: NDArray[np.float32], seed: int) -> float:
    """Spearman's ρ between the orders that the even and the odd pictures of words give."""
    halves = [
        bits(measured({name: word[start::2] for name, word in words.items()}, background, seed + start)[0])
        for start in (0, 1)
    ]
    return float(spearmanr(*halves).statistic)


def spread_words(seed: int) -> dict[str, Word]:
    """Three words of each spread, new textures for every seed."""
    words: dict[str, Word] = {}
    for spread in SPREADS:
        for number in range(WORDS_A_SPREAD):
            first = 1000 * seed + 100 * SPREADS.index(spread) + 30 * number
            words[f"{spread} {number}"] = described(patterned(first + i % spread, i) for i in shuffled(spread))
    return words


def shuffled(spread: int) -> list[int]:
    """Numbers of a word's pictures, so ordered that even and odd ones both have every texture."""
    return [int(i) for i in np.random.default_rng(spread).permutation(PICTURES)]


def known_spread(kind: str, seeds: Sequence[int]) -> None:
    """Words of one to twenty textures: those of one, of four and of twenty must not mix; halves are asked of all."""
    background = np.concatenate(described(scene(seed) for seed in range(SCENES, 2 * SCENES)))
    right, agreements, means = 0, [], []
    for seed in seeds:
        words = spread_words(seed)
        found = np.array(bits(measured(words, background, seed)[0])).reshape(len(SPREADS), WORDS_A_SPREAD)
        groups = found[list(ONE_FEW_MANY)]
        right += bool((groups[:-1].max(axis=1) < groups[1:].min(axis=1)).all())
        agreements.append(agreement(words, background, seed))
        means.append(found.mean(axis=1))
        print(seed, found.round(2).tolist(), round(agreements[-1], 3), file=sys.stderr, flush=True)
    figure(f"entropy_spread_in_order{kind}", right, "of seeds", n=len(seeds))
    figure(f"entropy_halves_spearman_mean{kind}", float(np.mean(agreements)), "rho", n=len(seeds))
    figure(f"entropy_halves_spearman_least{kind}", float(np.min(agreements)), "rho", n=len(seeds))
    for spread, mean in zip(SPREADS, np.mean(means, axis=0), strict=True):
        figure(f"entropy_bits_spread_{spread}{kind}", float(mean), "bits", n=len(seeds) * WORDS_A_SPREAD)


def demo_words() -> None:
    """The demo's own words, and two that mix them: three of them, all twelve."""
    background = np.concatenate(described(scene(seed) for seed in range(SCENES, 2 * SCENES)))
    words = {word.romaji: described(draw(word.text, seed) for seed in range(PICTURES)) for word in WORDS}
    some = list(words)[:3]
    mixed = {
        "three": [words[some[i % 3]][i] for i in shuffled(3)],
        "twelve": [words[list(words)[i % 12]][i] for i in shuffled(12)],
    }
    report("demo", {**words, **mixed}, background)


def photographs() -> None:
    """Five classes of texture photographs, and a sixth that is none: other things."""
    others = loaded(sorted((SHARED_WEB / "images" / "other").glob("*.jpg")))
    words: dict[str, Word] = {
        name: loaded(sorted((SHARED_WEB / "images" / name).glob("*.jpg"))[:50])
        for name in ("banded", "blotchy", "braided", "bubbly", "bumpy")
    }
    report("photographs", {**words, "no class": others[:50]}, np.concatenate(others[50:]))


def loaded(paths: Iterable[Path]) -> list[NDArray[np.float32]]:
    """The regions of photographs, as of their thumbnails."""
    pictures = []
    for path in paths:
        image = Image.open(path).convert("RGB")
        image.thumbnail((256, 256), Image.Resampling.LANCZOS)
        pictures.append(np.asarray(image))
    return described(pictures)


def report(name: str, words: Mapping[str, Word], background: NDArray[np.float32]) -> None:
    """Figures of words whose spread nobody knows: their agreement between halves, and the list."""
    results, generic = measured(words, background, 0)
    for word, result in sorted(results.items(), key=lambda item: item[1].bits or 0.0):
        shown = [round(value or 0.0, 2) for value in (result.bits, result.low, result.high, result.normalised)]
        print(name, word, *shown, f"{result.counted} of {len(result.measured)}", file=sys.stderr, flush=True)
    figure(f"entropy_halves_spearman_{name}", agreement(words, background, 0), "rho", n=len(words))
    figure(f"entropy_gaussians_{name}", generic.gaussians, "Gaussians")


def costs() -> None:
    """One core's time for an image's regions, for the generic mixture, and for a word of fifty images."""
    pictures = [scene(seed) for seed in range(2 * SCENES)]
    by_image = described(pictures[:50])
    figure("entropy_regions_ms", 1000 * timed(lambda: described(pictures[:50])) / 50, "ms/image", n=50)
    background = np.concatenate(described(pictures[50:]))
    generic = fit_generic([], background)
    figure("entropy_generic_s", timed(lambda: fit_generic([], np.repeat(background, 10, axis=0))), "s")
    word = ImageRegions.of(by_image)
    figure("entropy_word_s", timed(lambda: region_entropy(word, background, generic)), "s/word")


def timed(work: Callable[[], object]) -> float:
    """Seconds of processor time."""
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    cv2.setNumThreads(1)
    costs()
    for kind, seeds in SEEDS.items():
        known_spread(kind, seeds)
    demo_words()
    if SHARED_WEB.is_dir():
        photographs()
