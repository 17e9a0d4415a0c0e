"""How visual words are: results stored whole with what repeats them and what shows them; the newest is current."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, undefer

from mofu.db.visualness_tables import Entropy, Recognizability

RANKING, VERDICTS, OTHER_BACKBONE = "ranking", "verdicts", "other-backbone"
"""Who chose a word's images: its ranking by the backbone that judges them too, people alone, another's ranking."""


@dataclass(frozen=True, slots=True)
class ImageScore:
    """An image with the score of the classifier that did not see it; higher: more like the word."""

    sha256: str
    score: float


@dataclass(frozen=True, slots=True)
class MeasuredRecognizability:
    """What is stored of a measurement, or why there is none.

    Attributes:
        ranking_id: the ranking that the images come from; None where it is there no more.
        fingerprint: SHA-256 of everything that went into it.
        protocol: `RANKING`, `VERDICTS` or `OTHER_BACKBONE`.
        chosen_by: "verdicts", or the backbone id and layer of the ranking, of each where it was made by several.
        accepted: how many of the images a person accepted.
        n: images of the word that were used, or that there are where they are too few.
        background: images that stand for anything else.
        not_ranked: the reason; None where there is a score.
        score: mean of the folds' average precisions, in [0, 1]; low and high are its 95 % interval.
        pooled: average precision of all images together.
        of_folds: average precision of each fold.
        settings: what else repeats it.
    """

    word_id: int
    set_id: int
    background_id: int
    ranking_id: int | None
    fingerprint: str
    protocol: str
    chosen_by: str
    accepted: int
    n: int
    background: int
    folds: int
    seed: int
    not_ranked: str | None
    score: float | None
    low: float | None
    high: float | None
    pooled: float | None
    of_folds: Sequence[float]
    settings: dict[str, Any]


@dataclass(frozen=True, slots=True)
class NewRecognizability(MeasuredRecognizability):
    """A measurement to be stored, with its evidence.

    Attributes:
        positives: the images that were used, the best first.
        confusing: background images that look most like the word, the worst first.
    """

    positives: Sequence[ImageScore]
    confusing: Sequence[ImageScore]


@dataclass(frozen=True, slots=True)
class RecognizabilityRecord(MeasuredRecognizability):
    """A stored measurement without its evidence."""

    id: int
    created_at: datetime

    @property
    def chance(self) -> float:
        """The share of positives: about what a classifier that knows nothing reaches."""
        return self.n / (self.n + self.background)


@dataclass(frozen=True, slots=True)
class RegionRecord:
    """A region that an entropy was measured on.

    Attributes:
        image_sha256: where it lies.
        left, top, width, height: the box around it, in shares of the image's sides.
        share: of the image's area, in (0, 1].
        probability: P(X|r), how surely it shows the word.
    """

    image_sha256: str
    left: float
    top: float
    width: float
    height: float
    share: float
    probability: float


@dataclass(frozen=True, slots=True)
class MeasuredEntropy:
    """What is stored of an entropy; undefined values are None.

    Attributes:
        fingerprint: SHA-256 of everything that went into it, the other words that it was measured with included.
        bits: H; low and high are its 95 % interval.
        normalised: H / log₂ K.
        gaussians: K.
        images, counted: how many images and regions it was measured on.
        among: with how many words, itself included: only those compare.
    """

    word_id: int
    background_id: int
    ranking_id: int | None
    fingerprint: str
    protocol: str
    bits: float | None
    normalised: float | None
    low: float | None
    high: float | None
    gaussians: int
    images: int
    counted: int
    among: int
    settings: dict[str, Any]


@dataclass(frozen=True, slots=True)
class NewEntropy(MeasuredEntropy):
    """An entropy to be stored, with the regions that it was measured on."""

    regions: Sequence[RegionRecord]


@dataclass(frozen=True, slots=True)
class EntropyRecord(MeasuredEntropy):
    """A stored entropy without its regions."""

    id: int
    created_at: datetime


def save_recognizability(session: Session, new: NewRecognizability) -> RecognizabilityRecord:
    """Store a measurement; it becomes the current one of its word, protocol and set of activations."""
    columns = {each.name: getattr(new, each.name) for each in fields(new)}
    evidence = {name: [asdict(image) for image in columns.pop(name)] for name in ("positives", "confusing")}
    row = Recognizability(**columns | {"of_folds": list(new.of_folds), "evidence": evidence})
    session.add(row)
    session.flush()
    return _recognizability(row)


def recognizability(session: Session, word_id: int, protocol: str, set_id: int) -> RecognizabilityRecord | None:
    """The current measurement of a word by a protocol and a set of activations; None before the first."""
    query = select(Recognizability).filter_by(word_id=word_id, protocol=protocol, set_id=set_id)
    row = session.scalars(query.order_by(Recognizability.id.desc()).limit(1)).first()
    return _recognizability(row) if row else None


def recognizabilities(session: Session, word_id: int) -> list[RecognizabilityRecord]:
    """A word's current measurements, one a protocol and set, the newest first."""
    rows = session.scalars(select(Recognizability).filter_by(word_id=word_id).order_by(Recognizability.id.desc()))
    newest: dict[tuple[str, int], Recognizability] = {}
    for row in rows:
        newest.setdefault((row.protocol, row.set_id), row)
    return [_recognizability(row) for row in newest.values()]


def newest_recognizabilities(session: Session, word_ids: Collection[int]) -> dict[int, RecognizabilityRecord]:
    """Word → its newest measurement, by whichever protocol and set of activations."""
    newest = (
        select(func.max(Recognizability.id))
        .where(Recognizability.word_id.in_(word_ids))
        .group_by(Recognizability.word_id)
    )
    rows = session.scalars(select(Recognizability).where(Recognizability.id.in_(newest)))
    return {row.word_id: _recognizability(row) for row in rows}


def judged_images(session: Session, recognizability_id: int) -> tuple[list[ImageScore], list[ImageScore]]:
    """What shows a measurement: the word's images that were used, and the most confusing of the background."""
    row = session.get_one(Recognizability, recognizability_id, options=[undefer(Recognizability.evidence)])
    positives, confusing = ([ImageScore(**each) for each in row.evidence[k]] for k in ("positives", "confusing"))
    return positives, confusing


def save_entropy(session: Session, new: NewEntropy) -> EntropyRecord:
    """Store an entropy; it becomes the current one of its word and protocol."""
    columns = {each.name: getattr(new, each.name) for each in fields(new)}
    row = Entropy(**columns | {"regions": [asdict(region) for region in new.regions]})
    session.add(row)
    session.flush()
    return _entropy(row)


def entropy(session: Session, word_id: int, protocol: str) -> EntropyRecord | None:
    """The current entropy of a word by a protocol; None before the first."""
    query = select(Entropy).filter_by(word_id=word_id, protocol=protocol).order_by(Entropy.id.desc()).limit(1)
    row = session.scalars(query).first()
    return _entropy(row) if row else None


def regions(session: Session, entropy_id: int) -> list[RegionRecord]:
    """The regions that an entropy was measured on, image by image."""
    row = session.get_one(Entropy, entropy_id, options=[undefer(Entropy.regions)])
    return [RegionRecord(**each) for each in row.regions]


def _recognizability(row: Recognizability) -> RecognizabilityRecord:
    columns = {each.name: getattr(row, each.name) for each in fields(RecognizabilityRecord)}
    return RecognizabilityRecord(**columns | {"of_folds": tuple(row.of_folds)})


def _entropy(row: Entropy) -> EntropyRecord:
    return EntropyRecord(**{each.name: getattr(row, each.name) for each in fields(EntropyRecord)})
