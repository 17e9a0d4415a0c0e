"""An image of a word → why it stands where it stands: its place in each round, what it looks like, where it is from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mofu.db import activations, hits, images, rankings, verdicts
from mofu.db.hits import Provenance
from mofu.db.rankings import RankedRecord, RankingRecord
from mofu.db.verdicts import ACCEPT, REJECT, VerdictRecord
from mofu.db.words import WordRecord
from mofu.errors import InvalidInputError, NothingFoundError
from mofu.features.neighbours import nearest
from mofu.workers.extraction import background_images, read_activations
from mofu.workers.judging import WordImages
from mofu.workers.workshop import Workshop

SHOWN = 3
"""Nearest images of each kind."""

_TIE_DECIMALS = 9
"""As strategies take scores for equal."""


@dataclass(frozen=True, slots=True)
class RoundPlace:
    """An image in one round: its score, its place among `of` images by scores alone, whether the round learned it."""

    score: float
    rank: int
    of: int
    is_seed: bool


@dataclass(frozen=True, slots=True)
class NearImage:
    """An image that looks like the one explained: cosine of their activations, its rank where it has one."""

    sha256: str
    cosine: float
    rank: int | None
    thumbnail: Path


@dataclass(frozen=True, slots=True)
class Near:
    """The nearest images of a kind: accepted or, without any, seeds of the last round; rejected or background."""

    kind: str
    images: tuple[NearImage, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an image stands where it stands.

    Attributes:
        rank: in the current ranking of `ranked` images; that of its representative for a near-duplicate.
        represented_by: the copy that stands in the ranking for it; None where it stands for itself.
        duplicates: SHA-256 of the near-duplicates that it stands for.
        search_position: in the order of search, from 1.
        verdict: accept, reject, unsure, or None; on it or a near-duplicate.
        rounds: its place in each.
        similar, unlike: nearest positives and negatives.
        sources: every hit, the word's own first.
        path, thumbnail: its files.
    """

    word: str
    sha256: str
    rank: int
    ranked: int
    score: float
    represented_by: str | None
    duplicates: tuple[str, ...]
    search_position: int
    verdict: str | None
    strategy: str
    rounds: tuple[RoundPlace, ...]
    similar: Near
    unlike: Near
    sources: tuple[Provenance, ...]
    path: Path
    thumbnail: Path


def explain(workshop: Workshop, word: WordRecord, image: str) -> Explanation:
    """Explain an image's place in a word's current ranking.

    Args:
        image: a rank, a SHA-256 or its first digits, the file name of an export, the address of a hit.

    Raises:
        NothingFoundError: the word is not ranked.
        InvalidInputError: no such image of this word, or one that the ranking does not have.
    """
    own = WordImages.of(workshop, word)
    if own.ranking is None:
        raise NothingFoundError(f"{word.text!r} is not ranked yet: run `mofu build {word.text}` first")
    name = own.find(image, by_rank=True)
    with workshop.database.read() as session:
        records = {record.image_sha256: record for record in rankings.images(session, own.ranking.id)}
    if name not in records:
        raise InvalidInputError(f"image {name[:12]} has no rank yet: run `mofu rank {word.text}` first")
    return _explained(workshop, word, own.ranking, name, records)


def _explained(
    workshop: Workshop, word: WordRecord, ranking: RankingRecord, name: str, records: Mapping[str, RankedRecord]
) -> Explanation:
    with workshop.database.read() as session:
        judged = verdicts.standing(session, word.id)
        fact = images.by_name(session, [name])[name]
        sources = sorted(hits.provenance(session, [name])[name], key=lambda hit: (hit.word_id != word.id, hit.position))
    stands = records[records[name].represented_by or name]
    group = [r.image_sha256 for r in records.values() if stands.image_sha256 in (r.image_sha256, r.represented_by)]
    similar, unlike = _near(workshop, ranking, name, group, records, judged)
    return Explanation(
        word=word.text,
        sha256=name,
        rank=stands.rank or 0,
        ranked=ranking.count,
        score=stands.score,
        represented_by=records[name].represented_by,
        duplicates=tuple(n for n in group if n != name) if stands.image_sha256 == name else (),
        search_position=records[name].search_rank,
        verdict=verdicts.of_group(judged[n].judgement for n in group if n in judged),
        strategy=ranking.strategy,
        rounds=_rounds(ranking, stands, records),
        similar=similar,
        unlike=unlike,
        sources=tuple(sources),
        path=workshop.blobs.original(name, fact.format),
        thumbnail=workshop.blobs.thumbnail(name),
    )


def _rounds(
    ranking: RankingRecord, stands: RankedRecord, records: Mapping[str, RankedRecord]
) -> tuple[RoundPlace, ...]:
    representatives = [record for record in records.values() if record.rank is not None]
    places = []
    for number, score in enumerate(stands.round_scores):
        own = (-round(score, _TIE_DECIMALS), stands.search_rank)
        before = sum(
            (-round(other.round_scores[number], _TIE_DECIMALS), other.search_rank) < own for other in representatives
        )
        is_seed = stands.image_sha256 in ranking.rounds[number]["seeds"]
        places.append(RoundPlace(score, before + 1, len(representatives), is_seed))
    return tuple(places)


def _near(
    workshop: Workshop,
    ranking: RankingRecord,
    name: str,
    group: Sequence[str],
    records: Mapping[str, RankedRecord],
    judged: Mapping[str, VerdictRecord],
) -> tuple[Near, Near]:
    def of(judgement: str) -> list[str]:
        return [n for n, verdict in judged.items() if verdict.judgement == judgement and n in records]

    background = [record.sha256 for record in background_images(workshop, ranking.background_id)]
    accepted, rejected = of(ACCEPT), of(REJECT)
    similar = ("accepted", accepted) if accepted else ("seeds", list(ranking.rounds[-1]["seeds"]))
    unlike = ("rejected", rejected) if rejected else ("background", background)

    def nearest_of(kind: str, names: Sequence[str]) -> Near:
        return Near(kind, _nearest(workshop, ranking, name, [n for n in names if n not in group], records))

    return nearest_of(*similar), nearest_of(*unlike)


def _nearest(
    workshop: Workshop, ranking: RankingRecord, name: str, others: Sequence[str], records: Mapping[str, RankedRecord]
) -> tuple[NearImage, ...]:
    with workshop.database.read() as session:
        of_set = activations.find_set(session, ranking.set_id)
    names, vectors = read_activations(workshop, of_set, [name, *others])
    if names[:1] != [name] or len(names) < 2:
        return ()
    found = nearest(vectors[:1], [vectors[1:]], SHOWN)
    near = []
    for row, cosine in zip(found.rows[0].tolist(), found.cosines[0].tolist(), strict=True):
        other = names[row + 1]
        rank = records[other].rank if other in records else None
        near.append(NearImage(other, float(cosine), rank, workshop.blobs.thumbnail(other)))
    return tuple(near)
