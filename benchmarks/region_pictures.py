"""The demo's drawn surfaces, composed as `composites.py` composes photographs → docs/images/regions-composites.jpg.

    python benchmarks/region_pictures.py

The words of a picture are known to each method. A minute or two of processor time.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from composites import CLASSES, Composite, Pixels, compose, plain, split
from figures import ROOT
from PIL import Image, ImageDraw, ImageFont
from segmentation import labelled
from segmentation_methods import Lessons, words_of

from mofu.demo.pictures import DISTRACTORS, draw
from mofu.segmentation.refinement.registry import refine
from mofu.segmentation.segmenting import SegmentingSettings, segment

INTO = ROOT / "docs" / "images" / "regions-composites.jpg"
DRAWN = dict(zip(CLASSES, ("しましま", "まだらまだら", "あみあみ", "ぶくぶく", "ぼこぼこ"), strict=True))
EACH, SCENES = 25, 75
LEARNED, SHOWN = 90, 6
COLUMNS = ("picture", "what is true", "DCSM + CRF", "whole surfaces", "whole surfaces + CRF")
COLOURS = np.array([[214, 39, 40], [44, 160, 44], [31, 119, 180], [255, 187, 0], [148, 103, 189], [245, 245, 245]])
"""Of the classes in their order, then of the background."""
OPAQUE = 0.72
"""How much of its colour a pixel has; the rest is the picture, in grey."""
SIDE_PX, GAP_PX, TITLE_PX = 176, 6, 24


def drawn(folder: Path) -> None:
    """Fill a folder with drawn pictures as `composites.split` expects photographs."""
    for name, word in DRAWN.items():
        _saved(folder / name, [draw(word, seed) for seed in range(EACH)])
    _saved(folder / "other", [draw(DISTRACTORS[seed % len(DISTRACTORS)], seed) for seed in range(SCENES)])


def sheet(rows: Sequence[Sequence[Pixels]]) -> Image.Image:
    """(256, 256, 3) pictures in rows, on white, under the titles of their columns."""
    step = SIDE_PX + GAP_PX
    whole = Image.new("RGB", (step * len(COLUMNS) - GAP_PX, TITLE_PX + step * len(rows) - GAP_PX), "white")
    pen, font = ImageDraw.Draw(whole), ImageFont.load_default(14)
    for right, title in enumerate(COLUMNS):
        pen.text((right * step + SIDE_PX // 2, TITLE_PX // 2), title, "black", font, anchor="mm")
    for down, row in enumerate(rows):
        for right, picture in enumerate(row):
            small = Image.fromarray(picture).resize((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS)
            whole.paste(small, (right * step, TITLE_PX + down * step))
    return whole


def marked(pixels: Pixels, labels: Pixels) -> Pixels:
    """The picture in grey under the colours of its labels."""
    grey = np.asarray(Image.fromarray(pixels).convert("L"))[..., None]
    return np.asarray(OPAQUE * COLOURS[labels] + (1 - OPAQUE) * grey, np.uint8)


def _saved(folder: Path, pictures: Sequence[Pixels]) -> None:
    folder.mkdir()
    for number, picture in enumerate(pictures):
        image = Image.fromarray(picture)
        image.thumbnail((300, 300))
        image.save(folder / f"{number:03}.jpg", quality=92)


def _rows(learned: Sequence[Composite], behind: Sequence[Pixels], shown: Sequence[Composite]) -> list[list[Pixels]]:
    lessons = Lessons.of(learned, behind)
    rows = []
    for each in shown:
        words = words_of(each)
        differences = segment(lessons.cells, each.pixels, SegmentingSettings("dcsm", "crf"), words).probabilities
        whole = lessons.surfaces.segment(each.pixels, words).probabilities
        moved = refine("crf", whole, each.pixels)
        found = [each.labels, *(labelled(planes, 0.5) for planes in (differences, whole, moved))]
        rows.append([each.pixels, *(marked(each.pixels, labels) for labels in found)])
    return rows


def main() -> None:
    """Draw, learn, segment, save."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        drawn(folder)
        sets = split(folder)
        learned, shown = compose(sets["learned"], LEARNED, 1), compose(sets["scored"], 3 * SHOWN, 3)
        behind = plain(sets["learned"], SCENES, 1)
    chosen = [each for each in shown if each.shown.any()][:SHOWN]
    sheet(_rows(learned, behind, chosen)).save(INTO, quality=85)


if __name__ == "__main__":
    main()
