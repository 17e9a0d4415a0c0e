"""Files held against their names, rows against files, shards against rows; what is damaged can be quarantined.

A damaged or missing original takes its rows with it: its hits become pending again, so that the next crawl fetches
them anew, and rankings that hold it are dropped, so that the next ranking is whole.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice

from mofu.db import activations, images, quarantine, repairs, words
from mofu.db.blobs import original_name, sha256_in, shard_name, thumbnail_name
from mofu.db.files import Files
from mofu.db.hits import ImageRecord
from mofu.errors import DamagedError
from mofu.features import store
from mofu.imaging.sandbox import DecodeFailure, DecoderPool
from mofu.workers import region_check, style_check
from mofu.workers.file_check import COLLECTABLE_S, PAGE, QUARANTINE
from mofu.workers.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be.

    Attributes:
        kind: missing-original, damaged-original, missing-thumbnail, damaged-thumbnail, damaged-shard, missing-map,
            damaged-map, missing-classifier, damaged-classifier, broken-row, or missing- and damaged- with style-pack,
            style-picture and style-result.
        subject: the image's SHA-256, the shard's file or the row.
        detail: what is wrong, and what repair did.
    """

    kind: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check saw; orphans are files that no row names, left by a killed process and harmless.

    Attributes:
        quarantined: images that a stage leaves out because processes died of them; that is no damage.
    """

    images: int
    shards: int
    findings: tuple[Finding, ...]
    orphans: int
    repaired: bool
    quarantined: int

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
    """Check a library; with `repair`, set aside what is damaged and collect what no row names.

    Raises:
        DamagedError: the database is empty beside pictures, or (with `repair`) damaged: no file is held against it.
    """
    workshop.progress.start("check", str(workshop.root), None)
    _require_rows(workshop)
    if repair:
        workshop.database.require_whole()
    with ExitStack() as stack:
        walk = _Walk(workshop, repair, stack.enter_context(workshop.decoders()) if repair else None)
        _check_rows(walk)
        _check_images(walk)
        shards = _check_shards(walk)
        _check_own_files(walk)
    orphans = list(_orphans(workshop))
    own = [*region_check.orphans(workshop), *style_check.orphans(workshop)]
    if repair:
        workshop.blobs.files.remove(orphans)
        for path in own:
            path.unlink(missing_ok=True)
    workshop.progress.finish(f"{walk.images} images, {shards} shards, {len(walk.findings)} findings")
    with workshop.database.read() as session:
        left_out = quarantine.count(session)
    return CheckReport(walk.images, shards, tuple(walk.findings), len(orphans) + len(own), repair, left_out)


def _require_rows(workshop: Workshop) -> None:
    """Raise DamagedError where there are pictures and the database knows no word and no image: it is not theirs."""
    with workshop.database.read() as session:
        knows_any = words.are_any(session) or images.are_any(session)
    pictures = [] if knows_any else list(islice(workshop.blobs.all_originals(), 1))
    if pictures:
        raise DamagedError(
            f"the database of {workshop.root} is empty, but there are pictures (such as {pictures[0][1].name}): put a "
            "backup of the database in its place, or move them away; nothing was touched"
        )


def _check_rows(walk: _Walk) -> None:
    with walk.workshop.database.read() as session:
        walk.findings += [Finding("broken-row", table, detail) for table, detail in repairs.broken_rows(session)]


def _check_own_files(walk: _Walk) -> None:
    for of in (region_check, style_check):
        lost = of.lost_files(walk.workshop, walk.repair)
        walk.findings += [Finding(each.kind, each.sha256, each.detail) for each in lost]


def _check_images(walk: _Walk) -> None:
    last = ""
    while True:
        with walk.workshop.database.read() as session:
            page = images.after(session, last, PAGE)
        if not page:
            return
        if not last:
            walk.workshop.blobs.files.require()
        for seen in _seen(walk.workshop.blobs.files, page):
            _check_image(walk, *seen)
        last, walk.images = page[-1].sha256, walk.images + len(page)
        walk.workshop.progress.advance(walk.images, None, len(walk.findings))


def _seen(files: Files, page: Sequence[ImageRecord]) -> Iterable[tuple[ImageRecord, str | None, bytes | None]]:
    """Each image with the hash of its original and the bytes of its thumbnail, where they are kept."""
    originals = files.digests([original_name(record.sha256, record.format) for record in page])
    thumbnails = files.contents([thumbnail_name(record.sha256) for record in page])
    return zip(page, originals, thumbnails, strict=True)


def _check_image(walk: _Walk, record: ImageRecord, found: str | None, thumbnail: bytes | None) -> None:
    name, small = original_name(record.sha256, record.format), thumbnail_name(record.sha256)
    if found is None:
        _lose(walk, record.sha256, "missing-original", f"{name} is not there")
    elif found != record.sha256:
        if walk.repair:
            walk.workshop.blobs.files.quarantine(name, walk.workshop.root / QUARANTINE)
        _lose(walk, record.sha256, "damaged-original", f"{name} holds {found[:12]}…")
    elif thumbnail is None:
        _remake_thumbnail(walk, record, "missing-thumbnail", f"{small} is not there")
    elif not _is_whole_jpeg(thumbnail):
        _remake_thumbnail(walk, record, "damaged-thumbnail", f"{small} is no whole JPEG file")


def _lose(walk: _Walk, sha256: str, kind: str, detail: str) -> None:
    if walk.repair:
        walk.workshop.blobs.files.require()  # what was unmounted since is not lost
        with walk.workshop.database.write() as session:
            repairs.forget_image(session, sha256)
        detail += ": set aside; the next crawl fetches it again"
    walk.findings.append(Finding(kind, sha256, detail))


def _is_whole_jpeg(content: bytes) -> bool:
    """Whether a file begins and ends as a JPEG file does; no hash of a thumbnail is kept to hold it against."""
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
    files = walk.workshop.blobs.files
    with walk.workshop.database.read() as session:
        shards = activations.shards(session)
    for shard, found in zip(shards, files.digests([shard_name(shard.path) for shard in shards]), strict=True):
        # a shard that is named no more was made one of several by a build beside this check
        if not (found and store.is_named(shard.path, found)) and _is_named(walk, shard):
            _lose_shard(walk, shard, f"holds {found[:12]}…" if found else "is not there")
    return len(shards)


def _lose_shard(walk: _Walk, shard: activations.ShardRecord, what: str) -> None:
    name = shard_name(shard.path)
    detail = f"{name} {what}"
    if walk.repair:
        walk.workshop.blobs.files.require()
        walk.workshop.blobs.files.quarantine(name, walk.workshop.root / QUARANTINE)
        with walk.workshop.database.write() as session:
            activations.forget_shard(session, shard.id)
        detail += ": set aside; the next `mofu features` computes it again"
    walk.findings.append(Finding("damaged-shard", shard.path, detail))


def _is_named(walk: _Walk, shard: activations.ShardRecord) -> bool:
    with walk.workshop.database.read() as session:
        return shard.id in {each.id for each in activations.shards(session, shard.set_id)}


def _orphans(workshop: Workshop) -> Iterator[str]:
    """Names of the files that no row names; in a shared place, only those that nobody can be about to name."""
    newest = _newest(workshop)
    for folder in ("originals", "thumbnails"):
        listing = (each.name for each in workshop.blobs.files.listing(folder) if each.modified < newest)
        while batch := list(islice(listing, PAGE)):
            yield from _unnamed(workshop, batch)
    yield from unnamed_shards(workshop)


def unnamed_shards(workshop: Workshop) -> list[str]:
    """Names of the files of activations that no row names, half-written ones included; see `_orphans`."""
    newest = _newest(workshop)
    with workshop.database.read() as session:
        named = {shard_name(shard.path) for shard in activations.shards(session)}
    there = workshop.blobs.files.listing("activations")
    return [each.name for each in there if each.name not in named and each.modified < newest]


def _newest(workshop: Workshop) -> float:
    """When what nobody can be about to name was written at the latest."""
    return time.time() - COLLECTABLE_S if workshop.blobs.files.is_shared else math.inf


def _unnamed(workshop: Workshop, names: list[str]) -> Iterator[str]:
    with workshop.database.read() as session:
        known = images.by_name(session, [sha256_in(name) for name in names])
    for name in names:
        record = known.get(sha256_in(name))
        if record is None or name not in (original_name(record.sha256, record.format), thumbnail_name(record.sha256)):
            yield name
