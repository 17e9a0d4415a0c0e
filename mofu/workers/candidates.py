"""A word's images, their activations, verdicts and a background → the candidates that strategies rank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mofu.db import images
from mofu.db.activations import SetRecord
from mofu.db.hits import ImageRecord
from mofu.db.verdicts import ACCEPT, REJECT, UNSURE, VerdictRecord, of_group
from mofu.db.words import WordRecord
from mofu.errors import NothingFoundError
from mofu.imaging.hashes import hamming
from mofu.ranking.background import PreparedBackground
from mofu.ranking.duplicates import Duplicates
from mofu.ranking.strategies.candidates import Candidates, Labels
from mofu.workers import near_duplicates
from mofu.workers.extraction import background_images, read_activations, word_images
from mofu.workers.ordering import SAME_PICTURE_BITS
from mofu.workers.workshop import Workshop

_LABELS: Mapping[str | None, int] = {ACCEPT: 1, REJECT: -1}


@dataclass(frozen=True, slots=True)
class WordCandidates:
    """What a word's ranking is made of.

    Attributes:
        names: SHA-256 of the images that have activations, in the order of search.
        groups: their near-duplicates.
        candidates: the groups' representatives.
    """

    names: tuple[str, ...]
    groups: Duplicates
    candidates: Candidates

    @property
    def representatives(self) -> tuple[str, ...]:
        """SHA-256 of the candidates, in their order."""
        return tuple(self.names[index] for index in self.groups.representatives)

    def labelled(self, judged: Mapping[str, VerdictRecord]) -> Candidates:
        """The candidates with the labels that verdicts give them."""
        return replace(self.candidates, labels=self.labels(judged))

    def labels(self, judged: Mapping[str, VerdictRecord]) -> Labels:
        """(g,) 1 for groups that were accepted, -1 rejected, 0 neither."""
        return np.array([_LABELS.get(said, 0) for said in self.judgements(judged)], dtype=np.int8)

    def unsure(self, judged: Mapping[str, VerdictRecord]) -> NDArray[np.intp]:
        """Indices of the groups that somebody looked at and could not tell."""
        return np.flatnonzero([said == UNSURE for said in self.judgements(judged)])

    def judgements(self, judged: Mapping[str, VerdictRecord]) -> list[str | None]:
        """What was said of each group of near-duplicates."""
        said: list[list[str]] = [[] for _ in self.groups.representatives]
        for name, group in zip(self.names, self.groups.labels.tolist(), strict=True):
            if name in judged:
                said[group].append(judged[name].judgement)
        return [of_group(each) for each in said]


def candidates_of(workshop: Workshop, word: WordRecord, of_set: SetRecord, background_id: int) -> WordCandidates:
    """Read what a word's ranking by a set of activations against a background is made of, without verdicts.

    Raises:
        NothingFoundError: no image of the word, or none of the background, has activations.
    """
    names, vectors = read_activations(workshop, of_set, [record.sha256 for record in word_images(workshop, word.id)])
    if not names:
        raise NothingFoundError(f"no image of {word.text!r} has activations: run `mofu features {word.text}` first")
    with workshop.database.read() as session:
        by_name = images.by_name(session, names)
    kept = [by_name[name] for name in names]
    groups = near_duplicates.group(workshop, kept, vectors)
    pool = _negatives(workshop, of_set, background_images(workshop, background_id), kept)
    if not len(pool):
        raise NothingFoundError(
            f"no image of background {background_id} can be a negative of {word.text!r}: "
            f"run `mofu features {word.text}` first"
        )
    sizes = np.bincount(groups.labels, minlength=len(groups.representatives)).astype(np.intp)
    made = Candidates(vectors[groups.representatives], PreparedBackground(pool), group_sizes=sizes)
    return WordCandidates(tuple(names), groups, made)


def _negatives(
    workshop: Workshop, of_set: SetRecord, records: Sequence[ImageRecord], of_word: Sequence[ImageRecord]
) -> NDArray[np.float32]:
    """The background's activations, (m, d), without pictures that are the word's too; each picture once."""
    foreign = np.all(hamming(_hashes(records)[:, None], _hashes(of_word)[None, :]) > SAME_PICTURE_BITS, axis=1)
    by_name = {record.sha256: record for record, wanted in zip(records, foreign, strict=True) if wanted}
    names, vectors = read_activations(workshop, of_set, sorted(by_name))
    settings = workshop.settings.ranking
    own = near_duplicates.group(workshop, [by_name[name] for name in names], vectors).representatives
    if len(own) > settings.max_background:
        own = np.sort(np.random.default_rng(settings.seed).choice(own, settings.max_background, replace=False))
    return vectors[own]


def _hashes(records: Sequence[ImageRecord]) -> NDArray[np.int64]:
    return np.array([record.perceptual_hash for record in records], dtype=np.int64)
