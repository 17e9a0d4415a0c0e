"""A word's ranking → what an export would hold: counts by licence and verdict; and the exports that were made of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from mofu.crawler.licenses import family
from mofu.dataset import RankedDataset
from mofu.db import ledger
from mofu.db.jobs import DONE, PARTIAL, JobRecord
from mofu.db.words import WordRecord
from mofu.errors import NothingFoundError
from mofu.library import Library
from mofu.workers.verbs.delivering import FOLDER, Export

FORMATS = ("zip", "coco", "contact-sheet", "contact-sheet-png")
"""Those that are one file, which a browser can fetch."""

_FILE = re.compile(r"(?P<slug>[^/\\]+)-(?P<digest>[0-9a-f]{8})\.(zip|html|png)")


@dataclass(frozen=True, slots=True)
class Made:
    """An export that lies there.

    Attributes:
        job: that made it; its request says what was asked.
        outdated: whether the word was ranked again after it.
        missing: images that were chosen and whose files could not be read.
    """

    file: str
    job: int
    format: str
    top: int | None
    license: str
    verdicts: str
    size: int | None
    masks: str
    images: int
    bytes: int
    missing: int
    made_at: datetime
    outdated: bool


@dataclass(frozen=True, slots=True)
class ExportPage:
    """A word, what can be exported of it, and what was.

    Attributes:
        ranked: images that have a rank.
        licenses: family of licences (by, by-sa, …) → ranked images.
        verdicts: accept, reject, unsure, none → ranked images.
        with_regions: ranked images on which regions of the word, or objects, are known.
        running: the job that is at work on an export of this word, or waits; None for none.
    """

    word: WordRecord
    ranked: int
    licenses: Mapping[str, int]
    verdicts: Mapping[str, int]
    with_regions: int
    made: tuple[Made, ...]
    running: JobRecord | None


def read(library: Library, word: WordRecord) -> ExportPage:
    """What the page shows; a word that is not ranked yet has nothing to export."""
    jobs = _jobs(library, word)
    running = next((job for job in jobs if job.finished_at is None), None)
    try:
        dataset = library.dataset(word)
    except NothingFoundError:
        return ExportPage(word, 0, {}, {}, 0, (), running)
    licenses = Counter(family(image.record.license) for image in dataset)
    verdicts = Counter(image.verdict or "none" for image in dataset)
    with_regions = sum(bool(image.regions) for image in dataset)
    return ExportPage(
        word, len(dataset), dict(licenses.most_common()), dict(verdicts), with_regions, _made(library, jobs, dataset),
        running,
    )  # fmt: skip


def _jobs(library: Library, word: WordRecord) -> list[JobRecord]:
    with library.database.read() as session:
        return list(ledger.asked_about(session, "export", word.slug))


def _made(library: Library, jobs: list[JobRecord], dataset: RankedDataset) -> tuple[Made, ...]:
    """The newest export of each file that is still there."""
    newest: dict[str, Made] = {}
    for job in jobs:
        if job.state not in (DONE, PARTIAL) or job.result is None or job.finished_at is None:
            continue
        file = str(job.result["file"])
        if file in newest or not _FILE.fullmatch(file) or not (library.root / FOLDER / file).is_file():
            continue
        newest[file] = _of(job, file, job.result, job.finished_at, dataset.ranking.created_at)
    return tuple(newest.values())


def _of(job: JobRecord, file: str, result: Mapping[str, Any], made_at: datetime, ranked_at: datetime) -> Made:
    asked = Export(**(job.request or {}))
    return Made(
        file=file,
        job=job.id,
        format=asked.format,
        top=asked.top,
        license=asked.license,
        verdicts=asked.verdicts,
        size=asked.size,
        masks=asked.masks,
        images=int(result["images"]),
        bytes=int(result["bytes"]),
        missing=int(result["missing"]),
        made_at=made_at,
        outdated=made_at < ranked_at,
    )


def file_of(library: Library, word: WordRecord, name: str) -> Path:
    """Where an export of a word lies.

    Raises:
        NothingFoundError: none of this word has this name.
    """
    named = _FILE.fullmatch(name)
    file = library.root / FOLDER / name
    if named is None or named["slug"] != word.slug or not file.is_file():
        raise NothingFoundError(f"no export {name!r} of {word.text!r}: make it again on its page")
    return file
