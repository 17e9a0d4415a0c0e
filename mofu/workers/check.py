"""Files held against their names, rows against files, shards against rows; what is damaged can be quarantined.

A damaged or missing original takes its rows with it: its hits become pending again, so that the next crawl fetches
them anew, and rankings that hold it are dropped, so that the next ranking is whole.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from mofu.db import activations, images, repairs
from mofu.db.blobs import sha256_of
from mofu.db.hits import ImageRecord
from mofu.errors import DamagedError
from mofu.features import store
from mofu.imaging.sandbox import DecodeFailure, DecoderPool
from mofu.workers import region_check
from mofu.workers.workshop import Workshop

PAGE = 1000
QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be.

    Attributes:
        kind: missing-original, damaged-original, missing-thumbnail, damaged-thumbnail, damaged-shard, missing-map,
            damaged-map, missing-classifier, damaged-classifier, or broken-row.
        subject: the image's SHA-256, the shard's file or the row.
        detail: what is wrong, and what repair did.
    """

    kind: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check saw; orphans are files that no row names, left by a killed process and harmless."""

    images: int
    shards: int
    findings: tuple[Finding, ...]
    orphans: int
    repaired: bool

    @property
    def is_sound(self) -> bool:
        """Whether nothing is damaged or missing."""
        return not self.findings


@dataclass
class _Walk:
    workshop: Workshop
    repair: bool
    pool: DecoderPool | None
    findings: list[Finding] = field(default_factory=list)
    images: int = 0


def check(workshop: Workshop, repair: bool) -> CheckReport:
    """Check a library; with `repair`, set aside what is damaged and collect what no row names."""
    workshop.progress.start("check", str(workshop.root), None)
    with ExitStack() as stack:
        walk = _Walk(workshop, repair, stack.enter_context(workshop.decoders()) if repair else None)
        _check_rows(walk)
        _check_images(walk)
        shards = _check_shards(walk)
        _check_regions(walk)
    orphans = list(_orphans(workshop))
    of_regions = list(region_check.orphans(workshop))
    if repair:
        for path in orphans:
            path.unlink(missing_ok=True)
        for path in of_regions:
            path.unlink(missing_ok=True)
    workshop.progress.finish(f"{walk.images} images, {shards} shards, {len(walk.findings)} findings")
    return CheckReport(walk.images, shards, tuple(walk.findings), len(orphans) + len(of_regions), repair)


def _check_rows(walk: _Walk) -> None:
    with walk.workshop.database.read() as session:
        walk.findings += [Finding("broken-row", table, detail) for table, detail in repairs.broken_rows(session)]


def _check_regions(walk: _Walk) -> None:
    lost = region_check.lost_files(walk.workshop, walk.repair)
    walk.findings += [Finding(each.kind, each.sha256, each.detail) for each in lost]


def _check_images(walk: _Walk) -> None:
    last = ""
    while True:
        with walk.workshop.database.read() as session:
            page = images.after(session, last, PAGE)
        if not page:
            return
        for record in page:
            _check_image(walk, record)
        last, walk.images = page[-1].sha256, walk.images + len(page)
        walk.workshop.progress.advance(walk.images, None, len(walk.findings))


def _check_image(walk: _Walk, record: ImageRecord) -> None:
    blobs = walk.workshop.blobs
    original, thumbnail = blobs.original(record.sha256, record.format), blobs.thumbnail(record.sha256)
    if not original.exists():
        _lose(walk, record.sha256, "missing-original", f"{original} is not there")
    elif (found := sha256_of(original)) != record.sha256:
        if walk.repair:
            _quarantine(walk.workshop, original)
        _lose(walk, record.sha256, "damaged-original", f"{original} holds {found[:12]}…")
    elif not thumbnail.exists():
        _remake_thumbnail(walk, record, "missing-thumbnail", f"{thumbnail} is not there")
    elif not _is_whole_jpeg(thumbnail):
        _remake_thumbnail(walk, record, "damaged-thumbnail", f"{thumbnail} is no whole JPEG file")


def _lose(walk: _Walk, sha256: str, kind: str, detail: str) -> None:
    if walk.repair:
        with walk.workshop.database.write() as session:
            repairs.forget_image(session, sha256)
        detail += ": set aside; the next crawl fetches it again"
    walk.findings.append(Finding(kind, sha256, detail))


def _is_whole_jpeg(path: Path) -> bool:
    """Whether a file begins and ends as a JPEG file does; no hash of a thumbnail is kept to hold it against."""
    content = path.read_bytes()
    return content.startswith(b"\xff\xd8") and content.endswith(b"\xff\xd9")


def _remake_thumbnail(walk: _Walk, record: ImageRecord, kind: str, detail: str) -> None:
    if walk.pool is not None:
        blobs = walk.workshop.blobs
        temporary = blobs.incoming / f"{record.sha256}.thumbnail"
        try:
            walk.pool.inspect(blobs.original(record.sha256, record.format), temporary).result()
        except DecodeFailure as failure:
            detail += f" and cannot be made again ({failure})"
        else:
            blobs.put_thumbnail(record.sha256, temporary)
            detail += ": made again"
    walk.findings.append(Finding(kind, record.sha256, detail))


def _check_shards(walk: _Walk) -> int:
    with walk.workshop.database.read() as session:
        shards = activations.shards(session)
    for shard in shards:
        path = walk.workshop.activations / shard.path
        try:
            store.verify(path)
        except (DamagedError, OSError) as error:
            if not _is_named(walk, shard):
                continue  # a build beside this check has just made one shard of several
            detail = str(error)
            if walk.repair:
                _quarantine(walk.workshop, path)
                with walk.workshop.database.write() as session:
                    activations.forget_shard(session, shard.id)
                detail += ": set aside; the next `mofu features` computes it again"
            walk.findings.append(Finding("damaged-shard", shard.path, detail))
    return len(shards)


def _is_named(walk: _Walk, shard: activations.ShardRecord) -> bool:
    with walk.workshop.database.read() as session:
        return shard.id in {each.id for each in activations.shards(session, shard.set_id)}


def _quarantine(workshop: Workshop, path: Path) -> None:
    if path.exists():
        (workshop.root / QUARANTINE).mkdir(exist_ok=True)
        shutil.move(path, workshop.root / QUARANTINE / f"{path.parent.name}-{path.name}")


def _orphans(workshop: Workshop) -> Iterator[Path]:
    """Files of the library that no row names."""
    for folder in (workshop.blobs.all_originals, workshop.blobs.all_thumbnails):
        batch: list[tuple[str, Path]] = []
        for item in folder():
            batch.append(item)
            if len(batch) == PAGE:
                yield from _unnamed(workshop, batch)
                batch = []
        yield from _unnamed(workshop, batch)
    with workshop.database.read() as session:
        named = {shard.path for shard in activations.shards(session)}
    if workshop.activations.is_dir():
        yield from (p for p in sorted(workshop.activations.iterdir()) if p.is_file() and p.name not in named)


def _unnamed(workshop: Workshop, files: list[tuple[str, Path]]) -> Iterator[Path]:
    with workshop.database.read() as session:
        known = images.by_name(session, [name for name, _ in files])
    for name, path in files:
        record = known.get(name)
        if record is None or path not in (workshop.blobs.original(name, record.format), workshop.blobs.thumbnail(name)):
            yield path
