"""Drawn pictures of words, put onto drawn scenes → docs/images/style/: what stylised pictures look like.

    python benchmarks/style_pictures.py [--method gatys] [--strengths]

Five words learned from drawn pictures of them, four drawn scenes: twenty results, which nobody chose among. With
--strengths, one scene instead, at several strengths. Some minutes by gatys.
"""

from __future__ import annotations

import argparse

import numpy as np
from figures import ROOT
from PIL import Image
from style_painting import Paint, Pixels, backbone, largest_style, painter
from style_scoring import DRAWN_WORDS

from mofu.demo.pictures import DISTRACTORS, WORDS, draw
from mofu.export.style_sheet import Head, StyleSheet, write_style_sheet
from mofu.style.options import Options
from mofu.style.stylist import STYLISTS
from mofu.workers.style_lessons import BEHIND

INTO = ROOT / "docs" / "images" / "style"
SCENES = ("houses", "fruit", "hills", "room")
SEED = 1007
"""Of the scenes and of the pictures on top: none is among those that are learned from."""
EACH, SIDE_PX = 24, 256
STRENGTHS = (0.25, 0.5, 0.75, 1.0)


def scene(name: str) -> Image.Image:
    """A drawn scene, at the size at which styles are measured."""
    return Image.fromarray(_small(draw(name, SEED)))


def columns() -> tuple[Head, ...]:
    """The words as they are meant, each with a drawn picture of it."""
    glosses = {word.text: f"{word.romaji} ({word.gloss})" for word in WORDS}
    return tuple(Head(glosses[word], Image.fromarray(draw(word, SEED))) for word in DRAWN_WORDS)


def twenty(paint: Paint, method: str) -> StyleSheet:
    """Every word on every scene."""
    contents = [scene(each) for each in SCENES]
    rows = tuple(Head("", content) for content in contents)
    note = f"{method}, strength {Options().strength}; drawn pictures only; on top, one of each word"
    cells = tuple(tuple(_painted(paint, content, name, Options()) for name in DRAWN_WORDS) for content in contents)
    return StyleSheet("Scenes in the styles of words", note, columns(), rows, cells)


def by_strength(paint: Paint, method: str) -> StyleSheet:
    """Every word at every strength on one scene."""
    content = scene(SCENES[0])
    rows = tuple(Head(f"{strength}", content if strength == STRENGTHS[0] else None) for strength in STRENGTHS)
    cells = tuple(
        tuple(_painted(paint, content, name, Options(strength=strength)) for name in DRAWN_WORDS)
        for strength in STRENGTHS
    )
    return StyleSheet("From a little to all of it", f"{method}; strength downwards", columns(), rows, cells)


def _small(picture: Pixels) -> Pixels:
    image = Image.fromarray(picture)
    image.thumbnail((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS)
    return np.asarray(image)


def _painted(paint: Paint, content: Image.Image, name: str, options: Options) -> Image.Image:
    return Image.fromarray(paint(np.asarray(content), name, options, None))


def main() -> None:
    """Draw, learn, paint, save."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--method", choices=list(STYLISTS), default="gatys")
    parser.add_argument("--strengths", action="store_true", help="one scene at several strengths")
    arguments = parser.parse_args()
    network = backbone()
    others = [_small(draw(DISTRACTORS[seed % len(DISTRACTORS)], seed)) for seed in range(BEHIND)]
    shown = {word: [_small(draw(word, seed)) for seed in range(EACH)] for word in DRAWN_WORDS}
    styles = {word: largest_style(pictures, others, network) for word, pictures in shown.items()}
    paint = painter(arguments.method, network, styles)
    sheet = (by_strength if arguments.strengths else twenty)(paint, arguments.method)
    INTO.mkdir(exist_ok=True)
    kind = "strengths" if arguments.strengths else "scenes"
    write_style_sheet(INTO / f"{kind}-{arguments.method}.jpg", sheet)


if __name__ == "__main__":
    main()
