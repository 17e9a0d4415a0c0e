"""The map stage: activations of a word → its images' places in the plane, the groups they form, those that stand apart.

A map is stored with the SHA-256 of all that went into it and kept while that is unchanged.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mofu.db import activations, maps, rankings
from mofu.db.activations import SetRecord
from mofu.db.hits import ImageRecord
from mofu.db.maps import MappedRecord, MapRecord, NewMap
from mofu.db.words import WordRecord
from mofu.errors import NothingFoundError
from mofu.features.backbone import Vectors
from mofu.features.clusters import clusters
from mofu.features.maps import Method, method_for, places
from mofu.features.outliers import outliers
from mofu.workers.extraction import read_activations, word_images
from mofu.workers.jobs import job
from mofu.workers.workshop import Workshop

METHOD_VERSION = 1
"""Part of a map's fingerprint: raised when the same settings would give another map."""


@dataclass(frozen=True, slots=True)
class WordMap:
    """A word's map: how it came about, by which activations, and its images in the order of the word's search."""

    record: MapRecord
    of_set: SetRecord
    images: tuple[MappedRecord, ...]


def current_set(workshop: Workshop, word: WordRecord) -> SetRecord | None:
    """The activations by which a word was ranked last; None where it has not been ranked."""
    with workshop.database.read() as session:
        ranking = rankings.current(session, word.id)
        return activations.find_set(session, ranking.set_id) if ranking else None


def map_word(workshop: Workshop, word: WordRecord, of_set: SetRecord) -> WordMap:
    """Map a word's images; near-duplicates, as the word's ranking has them, lie where their representative lies.

    Raises:
        NothingFoundError: no image of the word has activations.
        MissingPackageError: the settings ask for t-SNE and openTSNE is not installed.
    """
    with job(workshop, "map", word.text, word.id) as at:
        names = _with_activations(at, of_set, word_images(at, word.id))
        if not names:
            raise NothingFoundError(f"no image of {word.text!r} has activations: run `mofu features {word.text}` first")
        stands = _representatives(at, word, names)
        method = method_for(at.settings.explore.method, len(set(stands.values())))
        fingerprint = _fingerprint(at, of_set, method, stands)
        with at.database.read() as session:
            stored = maps.find(session, word.id, of_set.id)
        is_new = stored is None or stored.fingerprint != fingerprint
        if stored is None or is_new:
            stored = _store(at, word, of_set, method, fingerprint, stands)
        with at.database.read() as session:
            images = tuple(maps.images(session, stored.id))
        at.progress.finish(_summary(stored, images) + ("" if is_new else ", unchanged"))
        return WordMap(stored, of_set, images)


def _with_activations(workshop: Workshop, of_set: SetRecord, records: Sequence[ImageRecord]) -> list[str]:
    names = [record.sha256 for record in records]
    with workshop.database.read() as session:
        found = activations.places(session, of_set.id, names)
    return [name for name in names if found.get(name) is not None]


def _representatives(workshop: Workshop, word: WordRecord, names: Sequence[str]) -> dict[str, str]:
    """Image → the image that stands for it, itself where there is no other, in the order given."""
    with workshop.database.read() as session:
        ranking = rankings.current(session, word.id)
        ranked = rankings.images(session, ranking.id) if ranking else []
    known = {image.image_sha256: image.represented_by for image in ranked}
    present = set(names)
    return {name: stands if (stands := known.get(name)) in present and stands else name for name in names}


def _fingerprint(workshop: Workshop, of_set: SetRecord, method: Method, stands: Mapping[str, str]) -> str:
    parts = [METHOD_VERSION, method, _settings(workshop), of_set.backbone_id, of_set.layer, list(stands.items())]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _settings(workshop: Workshop) -> dict[str, Any]:
    return workshop.settings.explore.model_dump(mode="json", exclude={"method"})


def _store(
    workshop: Workshop, word: WordRecord, of_set: SetRecord, method: Method, fingerprint: str, stands: Mapping[str, str]
) -> MapRecord:
    own = [name for name in stands if stands[name] == name]
    found, vectors = read_activations(workshop, of_set, own)
    images, silhouette = _mapped(workshop, method, dict(zip(found, range(len(found)), strict=True)), vectors, stands)
    settings = _settings(workshop) | {"method_version": METHOD_VERSION}
    with workshop.database.write() as session:
        return maps.save(session, NewMap(word.id, of_set.id, fingerprint, method, settings, silhouette, images))


def _mapped(
    workshop: Workshop, method: Method, rows: Mapping[str, int], vectors: Vectors, stands: Mapping[str, str]
) -> tuple[list[MappedRecord], float]:
    explore = workshop.settings.explore
    at = places(vectors, method, explore.seed, explore.perplexity)
    groups = clusters(vectors, explore.seed, explore.clusters)
    apart = outliers(vectors)
    medoids = set(groups.medoids.tolist())
    images = []
    for name, representative in stands.items():
        row = rows[representative]
        images.append(
            MappedRecord(
                name,
                represented_by=representative if representative != name else None,
                x=float(at[row, 0]),
                y=float(at[row, 1]),
                cluster=int(groups.labels[row]),
                is_medoid=row in medoids and representative == name,
                outlier_score=float(apart.scores[row]),
                is_outlier=bool(apart.apart[row]),
            )
        )
    return images, groups.silhouette


def _summary(record: MapRecord, images: Sequence[MappedRecord]) -> str:
    own = [image for image in images if image.represented_by is None]
    groups = int(np.max([image.cluster for image in own], initial=-1)) + 1
    apart = sum(image.is_outlier for image in own)
    return (
        f"{len(own)} images by {record.method}, {groups} cluster{'s' * (groups != 1)}"
        f" (silhouette {record.silhouette:.2f}), {apart} outlier{'s' * (apart != 1)}"
    )
