"""The protocols of the slides of 2016 on our words: our figures beside theirs.

    python benchmarks/slides.py [--quick] [--world demo] [--world photographs] [--backbone NAME[:LAYER] …]

Worlds: the demo's twelve words, whose searches and truth are its own, and, where the photographs beside the project
are, their five words, searched as their loopback web answers, without faults and near-duplicates.

1. *Precision after re-ranking*: of the first 50 of each word's search, ranked by each backbone, by the slides' rounds
   (`classic`) and by the default strategy; beside it the search's own. Theirs: 89.6 %, 20 words.
2. *Recognizability*: the average precision of 50 images that show the word, by the truth, against the background, 5
   folds; by Fisher vectors and by early, middle and late layers of a network. Theirs: Fisher vectors, layer 7.
3. *Recognition of many words*: the accuracy on 50 images of each word, 5 folds. Theirs: words of one noun.

Their figures are of other words, on other photographs, with 5,000 background images: they stand beside ours to show the
size of things, not to be beaten. Networks that need weights are measured where the weights are at hand, else left out:
nothing is ever measured with random ones. Prints a JSON line a figure, and tables on stderr.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from figures import SHARED_WEB, figure
from numpy.typing import NDArray

from mofu.demo import world as demo
from mofu.demo.pictures import DISTRACTORS, WORDS, draw
from mofu.features.extract import extract
from mofu.features.registry import Backbone, load, models
from mofu.features.weights_cache import cached_path
from mofu.imaging.sandbox import DecoderPool
from mofu.ranking.background import PreparedBackground
from mofu.ranking.blas import cores
from mofu.ranking.discriminability import Samples, accuracy_interval, cross_validated, folds_of
from mofu.ranking.recognizability import Candidate, Protocol, measure_recognizability
from mofu.ranking.strategies.candidates import Candidates
from mofu.ranking.strategies.registry import rank
from mofu.settings import Settings, load_settings

Rows = NDArray[np.float32]
Pixels = NDArray[np.uint8]
Drawn = tuple[str, int]
"""A picture of the demo: its subject and seed."""

OURS = ("fisher", *(f"embedded_cnn:stage{k}" for k in range(1, 5)), "embedded")
PRETRAINED = ("resnet50:layer1", "resnet50:layer2", "resnet50:layer3", "resnet50:layer4", "resnet50:avgpool")
RANKERS = ("fisher", "embedded", "resnet50:avgpool")
"""Backbones of the first protocol."""
THEIRS_PRECISION = 0.896
THEIRS_AP = {"ふわふわ": (2.8, 47.4), "ごつごつ": (3.8, 72.8), "ざらざら": (51.4, 92.4), "じゅわじゅわ": (2.1, 96.6)}
"""Word → average precision in %, by Fisher vectors and by layer 7."""
THEIRS_ACCURACY = {"犬, 8 words": 52.5, "靴, 6 words": 85.7, "ケーキ, 7 words": 72.3, "花, 7 words": 84.6}


@dataclass(frozen=True)
class Size:
    """How much is measured: images of a word, results of a search, background images, words."""

    images: int
    hits: int
    background: int
    words: int


FULL, QUICK = Size(50, 200, 500, 12), Size(20, 90, 100, 3)


@dataclass(frozen=True)
class World:
    """Pictures by number, and what is known of them.

    Attributes:
        pictures: files, or drawn pixels.
        background: numbers of the background's pictures.
        searches: word → the numbers of its results, in their order, and whether each shows the word.
    """

    name: str
    pictures: Sequence[Path] | Sequence[Pixels]
    background: list[int]
    searches: dict[str, tuple[list[int], NDArray[np.bool_]]]


def demo_world(size: Size) -> World:
    """The demo's words, their searches and a background of other things."""
    number_of: dict[Drawn, int] = {}
    searches = {}
    for word in WORDS[: size.words]:
        results = demo.results(word.text, seed=0, hits=size.hits, sites=4)
        found = list(dict.fromkeys((each.subject, each.picture) for each in results if each.expect == "stored"))
        numbers = [number_of.setdefault(each, len(number_of)) for each in found]
        searches[word.text] = numbers, np.array([subject == word.text for subject, _ in found])
    others = [(DISTRACTORS[k % len(DISTRACTORS)], -1 - k) for k in range(size.background)]
    background = [number_of.setdefault(each, len(number_of)) for each in others]
    with ProcessPoolExecutor(cores()) as processes:
        pictures = list(processes.map(drawn, number_of, chunksize=16))
    return World("demo", pictures, background, searches)


def drawn(picture: Drawn) -> Pixels:
    """A picture of the demo as it is drawn."""
    return np.asarray(draw(*picture), dtype=np.uint8)


def photograph_world(size: Size) -> World:
    """The photographs beside the project, and what their loopback web finds for each word."""
    spec = importlib.util.spec_from_file_location("photograph_web", SHARED_WEB / "serve.py")
    assert spec is not None
    assert spec.loader is not None
    web = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(web)
    number_of: dict[Path, int] = {}
    simulated, searches = web.World("0", 8, 2 * size.hits, 0, True), {}
    for word, about in list(web.WORDS.items())[: size.words]:
        found = list(dict.fromkeys(Path(r["_path"]) for r in simulated.results(word) if r["expect"] == "ok"))
        right = np.array([path.parent.name == about["class"] for path in found])
        searches[word] = [number_of.setdefault(path, len(number_of)) for path in found], right
    others = web.CLASSES["other"][0::2][: size.background]
    background = [number_of.setdefault(path, len(number_of)) for path in others]
    return World("photographs", list(number_of), background, searches)


def activations(world: World, backbone: Backbone, settings: Settings) -> Rows:
    """(n, d) of all pictures of a world; one that cannot be read ends the run."""
    if isinstance(world.pictures[0], Path):
        named = [(str(path), Path(str(path))) for path in world.pictures]
        with DecoderPool.of(settings.crawler) as pool:
            batches = list(extract(backbone, named, pool, settings.features.batch))
        if failures := {name: why for batch in batches for name, why in batch.failures.items()}:
            sys.exit(f"{len(failures)} pictures failed: {failures}")
        return np.concatenate([batch.vectors for batch in batches])
    at_once = settings.features.batch
    parts = [world.pictures[start : start + at_once] for start in range(0, len(world.pictures), at_once)]
    return np.concatenate([backbone.extract([scaled(np.asarray(each), backbone) for each in part]) for part in parts])


def scaled(pixels: Pixels, backbone: Backbone) -> Pixels:
    """A picture as small as the decoder would give it."""
    side = (max if backbone.fit == "longer" else min)(pixels.shape[:2])
    factor = min(1.0, backbone.side_px / side)
    return np.asarray(cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def precision(world: World, rows: Rows, strategy: str | None, settings: Settings, k: int) -> dict[str, float]:
    """Word → precision of the first k: as ranked by a strategy, or as the search gave them."""
    background = PreparedBackground(rows[world.background])
    found = {}
    for word, (numbers, right) in world.searches.items():
        order = np.arange(len(numbers))
        if strategy is not None:
            order = rank(Candidates(rows[numbers], background), strategy, settings.ranking).order
        found[word] = float(right[order[:k]].mean())
    return found


def recognizability(world: World, rows: Rows, name: str, images: int) -> dict[str, float]:
    """Word → cross-validated average precision of its first images that show it."""
    shown = {word: np.array(numbers)[right] for word, (numbers, right) in world.searches.items()}
    candidates = [Candidate(word, rows[numbers], "truth") for word, numbers in shown.items()]
    protocol = Protocol(positives=images, minimum=images)
    measured = measure_recognizability(candidates, PreparedBackground(rows[world.background]), name, protocol)
    return {each.name: float("nan") if each.score is None else each.score for each in measured}


def recognition(world: World, rows: Rows, images: int) -> tuple[float, float, float]:
    """Accuracy over the words that have images enough, and its 95 % interval."""
    shown = {word: np.array(numbers)[right][:images] for word, (numbers, right) in world.searches.items()}
    enough = {word: numbers for word, numbers in shown.items() if len(numbers) == images}
    labels = np.repeat(np.arange(len(enough)), images)
    numbers = np.concatenate(list(enough.values()))
    samples = Samples(tuple(enough), labels, np.unique(numbers, return_inverse=True)[1].astype(np.intp))
    confusion = cross_validated(rows[numbers], samples, folds_of(samples))
    interval = accuracy_interval(confusion)
    return confusion.accuracy, interval.low, interval.high


def at_hand(names: Sequence[str]) -> list[str]:
    """The backbones that can be measured here; says which cannot, and why."""
    known, found = {spec.name: spec for spec in models()}, []
    for name in names:
        spec = known[name.partition(":")[0]]
        installed = spec.extra is None or importlib.util.find_spec("torch") is not None
        if installed and (spec.weights is None or cached_path(spec.weights) is not None):
            found.append(name)
        else:
            tell(f"{name}: left out, {'its weights are not on this machine' if installed else 'torch is missing'}")
    return found


def tell(*cells: object) -> None:
    """A line of a table."""
    print("  ".join(f"{each:>8.3f}" if isinstance(each, float) else str(each) for each in cells), file=sys.stderr)


def report(world: World, names: Sequence[str], size: Size, settings: Settings) -> None:
    """Measure a world by every backbone; a JSON line a figure, the tables at the end."""
    ap: dict[str, dict[str, float]] = {}
    accuracy: dict[str, tuple[float, float, float]] = {}
    precisions: dict[str, float] = {}
    for name in names:
        began, label = time.monotonic(), name.replace(":", "_")
        rows = activations(world, load(name, settings.features), settings)
        tell(f"{world.name}: {len(rows)} pictures by {name} in {time.monotonic() - began:.0f} s")
        ap[name] = recognizability(world, rows, name, size.images)
        accuracy[name] = recognition(world, rows, size.images)
        figure(f"slides_{world.name}_ap_{label}", round(statistics.fmean(ap[name].values()), 4), "AP", n=len(ap[name]))
        figure(f"slides_{world.name}_accuracy_{label}", round(accuracy[name][0], 4), "share", n=len(ap[name]))
        for strategy in ("classic", settings.ranking.strategy) if name in RANKERS else ():
            found = precision(world, rows, strategy, settings, size.images).values()
            precisions[f"{strategy} by {name}"] = statistics.fmean(found)
            figure(
                f"slides_{world.name}_p{size.images}_{strategy}_{label}",
                round(statistics.fmean(found), 4),
                "share",
                n=len(found),
            )
    searched = statistics.fmean(precision(world, np.ones((len(world.pictures), 1), np.float32), None, settings,
                                          size.images).values())  # fmt: skip
    figure(f"slides_{world.name}_p{size.images}_search", round(searched, 4), "share", n=len(world.searches))
    tables(world, size, precisions | {"the search's own": searched}, ap, accuracy)


def tables(
    world: World,
    size: Size,
    precisions: dict[str, float],
    ap: dict[str, dict[str, float]],
    accuracy: dict[str, tuple[float, float, float]],
) -> None:
    """Ours beside theirs, for people."""
    tell(
        f"\n{world.name}: {len(world.searches)} words, {size.images} images, {len(world.background)} background images"
    )
    tell(f"\n1. precision of the first {size.images}")
    for title, value in precisions.items():
        tell(value, title)
    tell(THEIRS_PRECISION, "theirs, 20 words, the first 50")
    tell("\n2. recognizability, AP:", ", ".join(ap))
    for word in world.searches:
        tell(*(found[word] for found in ap.values()), word)
    tell(*(statistics.fmean(found.values()) for found in ap.values()), "mean")
    for word, (fisher, deep) in THEIRS_AP.items():
        tell(fisher / 100, deep / 100, f"theirs, {word}: Fisher vectors, layer 7; 50 against 5,000")
    tell(f"\n3. accuracy on all {len(world.searches)} words, 95 % interval; chance {1 / len(world.searches):.3f}")
    for name, (value, low, high) in accuracy.items():
        tell(value, f"{low:.3f} – {high:.3f}  {name}")
    for title, percent in THEIRS_ACCURACY.items():
        tell(percent / 100, f"theirs, {title}")


WORLDS = {"demo": demo_world, "photographs": photograph_world}


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few words and images, to see that it runs")
    parser.add_argument("--world", action="append", choices=list(WORLDS), help="default: all that are at hand")
    parser.add_argument(
        "--backbone", action="append", help="NAME[:LAYER], repeatable; default: the package's, resnet50"
    )
    parser.add_argument("--set", action="append", default=[], dest="flags", help="a setting, section.name=value")
    args = parser.parse_args()
    settings, size = load_settings(flags=args.flags), QUICK if args.quick else FULL
    names = at_hand(args.backbone or (*OURS, *PRETRAINED))
    for world in args.world or (list(WORLDS) if SHARED_WEB.exists() else ["demo"]):
        report(WORLDS[world](size), names, size, settings)


if __name__ == "__main__":
    main()
