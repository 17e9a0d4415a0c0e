"""The features stage: images without activations → shards of them, one a task, named by rows once durable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mofu.db import activations, images, quarantine
from mofu.db.activations import SetRecord, ShardRecord
from mofu.db.hits import ImageRecord
from mofu.errors import DamagedError
from mofu.features import store
from mofu.features.extract import extract
from mofu.features.registry import Backbone
from mofu.workers.cluster.placement import GPU, is_elsewhere, require_dask
from mofu.workers.workshop import Workshop

TASK = 64
"""Images a task, and so a shard: little is lost with a killed process, and a row is written seldom."""

FEATURES = "features"
"""The stage, as tasks and the quarantine know it."""

COMPACT_AT = 64
"""Small shards of a set at which few are made of them."""

MERGED_BYTES = 16 * 2**20
"""Of a shard that is made of others, at most: writing it takes three times as much memory."""


@dataclass(frozen=True, slots=True)
class ExtractionReport:
    """How many images had their activations already, were extracted now, or could not be; or kill whoever tries."""

    known: int
    extracted: int
    failed: int
    quarantined: int


def activation_set(workshop: Workshop, backbone: Backbone) -> SetRecord:
    """The set of a backbone's activations, made where it is new."""
    with workshop.database.write() as session:
        return activations.ensure_set(session, backbone.name, backbone.id, backbone.layer, backbone.dimension)


def extract_missing(workshop: Workshop, backbone: Backbone, records: Sequence[ImageRecord]) -> ExtractionReport:
    """Compute the activations that these images lack; an image that cannot be read costs itself only."""
    of_set = activation_set(workshop, backbone)
    with workshop.database.read() as session:
        known = activations.places(session, of_set.id, [record.sha256 for record in records])
        aside = quarantine.set_aside(session, FEATURES, [record.sha256 for record in records])
    missing = [record for record in records if record.sha256 not in known and record.sha256 not in aside]
    left_out = sum(name not in known for name in aside)
    extracted = failed = killers = 0
    workshop.progress.advance(0, len(missing))
    if not missing:
        return ExtractionReport(len(known), 0, 0, left_out)
    for batch in (_elsewhere if is_elsewhere(workshop.settings) else _here)(workshop, of_set, backbone, missing):
        extracted, failed = extracted + batch.extracted, failed + batch.failed
        killers += batch.quarantined
        workshop.progress.advance(extracted + failed + killers, len(missing), failed + killers)
    compact(workshop, of_set)
    return ExtractionReport(len(known), extracted, failed, left_out + killers)


def _here(
    workshop: Workshop, of_set: SetRecord, backbone: Backbone, missing: Sequence[ImageRecord]
) -> Iterator[ExtractionReport]:
    """Extract in this process, task by task."""
    with workshop.decoders() as pool:
        for batch in extract(backbone, _files(workshop, missing), pool, batch=TASK):
            keep(workshop, of_set, batch.ids, batch.vectors, batch.failures)
            yield ExtractionReport(0, len(batch.ids), len(batch.failures), 0)


def _elsewhere(
    workshop: Workshop, of_set: SetRecord, backbone: Backbone, missing: Sequence[ImageRecord]
) -> Iterator[ExtractionReport]:
    """Have the cluster extract, task by task."""
    require_dask()
    from mofu.workers.cluster.extracting import Extraction
    from mofu.workers.cluster.spreading import Asked, spread

    given = Extraction(f"{of_set.backbone}:{of_set.layer}", backbone.id)
    names = [record.sha256 for record in missing]
    # what comes with an extra is a network: where some workers have a GPU, it is for them alone
    needs = GPU if backbone.spec.extra else None
    asked = Asked(FEATURES, names, given, workshop.settings.cluster.task_images, needs)
    for finished in spread(workshop, asked):
        report = finished.report
        yield ExtractionReport(0, report.done, report.failed, len(finished.quarantined))


def _files(workshop: Workshop, records: Sequence[ImageRecord]) -> Iterator[tuple[str, Path]]:
    """The originals by name, those of a task at hand at once when its first is asked for."""
    for start in range(0, len(records), TASK):
        task = records[start : start + TASK]
        paths = workshop.blobs.bring_originals((record.sha256, record.format) for record in task)
        yield from zip((record.sha256 for record in task), paths, strict=True)


def keep(
    workshop: Workshop, of_set: SetRecord, names: Sequence[str], vectors: NDArray[np.float32], failures: dict[str, str]
) -> None:
    """Store a finished task: a durable shard, then the rows that name it. When this returns, nothing of it can be lost.

    Args:
        names: SHA-256 of each row's image.
        vectors: (len(names), d).
        failures: SHA-256 → why an image has none.
    """
    path = store.write_shard(workshop.blobs.keep_shard, names, vectors).name if names else ""
    with workshop.database.write() as session:
        activations.add_shard(session, of_set.id, path, names, failures)


def compact(workshop: Workshop, of_set: SetRecord, at: int = COMPACT_AT) -> None:
    """Once a set has `at` small shards, make few of them; the old files go when no row names them any more.

    A row is written a second time once and then lies in a shard that is not small: n rows cost n, not n². What is
    held at once is `at` tasks, or `MERGED_BYTES` where that is less, however many there are.
    """
    with workshop.database.read() as session:
        small = [shard for shard in activations.shards(session, of_set.id) if shard.count <= TASK]
    together = max(2, min(at, MERGED_BYTES // (TASK * of_set.dimension * 4)))
    whole = len(small) // at * at
    for start in range(0, whole, together):
        merge(workshop, of_set, small[start : min(start + together, whole)])


def merge(workshop: Workshop, of_set: SetRecord, shards: Sequence[ShardRecord]) -> None:
    """Make one shard of several of a set, of the rows that images name; the old files go.

    Raises:
        DamagedError, FileNotFoundError: one of them cannot be read.
    """
    with workshop.database.read() as session:
        rows = {shard: activations.rows_of_shard(session, shard.id) for shard in shards}
    names = [name for shard in shards for name, _ in rows[shard]]
    workshop.blobs.bring_shards(shard.path for shard in shards)
    parts = [store.read_rows(workshop.blobs.shard(s.path), [row for _, row in rows[s]]) for s in shards if rows[s]]
    merged = store.write_shard(workshop.blobs.keep_shard, names, np.concatenate(parts)).name if names else None
    with workshop.database.write() as session:
        if merged is not None:
            activations.replace_shards(session, [shard.id for shard in shards], of_set.id, merged, names)
        else:  # other processes were first with all of their images
            for shard in shards:
                activations.forget_shard(session, shard.id)
    workshop.blobs.remove_shards(shard.path for shard in shards if shard.path != merged)


def read_activations(
    workshop: Workshop, of_set: SetRecord, names: Sequence[str]
) -> tuple[list[str], NDArray[np.float32]]:
    """The activations of images, (n, d) float32, with the names of those that have one, in the order given.

    Raises:
        DamagedError: a file is missing or is no shard.
    """
    try:
        return _read_at_their_places(workshop, of_set, names)
    except FileNotFoundError:  # compaction has moved the rows since their places were looked up
        pass
    try:
        return _read_at_their_places(workshop, of_set, names)
    except FileNotFoundError as error:
        raise DamagedError(
            f"{error.filename} is missing: `mofu check --repair`, then `mofu features` computes it again"
        ) from None


def _read_at_their_places(
    workshop: Workshop, of_set: SetRecord, names: Sequence[str]
) -> tuple[list[str], NDArray[np.float32]]:
    with workshop.database.read() as session:
        places = activations.places(session, of_set.id, names)
    found = [(name, place) for name in names if (place := places.get(name)) is not None]
    by_path: dict[str, list[int]] = {}
    for index, (_, place) in enumerate(found):
        by_path.setdefault(place.path, []).append(index)
    rows = np.empty((len(found), of_set.dimension), dtype=np.float32)
    workshop.blobs.bring_shards(by_path)
    for path, indices in by_path.items():
        rows[indices] = store.read_rows(workshop.blobs.shard(path), [found[i][1].row for i in indices])
    return [name for name, _ in found], rows


def word_images(workshop: Workshop, word_id: int) -> list[ImageRecord]:
    """The distinct images of a word in the order of its search."""
    with workshop.database.read() as session:
        return images.of_word(session, word_id)


def background_images(workshop: Workshop, background_id: int) -> list[ImageRecord]:
    """The images of a background."""
    with workshop.database.read() as session:
        return images.background_members(session, background_id)
