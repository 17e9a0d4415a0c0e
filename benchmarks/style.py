"""Pictures in the style of a word: does one see the word in them, what is left of the picture, and what it costs.

    python benchmarks/style.py [--quick] [--method gatys …] [--contents 60] [--gatys-contents 12] [--keep FILE]

Words are the folders of photographs beside the project, contents photographs of other things; where there are none,
drawn pictures stand in for them (said on standard error). Who may see which picture: `style_scoring.py`; how much is
left of outlines and colours: `style_measures.py`. Contents have a longer side of 256 px, all options are the default
ones. --quick: two words and few contents, to see that it runs.

Figures, METHOD being gatys, fast or adain; probabilities are means over words and pictures:

    scorer_word, scorer_other        probability of unseen pictures of the word, and of other things
    scorer_ap                        average precision of the ones against the others
    scorer_false_alarms              probability of pictures of the other words
    style_before                     of the contents
    style_METHOD                     the same after, at the default strength
    style_METHOD_strict              the same by scorers that were told that the other words and mere noise are other
                                     things, too
    style_METHOD_likeliest           share of the pictures whose likeliest word, by these, is the one that was asked for
    style_METHOD_resaved             after the results were made smaller by a quarter and saved as JPEG of quality 50:
                                     what only fools a scorer does not outlive that
    edge_ssim_METHOD                 1: every outline stands where it stood
    …_colours, …_blended, …_noise    what one gets for nothing: contents with the histogram of a photograph of the word;
                                     half of a content and half of such a photograph, pixel by pixel; contents under
                                     noise that has nothing to do with any word
    outside_equal_METHOD             share of the pixels outside a region that are bit for bit as before
    style_inside_before_METHOD, style_inside_after_METHOD    probability of the square within that region
    keep_colours_delta_e_METHOD      mean chroma ΔE to the content, colours kept by luminance
    fast_512_s, adain_512_s, gatys_256_s     seconds a picture, median, of a warm stylist; …_cpu_s: of the processor
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from figures import SHARED_WEB, figure
from numpy.typing import NDArray
from PIL import Image
from style_measures import blended, chroma_delta_e, edge_ssim, grained, with_colours_of
from style_painting import Paint, backbone, painter, styles_of
from style_scoring import Material, Pixels, Scorers, activations, drawn, learn, of_folder, pixels

from mofu.errors import MofuError
from mofu.export.style_sheet import Head, StyleSheet, write_style_sheet
from mofu.style.options import Options
from mofu.style.stylist import STYLISTS

SIDE_PX = 256
TIMED_PX = {"gatys": 256}
TIMED_ELSE_PX = 512
TIMED = 3
BLENDED = 0.5
RADIUS = 0.4
"""Of the region, a disc in the middle, in shorter sides of the picture."""

Results = dict[str, list[Pixels]]
"""By word, of each content."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What results are judged by: two kinds of scorers, and the contents."""

    scorers: Scorers
    strict: Scorers
    contents: Sequence[Pixels]

    def told(self, name: str, results: Results) -> float:
        """Print the figures of some results and a line for each word; their mean probability."""
        rows = {word: self._row(word, pictures) for word, pictures in results.items()}
        means = np.mean(list(rows.values()), axis=0)
        count = sum(len(pictures) for pictures in results.values())
        names = (f"style_{name}", f"edge_ssim_{name}", f"style_{name}_strict", f"style_{name}_likeliest")
        for each, value, unit in zip(names, means, ("probability", "SSIM", "probability", "share"), strict=True):
            figure(each, round(float(value), 4), unit, n=count)
        for word, row in rows.items():
            told(f"  {name:12} {word:12} " + "  ".join(f"{value:.3f}" for value in row))
        return float(means[0])

    def _row(self, word: str, pictures: Sequence[Pixels]) -> list[float]:
        left = [edge_ssim(content, result) for content, result in zip(self.contents, pictures, strict=False)]
        vectors = activations(pictures)
        likeliest = [each == word for each in self.strict.likeliest(vectors)]
        plain, strict = (each[word].of_vectors(vectors) for each in (self.scorers, self.strict))
        return [float(np.mean(each)) for each in (plain, left, strict, likeliest)]


def quality(scorers: Scorers) -> None:
    """Print what scorers are worth on pictures that they never saw."""
    rows = np.array([[q.word, q.other, q.ap, q.false_alarms] for q in (each.quality for each in scorers.values())])
    for word, row in zip(scorers, rows, strict=True):
        told(f"  scorer       {word:12} " + "  ".join(f"{value:.3f}" for value in row))
    units = {"word": "probability", "other": "probability", "ap": "AP", "false_alarms": "probability"}
    for (name, unit), value in zip(units.items(), rows.mean(0), strict=True):
        figure(f"scorer_{name}", round(float(value), 4), unit, n=len(rows))


def baselines(bench: Bench, material: Material) -> None:
    """What plain means would give on the same contents."""
    rng = np.random.default_rng(0)
    made: list[Results] = [{word: [] for word in bench.scorers} for _ in range(3)]
    colours, mixed, noisy = made
    for word in bench.scorers:
        files = material.words[word].stylist
        for content in bench.contents:
            photograph = pixels(files[rng.integers(len(files))])
            colours[word].append(with_colours_of(content, photograph))
            mixed[word].append(blended(content, photograph, BLENDED))
            noisy[word].append(grained(content, rng))
    bench.told("colours", colours)
    bench.told("blended", mixed)
    bench.told("noise", noisy)


def resaved(picture: Pixels) -> Pixels:
    """Smaller by a quarter and through a JPEG file of quality 50."""
    image, stream = Image.fromarray(picture), io.BytesIO()
    image = image.resize((image.width * 3 // 4, image.height * 3 // 4), Image.Resampling.LANCZOS)
    image.save(stream, "JPEG", quality=50)
    return np.asarray(Image.open(stream).convert("RGB"))


def of_method(name: str, bench: Bench, paint: Paint, options: Options) -> Results:
    """The figures of whole pictures in a word's style."""
    results = {word: [paint(content, word, options, None) for content in bench.contents] for word in bench.scorers}
    score = bench.told(name, results)
    again = [bench.scorers[word].probability(list(map(resaved, results[word]))).mean() for word in results]
    figure(f"style_{name}_resaved", round(float(np.mean(again)), 4), "probability", round(score, 4), n=len(again))
    return results


def within(name: str, bench: Bench, paint: Paint, options: Options) -> None:
    """Inside of a region only: what is outside, what is seen inside."""
    before, after, equal = [], [], []
    for word, content in zip(bench.scorers, bench.contents, strict=False):
        region, square = disc(content.shape[0], content.shape[1])
        result = paint(content, word, options, region)
        outside = region == 0  # a feather lies inside of its region
        equal.append(float((result[outside] == content[outside]).all(-1).mean()))
        before.append(bench.scorers[word].probability([content[square]])[0])
        after.append(bench.scorers[word].probability([result[square]])[0])
    figure(f"outside_equal_{name}", float(np.mean(equal)), "share", n=len(equal))
    figure(f"style_inside_before_{name}", round(float(np.mean(before)), 4), "probability", n=len(before))
    figure(f"style_inside_after_{name}", round(float(np.mean(after)), 4), "probability", n=len(after))


def disc(height: int, width: int) -> tuple[NDArray[np.float32], tuple[slice, slice]]:
    """A disc in the middle as a region, (h, w) of 0 and 1, and the largest square in it."""
    down, across = np.mgrid[:height, :width]
    radius = RADIUS * min(height, width)
    inside = np.hypot(down - height / 2, across - width / 2) <= radius
    half = int(radius / np.sqrt(2))
    square = tuple(slice(side // 2 - half, side // 2 + half) for side in (height, width))
    return inside.astype(np.float32), (square[0], square[1])


def keeping_colours(name: str, bench: Bench, paint: Paint, options: Options) -> None:
    """How far colours move where only the lightness is drawn anew."""
    kept = replace(options, colours="luminance")
    pairs = zip(bench.scorers, bench.contents, strict=False)
    moved = [chroma_delta_e(content, paint(content, word, kept, None)) for word, content in pairs]
    figure(f"keep_colours_delta_e_{name}", round(float(np.mean(moved)), 3), "mean ΔE of a*, b*", n=len(moved))


def timed(name: str, paint: Paint, word: str, content: Pixels, count: int) -> None:
    """Seconds a picture, of a stylist that has painted before."""
    side = TIMED_PX.get(name, TIMED_ELSE_PX)
    square = np.asarray(Image.fromarray(content).resize((side, side), Image.Resampling.BICUBIC))
    if name not in TIMED_PX:
        paint(square, word, Options(size_px=side), None)
    taken = []
    for _ in range(count):
        start = now()
        paint(square, word, Options(size_px=side), None)
        taken.append(now() - start)
    wall, processor = np.median(taken, axis=0)
    threads = torch.get_num_threads()
    figure(f"{name}_{side}_s", round(float(wall), 3), f"s a picture, {threads} threads", n=count)
    figure(f"{name}_{side}_cpu_s", round(float(processor), 3), "s of the processor a picture", n=count)


def now() -> NDArray[np.float64]:
    """Seconds on the clock, and of the processor."""
    return np.array([time.perf_counter(), time.process_time()])


def saved(folder: Path, name: str, bench: Bench, results: Results, note: str) -> None:
    """A sheet of results, to be looked at: contents downwards, words across."""
    heads = tuple(Head("", Image.fromarray(content)) for content in bench.contents[: len(next(iter(results.values())))])
    cells = tuple(
        tuple(Image.fromarray(pictures[row]) for pictures in results.values()) for row in range(min(len(heads), 8))
    )
    sheet = StyleSheet(name, note, tuple(map(Head, results)), heads[: len(cells)], cells)
    write_style_sheet(folder / f"{name}.jpg", sheet)


def told(text: str) -> None:
    """A line for people."""
    print(text, file=sys.stderr, flush=True)


def measure(material: Material, arguments: argparse.Namespace) -> None:
    """Everything, from the scorers to the seconds."""
    scorers = learn(material, arguments.keep)
    quality(scorers)
    strict = learn(material, arguments.keep, strict=True)
    told("columns of a line: probability, edge SSIM, probability by strict scorers, share whose likeliest word it is")
    contents = [pixels(file, SIDE_PX) for file in material.contents[: arguments.contents]]
    bench = Bench(scorers, strict, contents)
    vectors = activations(contents)
    before = np.mean([each.of_vectors(vectors).mean() for each in scorers.values()])
    figure("style_before", round(float(before), 4), "probability", n=len(contents) * len(scorers))
    baselines(bench, material)
    network = backbone()
    styles = styles_of(material, network)
    options = Options() if arguments.strength is None else Options(strength=arguments.strength)
    for name in arguments.method or STYLISTS:
        try:
            paint = painter(name, network, styles)
        except MofuError as error:
            told(f"{name} IS LEFT OUT: {error}")
            continue
        few = replace(bench, contents=contents[: arguments.gatys_contents if name == "gatys" else None])
        results = of_method(name, few, paint, options)
        if arguments.sheets:
            saved(arguments.sheets, name, few, results, f"strength {options.strength}")
        within(name, replace(few, contents=contents), paint, options)
        keeping_colours(name, replace(few, contents=contents), paint, options)
        timed(name, paint, next(iter(styles)), contents[0], 1 if arguments.quick else TIMED)


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="two words, few contents: does it run, not how well")
    parser.add_argument("--method", action="append", choices=list(STYLISTS), help="repeatable; default: all")
    parser.add_argument("--contents", type=int, default=60, help="pictures that each word is put onto")
    parser.add_argument("--gatys-contents", type=int, default=12, help="the same for gatys, which takes its time")
    parser.add_argument("--strength", type=float, help="instead of the default")
    parser.add_argument("--keep", type=Path, help="a file (.npz) where the scorers' activations are kept")
    parser.add_argument("--sheets", type=Path, help="a folder for pictures of the results, outside of the project")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.contents, arguments.gatys_contents = 4, 1
    if (SHARED_WEB / "images").is_dir():
        measure(cut(of_folder(SHARED_WEB / "images"), arguments.quick), arguments)
        return
    told(
        f"NO PHOTOGRAPHS AT {SHARED_WEB / 'images'}: drawn pictures stand in; these are not the figures of photographs"
    )
    with tempfile.TemporaryDirectory() as folder:
        measure(cut(drawn(Path(folder)), arguments.quick), arguments)


def cut(material: Material, quick: bool) -> Material:
    """All of the material, or two words of it."""
    words: Mapping[str, object] = material.words
    return replace(material, words={word: material.words[word] for word in list(words)[: 2 if quick else None]})


if __name__ == "__main__":
    main()
