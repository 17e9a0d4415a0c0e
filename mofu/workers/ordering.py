"""The rank stage: activations of a word and of the background → an order of its images, and all that repeats it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from mofu.db import activations, hits, rankings
from mofu.db.hits import ImageRecord
from mofu.db.rankings import NewRanking, RankedRecord, RankingRecord
from mofu.db.words import WordRecord
from mofu.ranking.strategies.registry import rank
from mofu.ranking.strategies.result import StrategyResult
from mofu.workers.basis import Basis
from mofu.workers.candidates import WordCandidates, candidates_of
from mofu.workers.extraction import background_images, word_images
from mofu.workers.workshop import Workshop

METHOD_VERSION = 4
"""Part of a ranking's fingerprint: raised when the same settings would give another order."""


def rank_word(
    workshop: Workshop, word: WordRecord, basis: Basis, judged: Mapping[str, str] | None = None
) -> tuple[RankingRecord, bool]:
    """Rank a word's images; the current ranking is given back (and False) where nothing that goes into it has changed.

    Args:
        workshop: the library.
        word: whose images.
        basis: the activations, the background and the strategy.
        judged: SHA-256 of an image → accept, reject or unsure; of near-duplicates a rejection outweighs.

    Raises:
        NothingFoundError: no image of the word, or none of the background, has activations.
    """
    judged = dict(judged or {})
    settings = _settings(workshop, basis)
    fingerprint = _fingerprint(workshop, word, basis, settings, judged)
    with workshop.database.read() as session:
        current = rankings.current(session, word.id)
    if current is not None and current.fingerprint == fingerprint:
        return current, False
    own = candidates_of(workshop, word, basis)
    result = rank(own.labelled(judged), basis.strategy, workshop.settings.ranking)
    new = NewRanking(
        word.id, basis.sets[0].id, basis.background_id, basis.strategy, fingerprint, settings,
        _rounds(own, result), _images(own, result),
    )  # fmt: skip
    with workshop.database.write() as session:
        return rankings.save(session, new), True


def _settings(workshop: Workshop, basis: Basis) -> dict[str, Any]:
    """Everything that a ranking says of how it was made."""
    return workshop.settings.ranking.model_dump(mode="json") | {"method_version": METHOD_VERSION} | basis.kept()


def _fingerprint(
    workshop: Workshop, word: WordRecord, basis: Basis, settings: dict[str, Any], judged: Mapping[str, str]
) -> str:
    """The SHA-256 of all that goes into a ranking; equal inputs have equal ones, in whatever library."""
    negatives = background_images(workshop, basis.background_id)
    parts = [
        settings,
        basis.strategy,
        _with_activations(workshop, basis, word_images(workshop, word.id)),
        sorted(_with_activations(workshop, basis, negatives)),
        _found(workshop, word),
        judged,
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _with_activations(workshop: Workshop, basis: Basis, records: Sequence[ImageRecord]) -> list[str]:
    """The images that every set of the basis has."""
    names = [record.sha256 for record in records]
    for each in basis.sets:
        with workshop.database.read() as session:
            places = activations.places(session, each.id, names)
        names = [name for name in names if places.get(name) is not None]
    return names


def _found(workshop: Workshop, word: WordRecord) -> list[tuple[str, int, str]]:
    """(source, rank, image) of each stored hit, of several sources; none of one, whose order is the images'."""
    with workshop.database.read() as session:
        stored = [
            (hit.source, hit.rank, hit.image_sha256) for hit in hits.of_word(session, word.id) if hit.image_sha256
        ]
    return stored if len({source for source, _, _ in stored}) > 1 else []


def _images(own: WordCandidates, result: StrategyResult) -> list[RankedRecord]:
    representatives, places = own.groups.representatives, result.ranks
    records = []
    for index, group in enumerate(own.groups.labels.tolist()):
        stands = int(representatives[group])
        records.append(
            RankedRecord(
                own.names[index],
                rank=int(places[group]) + 1 if stands == index else None,
                represented_by=None if stands == index else own.names[stands],
                search_rank=index + 1,
                score=float(result.scores[group]),
                round_scores=tuple(float(r.scores[group]) for r in result.rounds),
            )
        )
    return records


def _rounds(own: WordCandidates, result: StrategyResult) -> list[dict[str, Any]]:
    names, negatives = own.representatives, len(own.candidates.background.rows)
    return [
        {"seeds": [names[i] for i in each.seeds], "negatives": negatives, "objective": each.objective}
        for each in result.rounds
    ]
