"""Saliency methods: what a picture of 256 px costs on the embedded backbone, and what the hundred of a word do.

    python benchmarks/saliency.py

A classifier of five words, on composites of the demo's drawn surfaces. Of a picture all five words are told, so that
each has a map, and it has all cores; the hundred are told one word, and come one on each core, as in `mofu segment`.
Beside each stands the one pass without gradients that CAM needs. Figures are JSON lines.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import torch
from composites import CLASSES, Composite, compose, plain, split
from figures import figure
from region_pictures import drawn
from segmentation_methods import Lessons

from mofu.segmentation.classifier import RegionClassifier
from mofu.segmentation.each_core import on_each_core
from mofu.segmentation.segmenting import Segmented, SegmentingSettings, segment

METHODS = ("cam", "dcsm", "layercam", "gradcam++", "simonyan")
"""The first is what the others are held against."""
PICTURES, WORD_PICTURES = 30, 100


def learned() -> tuple[RegionClassifier, list[Composite]]:
    """A classifier of five words and the composites that it learned from."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        drawn(folder)
        photographs = split(folder)["learned"]
        pictures, behind = compose(photographs, PICTURES, 1), plain(photographs, PICTURES, 1)
    return Lessons.of(pictures, behind).cells, pictures


def looked_at(
    cells: RegionClassifier, settings: SegmentingSettings, words: Sequence[str], picture: Composite
) -> Segmented:
    """A picture segmented, some words being told."""
    return segment(cells, picture.pixels, settings, words)


def ms(does: Callable[[Composite], object], pictures: list[Composite]) -> float:
    """The median of pictures that come one after the other, the first two apart."""
    times = []
    for each in [*pictures[:2], *pictures]:
        start = time.perf_counter()
        does(each)
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times[2:])


def main() -> None:
    """Print what each method takes."""
    cells, pictures = learned()
    many = [pictures[number % PICTURES] for number in range(WORD_PICTURES)]
    alone: dict[str, float] = {}
    word: dict[str, float] = {}
    for name in METHODS:
        seen = partial(looked_at, cells, SegmentingSettings(name, "none"))
        alone[name] = ms(partial(seen, CLASSES), pictures)
        start = time.perf_counter()
        deque(on_each_core(partial(seen, CLASSES[:1]), many, torch.get_num_threads()), maxlen=0)
        word[name] = time.perf_counter() - start
    for name in METHODS:
        figure(f"{name}_ms", round(alone[name], 1), "ms a picture, five words", round(alone["cam"], 1),
               round(alone[name] / alone["cam"], 2), PICTURES)  # fmt: skip
        figure(f"{name}_word_s", round(word[name], 2), "s for the pictures of a word", round(word["cam"], 2),
               round(word[name] / word["cam"], 2), WORD_PICTURES)  # fmt: skip


if __name__ == "__main__":
    main()
