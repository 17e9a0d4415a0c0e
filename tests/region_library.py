"""A library of real pictures whose words are on one half of each: what regions are to be found of, in seconds."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mofu.db import activations, hits, rankings, words
from mofu.db.hits import HitResult, ImageRecord
from mofu.db.images import freeze_background
from mofu.db.rankings import NewRanking, RankedRecord
from mofu.library import Library
from mofu.workers.workshop import Workshop

STRIPES, DOTS, FEW, UNRANKED = "しましま", "ぶつぶつ", "つるつる", "きらきら"
IMAGES = 8
WIDTH, HEIGHT = 128, 96
QUICK = {"method": "cam", "refine": "none", "top": 4, "images": 8, "background": 8, "contrast_words": 0, "side_px": 96}
"""Settings by which a word is segmented in a second or two."""


def build(root: Path, images: int = IMAGES, background: int = 10) -> None:
    """Stripes and dots, so many ranked images each, the first of both the same; a word of three; one unranked."""
    with Library.open(root) as library, library.writing() as workshop:
        plain = [_store(workshop, _plain(number), number) for number in range(background)]
        with library.database.write() as session:
            frozen = freeze_background(session, plain, {}).id
        both = _store(workshop, _halves(_stripes(), _dots(), 99), 99)
        for text, texture in ((STRIPES, _stripes()), (DOTS, _dots())):
            seeds = range(first_seed(text), first_seed(text) + images - 1)
            own = [_store(workshop, _halves(texture, _plain(seed), seed), seed) for seed in seeds]
            _rank(workshop, text, [both, *own], frozen)
        _rank(workshop, FEW, plain[:3], frozen)
        with library.database.write() as session:
            words.ensure(session, UNRANKED)


def first_seed(text: str) -> int:
    """The seed of the first picture of a word that is its own."""
    return {STRIPES: 100, DOTS: 200}[text]


def is_left(number: int) -> bool:
    """Whether the texture is on the left half of the picture of a seed."""
    return number % 2 == 0


def _halves(left: NDArray[np.uint8], right: NDArray[np.uint8], seed: int) -> NDArray[np.uint8]:
    one, other = (left, right) if is_left(seed) else (right, left)
    return np.concatenate([one[:, : WIDTH // 2], other[:, WIDTH // 2 :]], axis=1)


def _plain(seed: int) -> NDArray[np.uint8]:
    colours = np.random.default_rng(seed).integers(60, 200, (2, 2, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(colours).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC))


def _stripes() -> NDArray[np.uint8]:
    rows = np.where(np.arange(HEIGHT) % 8 < 4, 20, 235).astype(np.uint8)
    return np.broadcast_to(rows[:, None, None], (HEIGHT, WIDTH, 3)).copy()


def _dots() -> NDArray[np.uint8]:
    y, x = np.mgrid[:HEIGHT, :WIDTH] % 12 - 6
    dots = np.where(x * x + y * y < 12, 240, 30).astype(np.uint8)
    return np.stack([dots, dots // 3, dots // 3], axis=-1)


def _store(workshop: Workshop, pixels: NDArray[np.uint8], seed: int) -> str:
    """A picture's file and row, noise on it so that no two are alike."""
    rng = np.random.default_rng([7, seed])
    noisy = np.clip(pixels.astype(int) + rng.integers(-6, 7, pixels.shape), 0, 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noisy).save(buffer, "PNG")
    content = buffer.getvalue()
    name = hashlib.sha256(content).hexdigest()
    for path in (workshop.blobs.original(name, "png"), workshop.blobs.thumbnail(name)):
        path.parent.mkdir(parents=True, exist_ok=True)
    workshop.blobs.original(name, "png").write_bytes(content)
    Image.fromarray(noisy).save(workshop.blobs.thumbnail(name), "JPEG")
    pictured = int(rng.integers(0, 1 << 62))
    with workshop.database.write() as session:
        hits.record(session, [], [ImageRecord(name, "png", WIDTH, HEIGHT, len(content), pictured)])
    return name


def _rank(workshop: Workshop, text: str, names: list[str], background_id: int) -> None:
    """A word with these stored images, ranked in this order."""
    with workshop.database.write() as session:
        word = words.ensure(session, text)
        stream = hits.open_stream(session, word.id, "folder", text, "any")
        page = [{"url": f"{text} {name}", "license": "unknown"} for name in names]
        _, found = hits.add_page(session, stream, 0, page, None, None)
        hits.record(session, [HitResult(h.id, hits.STORED, None, n) for h, n in zip(found, names, strict=True)], [])
        of_set = activations.ensure_set(session, "fisher", "fisher-00000001", "all", 4)
        ranked = [RankedRecord(n, place + 1, None, place + 1, 1.0 - place / 100, ()) for place, n in enumerate(names)]
        rankings.save(session, NewRanking(word.id, of_set.id, background_id, "classic", "f" * 64, {}, [], ranked))
