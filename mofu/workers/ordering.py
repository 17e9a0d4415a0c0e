"""The rank stage: activations of a word and of the background → an order of its images, and all that repeats it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
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
from mofu.ranking.background import PreparedBackground
from mofu.ranking.duplicates import Duplicates
from mofu.ranking.strategies.candidates import Candidates, Labels
from mofu.ranking.strategies.registry import rank
from mofu.ranking.strategies.result import StrategyResult
from mofu.workers import near_duplicates
from mofu.workers.extraction import background_images, read_activations, word_images
from mofu.workers.workshop import Workshop

METHOD_VERSION = 2
"""Part of a ranking's fingerprint: raised when the same settings would give another order."""

SAME_PICTURE_BITS = 8
"""Background images within so many bits of a word's image show it too: they are no negatives of it."""


_LABELS: Mapping[str | None, int] = {"accept": 1, "reject": -1}


def rank_word(
    workshop: Workshop,
    word: WordRecord,
    of_set: SetRecord,
    background: BackgroundRecord,
    verdicts: Mapping[str, str] | None = None,
) -> tuple[RankingRecord, bool]:
    """Rank a word's images; the current ranking is given back (and False) where nothing that goes into it has changed.

    Args:
        workshop: the library, whose settings name the strategy.
        word: whose images.
        of_set: the activations.
        background: what they are held against.
        verdicts: SHA-256 of an image → accept, reject or unsure; of near-duplicates a rejection outweighs.

    Raises:
        NothingFoundError: no image of the word, or none of the background, has activations.
    """
    records = word_images(workshop, word.id)
    negatives = background_images(workshop, background.id)
    judged = dict(verdicts or {})
    fingerprint = _fingerprint(workshop, of_set, records, negatives, judged)
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
    candidates = _candidates(vectors, groups, pool, _labels(names, groups, judged))
    strategy = workshop.settings.ranking.strategy
    result = _Result(names, groups, rank(candidates, strategy, workshop.settings.ranking), len(pool))
    settings = workshop.settings.ranking.model_dump(mode="json") | {"method_version": METHOD_VERSION}
    new = NewRanking(
        word.id, of_set.id, background.id, strategy, fingerprint, settings, _rounds(result), _images(result)
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


def _candidates(
    vectors: NDArray[np.float32], groups: Duplicates, pool: NDArray[np.float32], labels: Labels
) -> Candidates:
    sizes = np.bincount(groups.labels, minlength=len(groups.representatives)).astype(np.intp)
    return Candidates(vectors[groups.representatives], PreparedBackground(pool), labels, group_sizes=sizes)


def _labels(names: Sequence[str], groups: Duplicates, judged: Mapping[str, str]) -> Labels:
    """(g,) the label of each group of near-duplicates."""
    labels = np.zeros(len(groups.representatives), dtype=np.int8)
    for name, group in zip(names, groups.labels.tolist(), strict=True):
        given = _LABELS.get(judged.get(name), 0)
        labels[group] = given if given < 0 or labels[group] == 0 else labels[group]
    return labels


def _fingerprint(
    workshop: Workshop,
    of_set: SetRecord,
    records: Sequence[ImageRecord],
    negatives: Sequence[ImageRecord],
    judged: Mapping[str, str],
) -> str:
    parts = [
        METHOD_VERSION,
        workshop.settings.ranking.model_dump(mode="json"),
        of_set.backbone_id,
        of_set.layer,
        _with_activations(workshop, of_set, records),
        sorted(_with_activations(workshop, of_set, negatives)),
        judged,
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
    order: StrategyResult
    negatives: int


def _images(result: _Result) -> list[RankedRecord]:
    names, representatives, places = result.names, result.groups.representatives, result.order.ranks
    records = []
    for index, group in enumerate(result.groups.labels.tolist()):
        stands = int(representatives[group])
        records.append(
            RankedRecord(
                names[index],
                rank=int(places[group]) + 1 if stands == index else None,
                represented_by=None if stands == index else names[stands],
                search_rank=index + 1,
                score=float(result.order.scores[group]),
                round_scores=tuple(float(r.scores[group]) for r in result.order.rounds),
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
        for each in result.order.rounds
    ]
