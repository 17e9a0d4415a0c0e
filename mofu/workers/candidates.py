"""A word's images, their activations, verdicts and a background → the candidates that strategies rank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mofu.db import hits
from mofu.db.activations import SetRecord
from mofu.db.hits import STORED, ImageRecord
from mofu.db.verdicts import ACCEPT, REJECT, UNSURE, of_group
from mofu.db.words import WordRecord
from mofu.errors import NothingFoundError
from mofu.imaging.hashes import hamming
from mofu.ranking.background import Activations, PreparedBackground
from mofu.ranking.duplicates import Duplicates
from mofu.ranking.strategies.candidates import Candidates, Labels, View
from mofu.workers import near_duplicates
from mofu.workers.basis import Basis
from mofu.workers.extraction import background_images, read_activations, word_images
from mofu.workers.workshop import Workshop

SAME_PICTURE_BITS = 8
"""Background images within so many bits of a word's image show it too: they are no negatives of it."""

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

    def labelled(self, judged: Mapping[str, str]) -> Candidates:
        """The candidates with the labels that verdicts (SHA-256 → accept, reject or unsure) give them."""
        return replace(self.candidates, labels=self.labels(judged))

    def labels(self, judged: Mapping[str, str]) -> Labels:
        """(g,) 1 for groups that were accepted, -1 rejected, 0 neither."""
        return np.array([_LABELS.get(said, 0) for said in self.judgements(judged)], dtype=np.int8)

    def unsure(self, judged: Mapping[str, str]) -> NDArray[np.intp]:
        """Indices of the groups that somebody looked at and could not tell."""
        return np.flatnonzero([said == UNSURE for said in self.judgements(judged)])

    def judgements(self, judged: Mapping[str, str]) -> list[str | None]:
        """What was said of each group of near-duplicates: a rejection outweighs (`mofu.db.verdicts.of_group`)."""
        said: list[list[str]] = [[] for _ in self.groups.representatives]
        for name, group in zip(self.names, self.groups.labels.tolist(), strict=True):
            if name in judged:
                said[group].append(judged[name])
        return [of_group(each) for each in said]


def candidates_of(workshop: Workshop, word: WordRecord, basis: Basis) -> WordCandidates:
    """Read what a word's ranking is made of, without verdicts.

    Raises:
        NothingFoundError: no image of the word, or none of the background, has activations by all backbones.
    """
    records = {record.sha256: record for record in word_images(workshop, word.id)}
    names, rows = _by_all(workshop, basis.sets, list(records))
    if not names:
        raise NothingFoundError(f"no image of {word.text!r} has activations: {_remedy(word, basis)}")
    kept = [records[name] for name in names]
    groups = near_duplicates.group(workshop, kept, rows[0])
    pools = _negatives(workshop, basis, kept)
    if not len(pools[0]):
        background = f"no image of background {basis.background_id}"
        raise NothingFoundError(f"{background} can be a negative of {word.text!r}: {_remedy(word, basis)}")
    own = groups.representatives
    first, *more = (View(each[own], PreparedBackground(pool)) for each, pool in zip(rows, pools, strict=True))
    found = _source_ranks(workshop, word, names, groups)
    made = Candidates(
        first.activations, first.background, source_ranks=tuple(found.values()),
        text_scores=_text_scores(basis, (first, *more)), more=tuple(more),
    )  # fmt: skip
    return WordCandidates(tuple(names), groups, made)


def _by_all(workshop: Workshop, sets: Sequence[SetRecord], names: Sequence[str]) -> tuple[list[str], list[Activations]]:
    """The images that have activations in every set, in the order given, and these, (n, d) each."""
    read = [read_activations(workshop, each, names) for each in sets]
    common = set(names).intersection(*(found for found, _ in read))
    kept = [name for name in names if name in common]
    return kept, [vectors[[i for i, name in enumerate(found) if name in common]] for found, vectors in read]


def _negatives(workshop: Workshop, basis: Basis, of_word: Sequence[ImageRecord]) -> list[Activations]:
    """The background's activations, (m, d) for each set: no picture that is the word's too, and each picture once."""
    records = background_images(workshop, basis.background_id)
    foreign = np.all(hamming(_hashes(records)[:, None], _hashes(of_word)[None, :]) > SAME_PICTURE_BITS, axis=1)
    by_name = {record.sha256: record for record, wanted in zip(records, foreign, strict=True) if wanted}
    names, rows = _by_all(workshop, basis.sets, sorted(by_name))
    settings = workshop.settings.ranking
    own = near_duplicates.group(workshop, [by_name[name] for name in names], rows[0]).representatives
    if len(own) > settings.max_background:
        own = np.sort(np.random.default_rng(settings.seed).choice(own, settings.max_background, replace=False))
    return [each[own] for each in rows]


def _source_ranks(
    workshop: Workshop, word: WordRecord, names: Sequence[str], groups: Duplicates
) -> dict[str, NDArray[np.float64]]:
    """Source → (g,) the best rank, from 1, at which it found each group, NaN for never; empty for one source alone."""
    with workshop.database.read() as session:
        known = hits.of_word(session, word.id)
    group_of = dict(zip(names, groups.labels.tolist(), strict=True))
    ranks: dict[str, NDArray[np.float64]] = {}
    for hit in known:
        if hit.outcome == STORED and hit.image_sha256 in group_of:
            own = ranks.setdefault(hit.source, np.full(len(groups.representatives), np.nan))
            group = group_of[hit.image_sha256]
            own[group] = np.fmin(own[group], hit.rank + 1.0)
    return dict(sorted(ranks.items())) if len(ranks) > 1 else {}


def _text_scores(basis: Basis, views: Sequence[View]) -> NDArray[np.float64] | None:
    """(g,) the cosine of each picture and the description, in the space that they share."""
    if basis.description is None:
        return None
    pictures = views[basis.description.view].activations.astype(np.float64)
    return np.asarray(pictures @ np.array(basis.description.vector) / np.linalg.norm(pictures, axis=1))


def _hashes(records: Sequence[ImageRecord]) -> NDArray[np.int64]:
    return np.array([record.perceptual_hash for record in records], dtype=np.int64)


def _remedy(word: WordRecord, basis: Basis) -> str:
    calls = " and ".join(f"`mofu features {word.text} --backbone {each.backbone}:{each.layer}`" for each in basis.sets)
    return f"run {calls} first"
