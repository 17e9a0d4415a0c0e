"""Words' positives and the background → how recognisable the words are, stored; what has not changed is kept.

One background, and so one factorisation, serves all words that the same activations judge. A word's own pictures in it
are left out for that word alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mofu.db import activations, images, visualness
from mofu.db.activations import SetRecord
from mofu.db.hits import ImageRecord
from mofu.db.images import BackgroundRecord
from mofu.db.visualness import ImageScore, NewRecognizability, RecognizabilityRecord
from mofu.imaging.hashes import hamming
from mofu.ranking.background import PreparedBackground
from mofu.ranking.recognizability import Candidate, Protocol, Recognizability, measure_recognizability
from mofu.workers import near_duplicates
from mofu.workers.candidates import SAME_PICTURE_BITS
from mofu.workers.extraction import background_images, read_activations, word_images
from mofu.workers.positives import Positives
from mofu.workers.workshop import Workshop

METHOD_VERSION = 2
"""Part of a fingerprint: raised when the same inputs would give another score."""

TOGETHER = 16
"""Words whose activations are in memory at once."""


@dataclass(frozen=True, slots=True)
class _Negatives:
    """The background's images that have activations of a set, by name, and the SHA-256 of which they are."""

    of_set: SetRecord
    record: BackgroundRecord
    members: tuple[ImageRecord, ...]
    digest: str

    @classmethod
    def of(cls, workshop: Workshop, of_set: SetRecord, record: BackgroundRecord) -> _Negatives:
        known = {member.sha256: member for member in background_images(workshop, record.id)}
        members = tuple(known[name] for name in with_activations(workshop, of_set, sorted(known)))
        names = [member.sha256 for member in members]
        return cls(of_set, record, members, _digest([names, _sampling(workshop)]))

    def also_of(self, records: Sequence[ImageRecord]) -> list[str]:
        """The members that show a picture of these, too."""
        if not records or not self.members:
            return []
        mine, theirs = (_hashes(each) for each in (records, self.members))
        same = np.any(hamming(theirs[:, None], mine[None, :]) <= SAME_PICTURE_BITS, axis=1)
        return [member.sha256 for member, shows in zip(self.members, same, strict=True) if shows]

    def prepared(self, workshop: Workshop) -> tuple[list[str], PreparedBackground]:
        """Names and activations, each picture once, so many at the most as rankings use."""
        names, vectors = read_activations(workshop, self.of_set, [member.sha256 for member in self.members])
        by_name = {member.sha256: member for member in self.members}
        kept = near_duplicates.group(workshop, [by_name[name] for name in names], vectors).representatives
        most, seed = workshop.settings.ranking.max_background, workshop.settings.ranking.seed
        if len(kept) > most:
            kept = np.sort(np.random.default_rng(seed).choice(kept, most, replace=False))
        return [names[index] for index in kept], PreparedBackground(vectors[kept])


@dataclass(frozen=True, slots=True)
class _Task:
    """A word to be measured: the images that are used and what the result will say of them."""

    positives: Positives
    names: tuple[str, ...]
    also_in_background: tuple[str, ...]
    fingerprint: str
    protocol: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A word's measurement, and whether it was made now."""

    record: RecognizabilityRecord
    is_new: bool


def recognizabilities(
    workshop: Workshop, words: Sequence[Positives], of_set: SetRecord, background: BackgroundRecord, protocol: Protocol
) -> Iterator[Kept]:
    """Measure words by a set of activations, each stored as soon as it is done; those without activations are left out.

    Args:
        workshop: the library.
        words: with their positives.
        of_set: the activations that judge.
        background: what stands for anything else; nothing is measured where none of it has activations.
        protocol: how.
    """
    negatives = _Negatives.of(workshop, of_set, background)
    if not negatives.members:
        return
    pending = []
    for positives in words:
        task = _task(workshop, positives, negatives, protocol)
        if task is None:
            continue
        with workshop.database.read() as session:
            stored = visualness.recognizability(session, positives.word.id, task.protocol, of_set.id)
        if stored is not None and stored.fingerprint == task.fingerprint:
            yield Kept(stored, is_new=False)
        else:
            pending.append(task)
    if pending:
        yield from _measured(workshop, pending, negatives, protocol)


def with_activations(workshop: Workshop, of_set: SetRecord, names: Sequence[str]) -> list[str]:
    """Those of the images that have activations, in their order."""
    with workshop.database.read() as session:
        places = activations.places(session, of_set.id, names)
    return [name for name in names if places.get(name) is not None]


def _task(workshop: Workshop, positives: Positives, negatives: _Negatives, protocol: Protocol) -> _Task | None:
    of_set = negatives.of_set
    names = tuple(with_activations(workshop, of_set, positives.names)[: protocol.positives])
    if positives.names and not names:
        return None
    also = tuple(negatives.also_of(word_images(workshop, positives.word.id)))
    label = _label(positives, of_set)
    parts = [
        METHOD_VERSION, asdict(protocol), of_set.backbone_id, of_set.layer, label, positives.chosen_by,
        min(positives.accepted, len(names)), names, negatives.record.id, negatives.digest, also,
    ]  # fmt: skip
    return _Task(positives, names, also, _digest(parts), label)


def _label(positives: Positives, of_set: SetRecord) -> str:
    if positives.verdicts_only:
        return visualness.VERDICTS
    chose = f"{of_set.backbone_id}:{of_set.layer}" in positives.backbones
    return visualness.RANKING if chose else visualness.OTHER_BACKBONE


def _measured(workshop: Workshop, tasks: Sequence[_Task], negatives: _Negatives, protocol: Protocol) -> Iterator[Kept]:
    names, background = negatives.prepared(workshop)
    places = {name: index for index, name in enumerate(names)}
    judged_by = f"{negatives.of_set.backbone_id}:{negatives.of_set.layer}"
    settings = _sampling(workshop) | {"c": protocol.c, "resamples": protocol.resamples}
    for start in range(0, len(tasks), TOGETHER):
        together = tasks[start : start + TOGETHER]
        candidates = [_candidate(workshop, task, negatives.of_set, places) for task in together]
        results = measure_recognizability(candidates, background, judged_by, protocol)
        for task, result in zip(together, results, strict=True):
            new = _new(task, result, negatives, names, settings)
            with workshop.database.write() as session:
                record = visualness.save_recognizability(session, new)
            yield Kept(record, is_new=True)


def _candidate(workshop: Workshop, task: _Task, of_set: SetRecord, places: Mapping[str, int]) -> Candidate:
    names, vectors = read_activations(workshop, of_set, task.names)
    with workshop.database.read() as session:
        records = images.by_name(session, names)
    groups = near_duplicates.group(workshop, [records[name] for name in names], vectors).labels if names else None
    also = np.array([places[name] for name in task.also_in_background if name in places], dtype=np.intp)
    return Candidate(task.positives.word.text, vectors, task.positives.chosen_by, groups, also)


def _new(
    task: _Task, result: Recognizability, negatives: _Negatives, names: Sequence[str], settings: dict[str, Any]
) -> NewRecognizability:
    confusing = zip(result.confusing, result.confusing_scores, strict=True)
    return NewRecognizability(
        word_id=task.positives.word.id,
        set_id=negatives.of_set.id,
        background_id=negatives.record.id,
        ranking_id=task.positives.ranking_id,
        fingerprint=task.fingerprint,
        protocol=task.protocol,
        chosen_by=result.chosen_by,
        accepted=min(task.positives.accepted, result.n),
        n=result.n,
        background=result.background,
        folds=result.protocol.folds,
        seed=result.protocol.seed,
        not_ranked=result.not_ranked,
        score=result.score,
        low=result.interval.low if result.interval else None,
        high=result.interval.high if result.interval else None,
        pooled=result.pooled,
        of_folds=result.of_folds,
        settings=settings,
        positives=[ImageScore(*each) for each in zip(task.names, result.held_out, strict=False)],
        confusing=[ImageScore(names[index], score) for index, score in confusing],
    )


def _sampling(workshop: Workshop) -> dict[str, Any]:
    """How the background is sampled, where it has more images than are used."""
    settings = workshop.settings.ranking
    return {"max_background": settings.max_background, "background_seed": settings.seed}


def _hashes(records: Sequence[ImageRecord]) -> NDArray[np.int64]:
    return np.array([record.perceptual_hash for record in records], dtype=np.int64)


def _digest(parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
