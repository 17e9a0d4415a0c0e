"""A library of generated rows and vectors, as large as wanted: for what grows, or should not, with its size."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sqlalchemy import insert

from mofu.db import activations, images
from mofu.db.activations import SetRecord
from mofu.db.models import Hit, Image, RankedImage, Ranking, Stream, Word
from mofu.features.backbone import Backbone, BackboneSpec, Layer, Vectors
from mofu.features.preprocessing import Preprocessing
from mofu.imaging.results import Pixels
from mofu.library import Library
from mofu.workers.extraction import keep

DIMENSION = 64
BACKGROUND = 1000
_SPEC = BackboneSpec("generated", "numbers", (Layer("all", DIMENSION),), "all", Preprocessing(64))


class Generated(Backbone):
    """A backbone whose activations are all there: whatever asks for it reads the store."""

    id, spec, layer = "generated-0", _SPEC, "all"

    def _compute(self, pixels: Sequence[Pixels]) -> Vectors:
        raise NotImplementedError(f"activations of {len(pixels)} pictures that the generated library lacks")


def generate(folder: Path, rows: int, per_word: int) -> None:
    """A library of so many images, each with a hit and activations, in ranked words of `per_word`, and a background."""
    rng = np.random.default_rng(0)
    with Library.open(folder) as library:
        of_set, background = _foundations(library, rng)
        for number in range(rows // per_word):
            names = _names(number, per_word)
            _word(library, number, names, of_set.id, background)
            likeness = np.linspace(1.5, 0.0, per_word, dtype=np.float32)[:, None] * _direction(number)
            keep(library.workshop, of_set, names, _vectors(rng, per_word) + likeness, {})


def _names(number: int, count: int) -> list[str]:
    return [f"{number:032x}{place:032x}" for place in range(count)]


def _vectors(rng: np.random.Generator, count: int) -> Vectors:
    return rng.standard_normal((count, DIMENSION), dtype=np.float32)


def _direction(number: int) -> Vectors:
    return np.random.default_rng([1, number]).standard_normal((1, DIMENSION), dtype=np.float32)


def _image(name: str) -> dict[str, object]:
    # Hashes far from each other: none of the pictures is a near-duplicate of another.
    phash = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest()) >> 1
    return {"sha256": name, "format": "jpeg", "width": 640, "height": 480, "bytes": 1, "perceptual_hash": phash}


def _foundations(library: Library, rng: np.random.Generator) -> tuple[SetRecord, int]:
    names = _names(2**32, BACKGROUND)
    with library.database.write() as session:
        of_set = activations.ensure_set(session, "generated", Generated.id, "all", DIMENSION)
        session.execute(insert(Image), [_image(name) for name in names])
        background = images.freeze_background(session, names, {})
    keep(library.workshop, of_set, names, _vectors(rng, BACKGROUND), {})
    return of_set, background.id


def _word(library: Library, number: int, names: Sequence[str], set_id: int, background: int) -> None:
    with library.database.write() as session:
        word = Word(text=f"word{number}", language="en", slug=f"word{number}")
        session.add(word)
        session.flush()
        stream = Stream(word_id=word.id, source="demo", query="q")
        ranking = Ranking(word_id=word.id, set_id=set_id, background_id=background, strategy="classic",
                          fingerprint="0" * 64, settings={}, rounds=[], count=len(names))  # fmt: skip
        session.add_all([stream, ranking])
        session.flush()
        session.execute(insert(Image), [_image(name) for name in names])
        session.execute(insert(Hit), [{"word_id": word.id, "stream_id": stream.id, "source": "demo", "rank": place,
                                       "position": place, "url": f"http://example/{name}", "license": "CC0-1.0",
                                       "outcome": "stored", "image_sha256": name}
                                      for place, name in enumerate(names)])  # fmt: skip
        session.execute(insert(RankedImage), [{"ranking_id": ranking.id, "image_sha256": name, "rank": place + 1,
                                               "search_rank": place + 1, "score": 1 - place / len(names),
                                               "round_scores": [0.0]} for place, name in enumerate(names)])  # fmt: skip
