"""The task of the features stage: images → one durable shard of activations and the rows that name it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from mofu.db import activations, images
from mofu.db.activations import SetRecord
from mofu.db.hits import ImageRecord
from mofu.errors import MissingError
from mofu.features import registry
from mofu.features.backbone import Backbone
from mofu.features.extract import extract
from mofu.imaging.sandbox import DecoderPool
from mofu.settings import CrawlerSettings, FeaturesSettings
from mofu.workers.cluster.tasks import Items, Report, task
from mofu.workers.extraction import FEATURES, activation_set, keep
from mofu.workers.workshop import Workshop

PART = 16
"""Images decoded while as many are computed."""


@dataclass(frozen=True, slots=True)
class Extraction:
    """Which activations: a name:layer, and the id that tells its weights and preprocessing from others."""

    backbone: str
    backbone_id: str


@task(FEATURES)
def features(workshop: Workshop, items: Items, wanted: Extraction) -> Report:
    """Compute what these images lack, as one shard.

    Raises:
        MissingError: this worker has other weights, or does not see the library's rows or files.
    """
    backbone = _loaded(wanted.backbone, workshop.settings.features)
    if backbone.id != wanted.backbone_id:
        raise MissingError(f"its weights make {wanted.backbone} {backbone.id}, where {wanted.backbone_id} is needed")
    of_set = activation_set(workshop, backbone)
    missing = _missing(workshop, of_set, items)
    if missing:
        _extract(workshop, of_set, backbone, missing)
    with workshop.database.read() as session:
        places = activations.places(session, of_set.id, items)
    return Report(sum(place is not None for place in places.values()), sum(place is None for place in places.values()))


def _missing(workshop: Workshop, of_set: SetRecord, items: Items) -> list[ImageRecord]:
    with workshop.database.read() as session:
        known = activations.places(session, of_set.id, items)
        records = images.by_name(session, items)
    if not records:
        raise MissingError(f"it sees another library at {workshop.root}: none of {len(items)} images is in it")
    return [records[name] for name in items if name in records and name not in known]


def _extract(workshop: Workshop, of_set: SetRecord, backbone: Backbone, missing: Sequence[ImageRecord]) -> None:
    files = workshop.blobs.bring_originals((record.sha256, record.format) for record in missing)
    if not any(file.parent.is_dir() for file in files):
        raise MissingError(f"it does not see the library's files, e.g. {files[0]}: mount them, or set files.url")
    paths: list[tuple[str, Path]] = [(record.sha256, file) for record, file in zip(missing, files, strict=True)]
    names: list[str] = []
    failures: dict[str, str] = {}
    rows = []
    for batch in extract(backbone, paths, decoders(workshop.settings.crawler), batch=PART):
        names += batch.ids
        failures |= batch.failures
        rows.append(batch.vectors)
    keep(workshop, of_set, names, np.concatenate(rows), failures)


@cache
def _loaded(name: str, settings: FeaturesSettings) -> Backbone:
    """The backbone, once a process."""
    return registry.load(name, settings)


@cache
def decoders(settings: CrawlerSettings) -> DecoderPool:
    """Confined decoders, as long as the process lives: they end with it."""
    return DecoderPool.of(settings)
