"""Procedural pictures → mofu/features/data/fisher_codebook.safetensors, the codebook of the backbone `fisher`.

    python training/fit_fisher_codebook.py [--pictures 1040] [--seed 0] [--output FILE]

Every picture is drawn by mofu.demo or by textures.py beside this file: the codebook has seen no photograph. Prints the
SHA-256 that belongs into mofu/features/fisher/codebook.py. Takes about two minutes.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from textures import texture

from mofu.db.durable import write_file
from mofu.demo.pictures import DISTRACTORS, WORDS, draw
from mofu.features.fisher import codebook, fitting
from mofu.features.fisher.cues import SIDE_PX, VERSION, prepared
from mofu.imaging.scaling import scaled

SCRIPT_VERSION = "1"
_FIRST_SEED = 1_000_000  # far from the seeds of the demo's own web, so that a codebook never saw what it ranks
_EACH = 150  # descriptors of a picture and cue


def pictures(count: int, seed: int) -> Iterator[NDArray[np.float32]]:
    """`count` pictures as the backbone sees them: by turns one of the demo's subjects and a texture."""
    subjects = [word.text for word in WORDS] + list(DISTRACTORS)
    for number in range(count):
        own_seed = _FIRST_SEED * (seed + 1) + number
        if number % 2:
            pixels = texture(own_seed, SIDE_PX)
        else:
            pixels = scaled(draw(subjects[number // 2 % len(subjects)], own_seed), SIDE_PX, "longer")
        yield prepared(pixels)


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pictures", type=int, default=1040)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, default=codebook.FILE)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    rng = np.random.default_rng(arguments.seed)
    drawn = pictures(arguments.pictures, arguments.seed)
    books = fitting.fit([fitting.sampled(image, _EACH, rng) for image in drawn], arguments.seed)
    origin: dict[str, str | int] = {
        "script": f"training/fit_fisher_codebook.py {SCRIPT_VERSION}",
        "descriptors": VERSION,
        "seed": arguments.seed,
        "pictures": arguments.pictures,
    }
    content = codebook.serialised(books, origin)
    write_file(arguments.output, [content])
    print(f"{arguments.output}: {len(content)} bytes, SHA256 = {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
