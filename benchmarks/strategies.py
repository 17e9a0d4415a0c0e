"""Strategies of re-ranking side by side, on the same simulated searches (`searches.py`).

    python benchmarks/strategies.py [--quick] [--world photographs] [--strategy NAME …] [--set section.name=value …]

Three situations: `given`; `spoiled`, with 4 right ones among the first 10; `flat`, the first 200 shuffled, so that the
search's order tells nothing there. `fused` is by the two halves of the default backbone. `verdicts` learns from nothing
else and so has no figure without them; `described` needs a text tower, which the package does not have.

Prints a JSON line a figure, and on stderr a table of precision@50 / @100 with the 95 % interval of the former, of
seed purity (the right share of the first and of the last round's seeds), of drift (1 - the cosine between the mean of
the images that show the word and that of the last round's seeds), and of both precisions after 20 verdicts by the truth
on what the system proposes, ten at a time. Intervals: percentiles of the mean over 2,000 draws with replacement, of
words and of the searches of each.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from figures import SHARED_WEB, figure
from numpy.typing import NDArray
from searches import Search, World, demo_pictures, flat, photographs, spoiled

from mofu.features.registry import load
from mofu.ranking.correction import Correction
from mofu.ranking.strategies.registry import rank, strategies
from mofu.ranking.strategies.result import StrategyResult
from mofu.settings import Settings, load_settings

BACKBONES = ("embedded", "fisher", "embedded_cnn")
HALVES = (1, 2)
"""What `fused` fuses."""
SITUATIONS: dict[str, Callable[[Search], Search]] = {"given": lambda search: search, "spoiled": spoiled, "flat": flat}
VERDICTS, AT_ONCE = 20, 10
"""Verdicts in all, and between two re-rankings."""
PROPOSED_BY = "held-out"
"""By which `verdicts`, which has no order before the first verdict, is told what to judge."""
DRAWS = 2000


@dataclass(frozen=True)
class Measured:
    """What one strategy gives: values of each search, by the name of the figure."""

    world: World
    strategy: str
    values: dict[str, list[float]]

    def mean(self, name: str) -> float:
        """Over all searches; NaN for what the strategy has not."""
        return statistics.fmean(self.values[name]) if name in self.values else float("nan")

    def interval(self, name: str) -> tuple[float, float]:
        """95 % of the mean, words and searches drawn again."""
        words = [search.word for search in self.world.searches]
        own = list(zip(words, self.values[name], strict=True))
        of_word = [[value for of, value in own if of == word] for word in dict.fromkeys(words)]
        table, rng = np.array(of_word), np.random.default_rng(0)
        drawn = rng.integers(len(table), size=(DRAWS, len(table), 1))
        means = table[drawn, rng.integers(table.shape[1], size=(DRAWS, *table.shape))].mean(axis=(1, 2))
        low, high = np.percentile(means, (2.5, 97.5))
        return float(low), float(high)


def views(strategy: str) -> Sequence[int]:
    """The backbones by which a strategy sees pictures."""
    return HALVES if strategy == "fused" else (0,)


def precision(search: Search, order: NDArray[np.intp], k: int) -> float:
    """The right share of the first k."""
    return float(search.right[order[:k]].mean())


def drift(world: World, search: Search, result: StrategyResult) -> float:
    """1 - cosine of the mean of what shows the word and of the last seeds, by the first backbone, normalised."""
    rows = world.backgrounds[0].normalized(world.activations[0][search.rows])
    word, seeds = rows[search.right].mean(axis=0), rows[list(result.rounds[-1].seeds)].mean(axis=0)
    return float(1 - word @ seeds / (np.linalg.norm(word) * np.linalg.norm(seeds)))


def without_verdicts(world: World, search: Search, name: str, settings: Settings) -> dict[str, float]:
    """The figures of one search before anybody judges."""
    found = {}
    for situation, change in SITUATIONS.items():
        changed = change(search)
        result = rank(world.candidates(changed, views(name)), name, settings.ranking)
        found |= {f"{situation}_p{k}": precision(changed, result.order, k) for k in (50, 100)}
        first, last = (changed.right[list(result.rounds[i].seeds)].mean() for i in (0, -1))
        found |= {f"{situation}_purity_first": float(first), f"{situation}_purity_last": float(last)}
        found[f"{situation}_drift"] = drift(world, changed, result)
    return found


def with_verdicts(world: World, search: Search, name: str, settings: Settings) -> dict[str, float]:
    """The figures of one search after `VERDICTS` verdicts by the truth."""
    labels = np.zeros(len(search.right), dtype=np.int8)
    asking = PROPOSED_BY if name == "verdicts" else name
    correction = Correction(world.candidates(search, views(name)), asking, settings.ranking)
    for _ in range(0, VERDICTS, AT_ONCE):
        chosen = correction.proposals(AT_ONCE)
        labels[chosen] = np.where(search.right[chosen], 1, -1)
        correction.judge(labels.copy())
    if name != asking:
        result = rank(replace(world.candidates(search), labels=labels), name, settings.ranking)
    else:
        result = correction.result
    return {f"judged_p{k}": precision(search, result.order, k) for k in (50, 100)}


def measured(world: World, name: str, settings: Settings) -> Measured:
    """One strategy on all searches of a world."""
    values: dict[str, list[float]] = {}
    for search in world.searches:
        found = {} if name == "verdicts" else without_verdicts(world, search, name, settings)
        for label, value in (found | with_verdicts(world, search, name, settings)).items():
            values.setdefault(label, []).append(value)
    return Measured(world, name, values)


def line(found: Measured) -> str:
    """A row of the table."""

    def pair(situation: str) -> str:
        if f"{situation}_p50" not in found.values:
            return "–"
        low, high = found.interval(f"{situation}_p50")
        p50, p100 = found.mean(f"{situation}_p50"), found.mean(f"{situation}_p100")
        return f"{p50:.3f} ({low:.2f}–{high:.2f}) / {p100:.3f}"

    def told(*names: str) -> str:
        return " → ".join(f"{found.mean(name):.2f}" for name in names) if names[0] in found.values else "–"

    cells = [pair(situation) for situation in (*SITUATIONS, "judged")]
    purity = [told(f"{s}_purity_first", f"{s}_purity_last") for s in ("given", "spoiled")]
    return f"| `{found.strategy}` | {' | '.join(cells)} | {' | '.join(purity)} | {told('given_drift')} |"


def worlds(names: Sequence[str], quick: bool, settings: Settings) -> list[World]:
    """The worlds asked for; said where one cannot be had."""
    backbones = [load(name, settings.features) for name in BACKBONES]
    made = []
    if "photographs" in names and (SHARED_WEB / "serve.py").exists():
        made.append(photographs(backbones, settings, 1 if quick else 6))
    elif "photographs" in names:
        print(f"NOT MEASURED: photographs, which are not at {SHARED_WEB}", file=sys.stderr)
    if "demo" in names:
        made.append(demo_pictures(backbones, 1, 2, 100) if quick else demo_pictures(backbones, 2))
    return made


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few searches: does it run, and about how well")
    parser.add_argument("--world", action="append", choices=("photographs", "demo"), help="repeatable; default: both")
    parser.add_argument("--strategy", action="append", choices=strategies(), help="repeatable; default: all")
    parser.add_argument("--set", action="append", default=[], dest="flags", help="a setting, section.name=value")
    args = parser.parse_args()
    settings = load_settings(flags=args.flags)
    named = args.strategy or [name for name in strategies() if name != "described"]
    for world in worlds(args.world or ("photographs", "demo"), args.quick, settings):
        print(f"\n{world.name}: {len(world.searches)} searches\n", file=sys.stderr)
        print("| | given | spoiled | flat | after 20 verdicts | seeds | seeds, spoiled | drift |", file=sys.stderr)
        print("|---|---|---|---|---|---|---|---|", file=sys.stderr)
        for name in named:
            found = measured(world, name, settings)
            for label, values in found.values.items():
                figure(f"{world.name}_{label}_{name}", round(found.mean(label), 4), "share", n=len(values))
            print(line(found), file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
