"""An image, of the library or of a file → the images of the library, or of one word, that look most like it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mofu.db import activations, hits, images, words
from mofu.db.activations import SetRecord
from mofu.db.files import sha256_of
from mofu.db.hits import ImageRecord, Provenance
from mofu.db.words import WordRecord
from mofu.errors import InvalidInputError, NothingFoundError
from mofu.features import store
from mofu.features.backbone import Vectors
from mofu.features.neighbours import BLOCK, nearest
from mofu.features.registry import Backbone
from mofu.imaging.results import DecodeFailure
from mofu.workers import near_duplicates
from mofu.workers.extraction import read_activations, word_images
from mofu.workers.workshop import Workshop

SPARE = 3
"""Candidates an image wanted: so many are asked for first, since near-duplicates give way to one another."""

SHORTEST = 6
"""Digits of a SHA-256 that may stand for it."""


@dataclass(frozen=True, slots=True)
class SimilarImage:
    """An image that looks like the one asked about.

    Attributes:
        cosine: of their activations, -1 … 1.
        copies: near-duplicates of it, which would have come after it.
        words: of the library that have it; none where the background alone has.
        path, thumbnail: its files.
        source: its best hit.
    """

    sha256: str
    cosine: float
    copies: tuple[str, ...]
    words: tuple[str, ...]
    path: Path
    thumbnail: Path
    source: Provenance | None


def similar(
    workshop: Workshop, query: str | Path, backbone: Backbone, count: int, word: WordRecord | None = None
) -> list[SimilarImage]:
    """The images that look most like one, the most alike first, near-duplicates once and those of the query left out.

    Args:
        query: a picture file, or the SHA-256 of an image of the library or its first digits.
        count: at least 1.
        word: only among its images; None: the whole library, background included.

    Raises:
        InvalidInputError: the query is neither, or the file cannot be read as a picture.
        NothingFoundError: there are no activations of this backbone to compare with.
    """
    with workshop.database.read() as session:
        of_set = activations.look_up_set(session, backbone.id, backbone.layer)
    if of_set is None:
        raise _nothing(f"{backbone.id}:{backbone.layer}", word)
    name, vector = _query(workshop, query, backbone, of_set)
    return _alike(workshop, of_set, name, vector, count, word)


def similar_stored(workshop: Workshop, image: str, of_set: SetRecord, count: int) -> list[SimilarImage]:
    """As `similar`, of an image (SHA-256) whose activations are stored: nothing is computed, no backbone is loaded.

    Raises:
        NothingFoundError: it has no activations of this set.
    """
    names, vector = read_activations(workshop, of_set, [image])
    if not names:
        raise _without_activations(image, of_set)
    return _alike(workshop, of_set, image, vector, count, None)


def _alike(
    workshop: Workshop, of_set: SetRecord, name: str, vector: Vectors, count: int, word: WordRecord | None
) -> list[SimilarImage]:
    pool = _Pool(workshop, of_set, word)
    wanted = count * SPARE + 1
    while True:
        found = pool.nearest(vector, wanted)
        if not found:
            raise _nothing(f"{of_set.backbone_id}:{of_set.layer}", word)
        alike = _once(workshop, of_set, name, found)
        if len(alike) >= count or len(found) < wanted:
            return _described(workshop, alike[:count])
        wanted *= 2


def _nothing(by: str, word: WordRecord | None) -> NothingFoundError:
    images, whose = ("the library", "--all") if word is None else (repr(word.text), word.text)
    return NothingFoundError(f"no image of {images} has activations by {by}: run `mofu features {whose}`")


def _without_activations(name: str, of_set: SetRecord) -> NothingFoundError:
    return NothingFoundError(f"image {name[:12]} has no activations of {of_set.backbone_id}: run `mofu features`")


def _query(workshop: Workshop, query: str | Path, backbone: Backbone, of_set: SetRecord) -> tuple[str, Vectors]:
    """The image's SHA-256, and its activations, (1, d)."""
    path = Path(query)
    name = sha256_of(path) if path.is_file() else _full_name(workshop, str(query))
    found, vectors = read_activations(workshop, of_set, [name])
    if found:
        return name, vectors
    if not path.is_file():
        raise _without_activations(name, of_set)
    with workshop.decoders() as pool:
        try:
            pixels = pool.pixels(path, backbone.side_px, backbone.fit).result()
        except DecodeFailure as failure:
            raise InvalidInputError(f"{path}: {failure}: expected a picture") from failure
    return name, backbone.extract([pixels])


def _full_name(workshop: Workshop, digits: str) -> str:
    """The SHA-256 that begins so."""
    expected = f"expected a picture file, or at least {SHORTEST} digits of the SHA-256 of an image of the library"
    digits = digits.lower()
    if len(digits) < SHORTEST or set(digits) - set("0123456789abcdef"):
        raise InvalidInputError(f"{digits}: no such file: {expected}")
    with workshop.database.read() as session:
        following = [record.sha256 for record in images.after(session, digits, 2)]
        found = [*images.by_name(session, [digits])] or [name for name in following if name.startswith(digits)]
    if len(found) != 1:
        raise InvalidInputError(f"{digits}: {'several images begin' if found else 'no image begins'} so: {expected}")
    return found[0]


class _Pool:
    """The images that are compared with: those of a word, or all that have activations, shard by shard."""

    def __init__(self, workshop: Workshop, of_set: SetRecord, word: WordRecord | None) -> None:
        self._workshop, self._set = workshop, of_set
        self._names = None if word is None else [record.sha256 for record in word_images(workshop, word.id)]
        with workshop.database.read() as session:
            self._shards = activations.shards(session, of_set.id)

    def nearest(self, vector: Vectors, count: int) -> list[tuple[str, float]]:
        """(SHA-256, cosine) of the nearest, the nearest first."""
        if self._names is not None:
            names, vectors = read_activations(self._workshop, self._set, self._names)
            found = nearest(vector, [vectors], count)
            named = [names[row] for row in found.rows[0]]
        else:
            found = nearest(vector, self._blocks(), count)
            named = self._named(found.rows[0].tolist())
        return list(zip(named, found.cosines[0].tolist(), strict=True))

    def _blocks(self) -> Iterator[Vectors]:
        for shard in self._shards:
            path = self._workshop.blobs.shard(shard.path)
            for start in range(0, shard.count, BLOCK):
                yield store.read_rows(path, range(start, min(start + BLOCK, shard.count)))

    def _named(self, rows: Sequence[int]) -> list[str]:
        """The images of rows that are counted through all shards; only the shards that they lie in are read."""
        ends = np.cumsum([shard.count for shard in self._shards])
        ids: dict[int, tuple[str, ...]] = {}
        names = []
        for row in rows:
            number = int(np.searchsorted(ends, row, side="right"))
            if number not in ids:
                ids[number] = store.read_ids(self._workshop.blobs.shard(self._shards[number].path))
            names.append(ids[number][row - int(ends[number]) + self._shards[number].count])
        return names


@dataclass(frozen=True, slots=True)
class _Candidate:
    record: ImageRecord
    cosine: float
    copies: tuple[str, ...]


def _once(workshop: Workshop, of_set: SetRecord, name: str, found: Sequence[tuple[str, float]]) -> list[_Candidate]:
    """The candidates, near-duplicates as one, without the query and its copies; images that were lost are left out."""
    cosines = dict(found)
    with workshop.database.read() as session:
        records = images.by_name(session, [name, *cosines])
    named, vectors = read_activations(workshop, of_set, [n for n in dict.fromkeys([name, *cosines]) if n in records])
    groups = near_duplicates.group(workshop, [records[n] for n in named], vectors)
    own = groups.labels[named.index(name)] if name in named else -1
    candidates = []
    for number, index in enumerate(groups.representatives.tolist()):
        members = [named[i] for i in np.flatnonzero(groups.labels == number)]
        if number != own:
            copies = tuple(member for member in members if member != named[index])
            candidates.append(_Candidate(records[named[index]], cosines[named[index]], copies))
    return sorted(candidates, key=lambda candidate: (-candidate.cosine, candidate.record.sha256))


def _described(workshop: Workshop, candidates: Sequence[_Candidate]) -> list[SimilarImage]:
    names = [candidate.record.sha256 for candidate in candidates]
    with workshop.database.read() as session:
        sources = hits.provenance(session, names)
        texts = {word.id: word.text for word in words.listing(session)}
    described = []
    for candidate in candidates:
        record = candidate.record
        of_image = sources.get(record.sha256, [])
        own = dict.fromkeys(texts[source.word_id] for source in of_image if source.word_id in texts)
        described.append(
            SimilarImage(
                record.sha256,
                candidate.cosine,
                candidate.copies,
                tuple(own),
                workshop.blobs.original(record.sha256, record.format),
                workshop.blobs.thumbnail(record.sha256),
                of_image[0] if of_image else None,
            )
        )
    return described
