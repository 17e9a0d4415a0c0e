"""The rank stage: activations of a word and of the background → an order of its images, and all that repeats it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mofu.db import activations, rankings
from mofu.db.activations import SetRecord
from mofu.db.hits import ImageRecord
from mofu.db.images import BackgroundRecord
from mofu.db.rankings import NewRanking, RankedRecord, RankingRecord
from mofu.db.words import WordRecord
from mofu.errors import NothingFoundError
from mofu.imaging.hashes import hamming
from mofu.ranking.duplicates import Duplicates
from mofu.ranking.reranking import Reranker
from mofu.settings import RankingSettings
from mofu.workers import near_duplicates
from mofu.workers.extraction import background_images, read_activations, word_images
from mofu.workers.workshop import Workshop

STRATEGY = "classic"
METHOD_VERSION = 1
"""Part of a ranking's fingerprint: raised when the same settings would give another order."""

SAME_PICTURE_BITS = 8
"""Background images within so many bits of a word's image show it too: they are no negatives of it."""


def rank_word(
    workshop: Workshop, word: WordRecord, of_set: SetRecord, background: BackgroundRecord
) -> tuple[RankingRecord, bool]:
    """Rank a word's images; the current ranking is given back (and False) where nothing that goes into it has changed.

    Raises:
        NothingFoundError: no image of the word, or none of the background, has activations.
    """
    records = word_images(workshop, word.id)
    negatives = background_images(workshop, background.id)
    fingerprint = _fingerprint(workshop, of_set, records, negatives)
    with workshop.database.read() as session:
        current = rankings.current(session, word.id)
    if current is not None and current.fingerprint == fingerprint:
        return current, False
    names, vectors = read_activations(workshop, of_set, [record.sha256 for record in records])
    if not names:
        raise NothingFoundError(f"no image of {word.text!r} has activations: run `mofu features {word.text}` first")
    by_name = {record.sha256: record for record in records}
    kept = [by_name[name] for name in names]
    groups = near_duplicates.group(workshop, kept, vectors)
    pool = _negatives(workshop, of_set, negatives, kept)
    if not len(pool):
        raise NothingFoundError(
            f"no image of background {background.id} can be a negative of {word.text!r}: "
            f"run `mofu features {word.text}` first"
        )
    reranker = _fit(workshop.settings.ranking, vectors, groups, pool)
    result = _Result(names, groups, reranker, len(pool))
    settings = workshop.settings.ranking.model_dump(mode="json") | {"method_version": METHOD_VERSION}
    new = NewRanking(
        word.id, of_set.id, background.id, STRATEGY, fingerprint, settings, _rounds(result), _images(result)
    )
    with workshop.database.write() as session:
        return rankings.save(session, new), True


def _hashes(records: Sequence[ImageRecord]) -> NDArray[np.int64]:
    return np.array([record.perceptual_hash for record in records], dtype=np.int64)


def _negatives(
    workshop: Workshop, of_set: SetRecord, records: Sequence[ImageRecord], of_word: Sequence[ImageRecord]
) -> NDArray[np.float32]:
    """The background's activations, (m, d), without pictures that are the word's too; each picture once."""
    hashes = _hashes(records)
    foreign = np.all(hamming(hashes[:, None], _hashes(of_word)[None, :]) > SAME_PICTURE_BITS, axis=1)
    settings = workshop.settings.ranking
    names = sorted(record.sha256 for record, wanted in zip(records, foreign, strict=True) if wanted)
    found, vectors = read_activations(workshop, of_set, names)
    by_name = {record.sha256: record for record in records}
    kept = [by_name[name] for name in found]
    groups = near_duplicates.group(workshop, kept, vectors)
    return vectors[_sample(groups.representatives, settings.max_background, settings.seed)]


def _sample(indices: NDArray[np.intp], most: int, seed: int) -> NDArray[np.intp]:
    """So many of the indices at the most, drawn by the seed, in their order."""
    if len(indices) <= most:
        return indices
    return np.sort(np.random.default_rng(seed).choice(indices, most, replace=False))


def _fit(
    settings: RankingSettings, vectors: NDArray[np.float32], groups: Duplicates, pool: NDArray[np.float32]
) -> Reranker:
    reranker = Reranker(settings.first_seeds, settings.next_seeds, settings.rounds, settings.c)
    return reranker.fit(vectors[groups.representatives], pool)


def _fingerprint(
    workshop: Workshop, of_set: SetRecord, records: Sequence[ImageRecord], negatives: Sequence[ImageRecord]
) -> str:
    parts = [
        METHOD_VERSION,
        STRATEGY,
        workshop.settings.ranking.model_dump(mode="json"),
        of_set.backbone_id,
        of_set.layer,
        _with_activations(workshop, of_set, records),
        sorted(_with_activations(workshop, of_set, negatives)),
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _with_activations(workshop: Workshop, of_set: SetRecord, records: Sequence[ImageRecord]) -> list[str]:
    names = [record.sha256 for record in records]
    with workshop.database.read() as session:
        places = activations.places(session, of_set.id, names)
    return [name for name in names if places.get(name) is not None]


@dataclass(frozen=True, slots=True)
class _Result:
    """What a ranking was made of and what came out."""

    names: list[str]
    groups: Duplicates
    reranker: Reranker
    negatives: int


def _images(result: _Result) -> list[RankedRecord]:
    names, representatives, places = result.names, result.groups.representatives, result.reranker.ranks()
    records = []
    for index, group in enumerate(result.groups.labels.tolist()):
        stands = int(representatives[group])
        records.append(
            RankedRecord(
                names[index],
                rank=int(places[group]) + 1 if stands == index else None,
                represented_by=None if stands == index else names[stands],
                search_rank=index + 1,
                score=float(result.reranker.scores_[group]),
                round_scores=tuple(float(r.scores[group]) for r in result.reranker.rounds_),
            )
        )
    return records


def _rounds(result: _Result) -> list[dict[str, Any]]:
    return [
        {
            "seeds": [result.names[result.groups.representatives[i]] for i in each.seeds],
            "negatives": result.negatives,
            "objective": each.objective,
        }
        for each in result.reranker.rounds_
    ]
