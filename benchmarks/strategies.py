"""Strategies of re-ranking side by side, on simulated searches among photographs and among the demo's pictures.

    python benchmarks/strategies.py [--backbone embedded] [--searches 6] [--demo] [--strategy NAME …] [--verdicts 20]

A search is what the loopback web of photographs answers, without its faults and near-duplicates: 400 results whose
precision falls from 0.85 to 0.15, another search for each seed; the background is what any other word finds there. With
`--demo` words, pictures and searches are the demo's. Four situations: `given`; `spoiled`, with 4 right ones among the
first 10; `flat`, the first 200 shuffled, so that the search's order tells nothing there; `bootstrap`, only images that
a draw with replacement hits.

Prints a JSON line a figure and a table on stderr: precision@50 and @100, their deviation over the seeds, drift (1 - the
cosine between the mean of the images that show the word and that of the last round's seeds), the right share of each
round's seeds; and precision@50 with verdicts given by the truth on what the system proposes, five at a time.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from figures import SHARED_WEB, figure
from numpy.typing import NDArray

from mofu.demo import world as demo
from mofu.demo.pictures import DISTRACTORS, WORDS, draw
from mofu.features.extract import extract
from mofu.features.registry import Backbone, load
from mofu.imaging.sandbox import DecoderPool
from mofu.ranking.background import PreparedBackground
from mofu.ranking.correction import Correction
from mofu.ranking.strategies.candidates import Candidates
from mofu.ranking.strategies.registry import rank, strategies
from mofu.ranking.strategies.result import StrategyResult
from mofu.settings import Settings, load_settings

Rows = NDArray[np.float32]
AT_ONCE = 5
"""Verdicts between two re-rankings."""
NEEDY = ("described", "verdicts")
"""Strategies that need more than a search."""


@dataclass(frozen=True)
class Search:
    """Activations of a word's images in the order of search, and which of them show it."""

    word: str
    seed: int
    rows: Rows
    right: NDArray[np.bool_]

    def of(self, order: NDArray[np.intp]) -> Search:
        """The same search with some of its images, in this order."""
        return Search(self.word, self.seed, self.rows[order], self.right[order])


def photographs(backbone: Backbone, settings: Settings, seeds: int) -> tuple[Rows, list[Search]]:
    """The background and the searches among the photographs beside the project."""
    files = sorted(path for path in (SHARED_WEB / "images").glob("*/*.jpg"))
    with DecoderPool.of(settings.crawler) as pool:
        batches = extract(backbone, [(str(file), file) for file in files], pool, settings.features.batch)
        rows = np.concatenate([batch.vectors for batch in batches])
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
            searches.append(Search(word, seed, rows[[row_of[path] for path in found]], right))
    return rows[[row_of[path] for path in web.CLASSES["other"][0::2]]], searches


def demo_pictures(backbone: Backbone, seeds: int, hits: int = 200) -> tuple[Rows, list[Search]]:
    """The background and the searches of the demo's web."""

    def activations(pictures: list[tuple[str, int]]) -> Rows:
        reduced = []
        for subject, number in pictures:
            pixels = draw(subject, number)
            scale = backbone.side_px / max(pixels.shape[:2])
            scaled = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            reduced.append(np.asarray(scaled, dtype=np.uint8))
        return np.concatenate([backbone.extract(reduced[i : i + 32]) for i in range(0, len(reduced), 32)])

    searches = []
    for seed in range(seeds):
        for word in WORDS[:6]:
            results = demo.results(word.text, seed=seed, hits=hits, sites=4)
            found = list(dict.fromkeys((r.subject, r.picture) for r in results if r.expect == "stored"))
            right = np.array([subject == word.text for subject, _ in found])
            searches.append(Search(word.text, seed, activations(found), right))
    return activations([(DISTRACTORS[i % len(DISTRACTORS)], -1 - i) for i in range(250)]), searches


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


def resampled(search: Search) -> Search:
    """The images that a bootstrap draw hits, each once."""
    n = len(search.right)
    return search.of(np.unique(np.random.default_rng(search.seed).integers(n, size=n)))


SITUATIONS: dict[str, Callable[[Search], Search]] = {
    "given": lambda search: search,
    "spoiled": spoiled,
    "flat": flat,
    "bootstrap": resampled,
}


def drift(search: Search, result: StrategyResult, background: PreparedBackground) -> float:
    """1 - cosine of the mean of what shows the word and of the last seeds, both normalised."""
    rows = background.normalized(search.rows)
    word, seeds = rows[search.right].mean(axis=0), rows[list(result.rounds[-1].seeds)].mean(axis=0)
    return float(1 - word @ seeds / (np.linalg.norm(word) * np.linalg.norm(seeds)))


def with_verdicts(search: Search, background: PreparedBackground, name: str, settings: Settings, count: int) -> float:
    """precision@50 after so many verdicts by the truth."""
    labels = np.zeros(len(search.right), dtype=np.int8)
    correction = Correction(Candidates(search.rows, background), name, settings.ranking)
    for _ in range(0, count, AT_ONCE):
        chosen = correction.proposals(AT_ONCE)
        labels[chosen] = np.where(search.right[chosen], 1, -1)
        correction.judge(labels.copy())
    return float(search.right[correction.result.order[:50]].mean())


def rows_of_table(
    world: str, name: str, background: PreparedBackground, searches: list[Search], settings: Settings, verdicts: int
) -> Iterator[tuple[str, float, int]]:
    """(figure, value, n) of one strategy."""
    for situation, change in SITUATIONS.items():
        changed = [change(search) for search in searches]
        results = [rank(Candidates(each.rows, background), name, settings.ranking) for each in changed]
        for k in (50, 100):
            values = [float(e.right[r.order[:k]].mean()) for e, r in zip(changed, results, strict=True)]
            yield f"{world}_{situation}_p{k}", statistics.fmean(values), len(values)
            seeds = sorted({each.seed for each in searches})
            means = [statistics.fmean(v for v, e in zip(values, changed, strict=True) if e.seed == s) for s in seeds]
            yield f"{world}_{situation}_p{k}_spread", statistics.pstdev(means), len(means)
        pairs = list(zip(changed, results, strict=True))
        yield f"{world}_{situation}_drift", statistics.fmean(drift(e, r, background) for e, r in pairs), len(pairs)
        for number in range(min(len(result.rounds) for result in results)):
            purity = statistics.fmean(float(e.right[list(r.rounds[number].seeds)].mean()) for e, r in pairs)
            yield f"{world}_{situation}_purity_{number + 1}", purity, len(pairs)
    if verdicts:
        after = [with_verdicts(search, background, name, settings, verdicts) for search in searches]
        yield f"{world}_verdicts_p50", statistics.fmean(after), len(after)


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--backbone", default="embedded")
    parser.add_argument("--searches", type=int, default=6, help="seeds, a search of each word for each")
    parser.add_argument("--demo", action="store_true", help="the demo's words instead of the photographs")
    parser.add_argument("--strategy", action="append", choices=strategies(), help="repeatable; default: all")
    parser.add_argument("--verdicts", type=int, default=20)
    parser.add_argument("--set", action="append", default=[], dest="flags", help="a setting, section.name=value")
    args = parser.parse_args()
    settings = load_settings(flags=args.flags)
    backbone = load(args.backbone, settings.features)
    found = demo_pictures(backbone, args.searches) if args.demo else photographs(backbone, settings, args.searches)
    background, world = PreparedBackground(found[0]), "demo" if args.demo else "photographs"
    for name in args.strategy or [name for name in strategies() if name not in NEEDY]:
        values = list(rows_of_table(world, name, background, found[1], settings, args.verdicts))
        for label, value, n in values:
            figure(f"{label}_{name}", round(value, 4), "share", n=n)
        print(f"{name:10s}", *(f"{label.removeprefix(world)[1:]} {v:.3f}" for label, v, _ in values), file=sys.stderr)


if __name__ == "__main__":
    main()
