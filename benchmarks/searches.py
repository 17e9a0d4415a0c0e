"""Simulated searches among the photographs beside the project and the demo's pictures: activations, orders, truth.

A search is what the loopback web of photographs answers, without its faults and near-duplicates: 400 results whose
precision falls from 0.85 to 0.15, another search for each seed; the background is what any other word finds there. The
demo's words, pictures and searches are those of `mofu demo`.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from figures import SHARED_WEB
from numpy.typing import NDArray

from mofu.demo import world as demo
from mofu.demo.pictures import DISTRACTORS, WORDS, draw
from mofu.features.extract import extract
from mofu.features.registry import Backbone
from mofu.imaging.results import Pixels
from mofu.imaging.sandbox import DecoderPool
from mofu.ranking.background import PreparedBackground
from mofu.ranking.strategies.candidates import Candidates, View
from mofu.settings import Settings

Rows = NDArray[np.float32]
Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Search:
    """The pictures of a word in the order of search, as rows of its world, and which of them show it."""

    word: str
    seed: int
    rows: Indices
    right: NDArray[np.bool_]

    def of(self, order: Indices) -> Search:
        """The same search with some of its images, in this order."""
        return Search(self.word, self.seed, self.rows[order], self.right[order])


@dataclass(frozen=True)
class World:
    """Pictures as several backbones see them, (n, d) each, what they are held against, and searches among them."""

    name: str
    activations: tuple[Rows, ...]
    backgrounds: tuple[PreparedBackground, ...]
    searches: tuple[Search, ...]

    def candidates(self, search: Search, views: Sequence[int] = (0,)) -> Candidates:
        """A search as some of the backbones see it."""
        first, *more = (View(self.activations[v][search.rows], self.backgrounds[v]) for v in views)
        return Candidates(first.activations, first.background, more=tuple(more))


def photographs(backbones: Sequence[Backbone], settings: Settings, seeds: int) -> World:
    """Searches of five words among the photographs beside the project."""
    files = sorted((SHARED_WEB / "images").resolve().glob("*/*.jpg"))
    named = [(str(file), file) for file in files]
    with DecoderPool.of(settings.crawler) as pool:
        activations = tuple(
            np.concatenate([batch.vectors for batch in extract(each, named, pool, settings.features.batch)])
            for each in backbones
        )
    row_of = {file: row for row, file in enumerate(files)}
    spec = importlib.util.spec_from_file_location("photograph_web", SHARED_WEB / "serve.py")
    assert spec is not None
    assert spec.loader is not None
    web = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(web)
    searches = []
    for seed in range(seeds):
        world = web.World("0", 8, 400, seed, True)
        for word, about in web.WORDS.items():
            found = dict.fromkeys(Path(row["_path"]) for row in world.results(word) if row["expect"] == "ok")
            right = np.array([path.parent.name == about["class"] for path in found])
            searches.append(Search(word, seed, np.array([row_of[path] for path in found]), right))
    others = [row_of[path] for path in web.CLASSES["other"][0::2]]
    return World("photographs", activations, _held_against(activations, others), tuple(searches))


def demo_pictures(backbones: Sequence[Backbone], seeds: int, words: int = 6, hits: int = 200) -> World:
    """Searches of the demo's first words."""
    rows: dict[tuple[str, int], int] = {}
    searches = []
    for seed in range(seeds):
        for word in WORDS[:words]:
            results = demo.results(word.text, seed=seed, hits=hits, sites=4)
            found = list(dict.fromkeys((r.subject, r.picture) for r in results if r.expect == "stored"))
            right = np.array([subject == word.text for subject, _ in found])
            index = np.array([rows.setdefault(picture, len(rows)) for picture in found])
            searches.append(Search(word.text, seed, index, right))
    others = [rows.setdefault((DISTRACTORS[i % len(DISTRACTORS)], -1 - i), len(rows)) for i in range(250)]
    activations = _of_drawn(backbones, list(rows))
    return World("demo", activations, _held_against(activations, others), tuple(searches))


def _of_drawn(
    backbones: Sequence[Backbone], pictures: Sequence[tuple[str, int]], at_once: int = 32
) -> tuple[Rows, ...]:
    parts: list[list[Rows]] = [[] for _ in backbones]
    for start in range(0, len(pictures), at_once):
        drawn = [draw(subject, number) for subject, number in pictures[start : start + at_once]]
        for backbone, found in zip(backbones, parts, strict=True):
            found.append(backbone.extract([_reduced(pixels, backbone.side_px) for pixels in drawn]))
    return tuple(np.concatenate(found) for found in parts)


def _reduced(pixels: Pixels, side_px: int) -> Pixels:
    scale = side_px / max(pixels.shape[:2])
    return np.asarray(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _held_against(activations: Sequence[Rows], rows: Sequence[int]) -> tuple[PreparedBackground, ...]:
    return tuple(PreparedBackground(each[list(rows)]) for each in activations)


def spoiled(search: Search) -> Search:
    """Only 4 of the first 10 are right."""
    right, wrong = np.flatnonzero(search.right)[:4], np.flatnonzero(~search.right)[:6]
    head = np.random.default_rng(search.seed).permutation(np.concatenate([right, wrong]))
    return search.of(np.concatenate([head, np.setdiff1d(np.arange(len(search.right)), head)]))


def flat(search: Search) -> Search:
    """The first 200 in any order."""
    n = len(search.right)
    head = np.random.default_rng(search.seed).permutation(min(200, n))
    return search.of(np.concatenate([head, np.arange(len(head), n)]))
