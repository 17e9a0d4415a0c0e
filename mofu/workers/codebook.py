"""The library's background → a Fisher codebook of its own, a file under `codebooks/` that its hash names."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mofu.db import images
from mofu.db.durable import write_file
from mofu.db.hits import ImageRecord
from mofu.errors import InvalidInputError, MofuError, NothingFoundError
from mofu.features.fisher import codebook, fitting
from mofu.features.fisher.backbone import identity
from mofu.features.fisher.cues import SIDE_PX, VERSION, prepared
from mofu.imaging.results import DecodeFailure, Pixels
from mofu.imaging.sandbox import DecoderPool
from mofu.progress import Progress
from mofu.workers.extraction import background_images
from mofu.workers.jobs import job
from mofu.workers.workshop import Workshop

CODEBOOKS = "codebooks"
LEAST = 50
"""Pictures below which a codebook would know these pictures and not pictures."""
_AHEAD = 32  # pictures decoded before they are needed

Samples = list[dict[str, NDArray[np.float32]]]


@dataclass(frozen=True, slots=True)
class CodebookRecord:
    """A codebook file.

    Attributes:
        path: the file, for the setting `features.fisher_codebook`.
        backbone_id: of the backbone `fisher` with it.
        pictures: what it was fitted on.
        seed: of the fit.
    """

    path: Path
    backbone_id: str
    pictures: int
    seed: int


def fit_codebook(workshop: Workshop, seed: int) -> CodebookRecord:
    """Fit a codebook on the current background; the same images and seed give the same file on the same machine.

    Raises:
        NothingFoundError: there is no background.
        InvalidInputError: too few of its images can be read, or they are too small.
    """
    with workshop.database.read() as session:
        background = images.current_background(session)
    if background is None:
        raise NothingFoundError("no background to fit on: make one with `mofu background refresh`")
    records = background_images(workshop, background.id)
    with job(workshop, "codebook", f"background {background.id}") as at:
        samples = _sampled(at, records, seed)
        if len(samples) < LEAST:
            raise InvalidInputError(
                f"{len(samples)} readable images in background {background.id}: a codebook needs at least {LEAST}:"
                " `mofu background refresh --set background.size=1000` makes a larger one"
            )
        books = _fitted(at.progress, samples, seed)
        record = _written(at.root / CODEBOOKS, books, _origin(records, len(samples), seed))
        at.progress.finish(f"fitted on {record.pictures:,} images ({record.backbone_id})")
    return record


def codebooks(root: Path) -> list[CodebookRecord]:
    """The codebooks of a library that this mofu can use, by name; one that is damaged or too old is left out."""
    found = []
    for path in sorted((root / CODEBOOKS).glob("fisher-*.safetensors")):
        try:
            found.append(record_of(path))
        except MofuError:
            continue
    return found


def record_of(path: Path) -> CodebookRecord:
    """What a codebook file says of itself; raises as `codebook.load` does."""
    book = codebook.load(path)
    pictures, seed = (int(book.origin.get(name, 0)) for name in ("pictures", "seed"))
    return CodebookRecord(path, identity(book.sha256), pictures, seed)


def _sampled(workshop: Workshop, records: list[ImageRecord], seed: int) -> Samples:
    each, samples, failed = fitting.each_of(len(records)), [], 0
    with workshop.decoders() as pool:
        for record, decoding in _decoded(workshop, pool, records):
            try:
                image = prepared(decoding.result())
            except (DecodeFailure, OSError):
                failed += 1
            else:
                # a picture's own seed: which descriptors are drawn does not hang on the pictures before it
                rng = np.random.default_rng([seed, int(record.sha256[:16], 16)])
                samples.append(fitting.sampled(image, each, rng))
            workshop.progress.advance(len(samples) + failed, len(records), failed)
    return samples


def _decoded(
    workshop: Workshop, pool: DecoderPool, records: list[ImageRecord]
) -> Iterator[tuple[ImageRecord, Future[Pixels]]]:
    ahead: deque[tuple[ImageRecord, Future[Pixels]]] = deque()
    for record in records:
        path = workshop.blobs.original(record.sha256, record.format)
        ahead.append((record, pool.pixels(path, SIDE_PX)))
        if len(ahead) > _AHEAD:
            yield ahead.popleft()
    yield from ahead


def _fitted(progress: Progress, samples: Samples, seed: int) -> dict[str, codebook.CueCodebook]:
    progress.start("codebook", "mixtures", None)
    books = fitting.fit(samples, seed, progress.advance)
    progress.advance(len(books), len(books))
    return books


def _origin(records: list[ImageRecord], pictures: int, seed: int) -> dict[str, str | int]:
    members = hashlib.sha256("".join(sorted(record.sha256 for record in records)).encode()).hexdigest()
    return {
        "script": "mofu codebook fit",
        "descriptors": VERSION,
        "seed": seed,
        "pictures": pictures,
        "background": members[:16],
    }


def _written(folder: Path, books: dict[str, codebook.CueCodebook], origin: dict[str, str | int]) -> CodebookRecord:
    content = codebook.serialised(books, origin)
    path = folder / codebook.file_name(content)
    write_file(path, [content])
    return record_of(path)
