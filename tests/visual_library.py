"""A library made of rows, shards and thumbnails alone: words whose images are told from a background, or hardly."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mofu.db import activations, hits, images, rankings, words
from mofu.db.hits import HitResult, ImageRecord
from mofu.db.rankings import NewRanking, RankedRecord
from mofu.library import Library
from mofu.workers.extraction import keep
from mofu.workers.workshop import Workshop

D = 16
BACKGROUND = 40
IMAGES = 12
CLEAR, FAINT, FEW, UNRANKED = "しましま", "ざらざら", "つるつる", "きらきら"
CHOSEN, OTHER = ("fisher", "fisher-00000001", "all"), ("embedded", "embedded-0000001", "all")


def build(root: Path) -> None:
    """Two words of twelve ranked images, one of six, one that is not ranked, against forty pictures."""
    with Library.open(root) as library, library.writing() as workshop:
        others = [_store(workshop, f"background {number}", number) for number in range(BACKGROUND)]
        with library.database.write() as session:
            background = images.freeze_background(session, others, {}).id
        _activations(workshop, others, np.zeros(D), 0)
        for number, (text, count, strength) in enumerate(((CLEAR, IMAGES, 4.0), (FAINT, IMAGES, 1.0), (FEW, 6, 4.0))):
            names = add_word(workshop, text, count)
            way = np.zeros(D)
            way[number] = strength
            _activations(workshop, names, way, 1 + number)
            rank(workshop, text, names, background)
        add_word(workshop, UNRANKED, 3)


def name_of(text: str, number: int) -> str:
    """The SHA-256 of a word's image, from 0."""
    return hashlib.sha256(f"{text} {number}".encode()).hexdigest()


def add_word(workshop: Workshop, text: str, count: int) -> list[str]:
    """A word with so many stored images; their names in the order of the search."""
    names = [_store(workshop, f"{text} {number}", 100 * len(text) + number) for number in range(count)]
    with workshop.database.write() as session:
        word = words.ensure(session, text)
        stream = hits.open_stream(session, word.id, "folder", text, "any")
        hits.add_page(session, stream, 0, [{"url": name, "license": "unknown"} for name in names], None, None)
        found = hits.of_word(session, word.id)
        results = [HitResult(hit.id, "stored", None, name) for hit, name in zip(found, names, strict=True)]
        hits.record(session, results, [])
    return names


def rank(workshop: Workshop, text: str, names: list[str], background_id: int) -> None:
    """A ranking in this order."""
    with workshop.database.write() as session:
        of_set = activations.ensure_set(session, *CHOSEN, D)
        ranked = [RankedRecord(n, place + 1, None, place + 1, 1.0 - place / 100, ()) for place, n in enumerate(names)]
        word = words.find(session, text)
        rankings.save(session, NewRanking(word.id, of_set.id, background_id, "classic", "f" * 64, {}, [], ranked))


def _store(workshop: Workshop, title: str, seed: int) -> str:
    """An image's row and thumbnail: coarse noise, no two alike."""
    name = hashlib.sha256(title.encode()).hexdigest()
    rng = np.random.default_rng([seed, *title.encode()])
    coarse = Image.fromarray(rng.integers(0, 255, (4, 6, 3), dtype=np.uint8))
    path = workshop.blobs.thumbnail(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    coarse.resize((120, 80), Image.Resampling.BICUBIC).save(path, "JPEG", quality=95)
    pictured = int(rng.integers(0, 1 << 62))
    with workshop.database.write() as session:
        hits.record(session, [], [ImageRecord(name, "jpeg", 120, 80, 1000, pictured)])
    return name


def _activations(workshop: Workshop, names: list[str], way: NDArray[np.float64], seed: int) -> None:
    """By both backbones: noise around a way, the same way for each but other noise."""
    for number, (backbone, backbone_id, layer) in enumerate((CHOSEN, OTHER)):
        with workshop.database.write() as session:
            of_set = activations.ensure_set(session, backbone, backbone_id, layer, D)
        rows = np.random.default_rng([seed, number]).normal(size=(len(names), D)) + way
        keep(workshop, of_set, names, rows.astype(np.float32), {})
