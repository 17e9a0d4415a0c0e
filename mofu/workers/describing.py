"""Picture files → the words of the library that they look like, how likely, and the image of each that is nearest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mofu.db import activations, words
from mofu.db.activations import SetRecord
from mofu.db.files import sha256_of
from mofu.db.words import WordRecord
from mofu.errors import InvalidInputError, MissingError, NothingFoundError
from mofu.features.backbone import Vectors
from mofu.features.extract import extract
from mofu.features.neighbours import nearest
from mofu.features.registry import Backbone
from mofu.ranking.description import WordClassifier
from mofu.workers.extraction import read_activations
from mofu.workers.word_classifiers import Learned, Lesson, learned
from mofu.workers.workshop import Workshop

LIKELY = 0.5
"""A word that is less likely is not said of a picture."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The image of a word that a picture is nearest to.

    Attributes:
        cosine: of their activations, -1 … 1.
        accepted: whether a person accepted it; where nobody accepted any, it is one that the ranking chose.
        path: its thumbnail.
    """

    sha256: str
    cosine: float
    accepted: bool
    thumbnail: Path


@dataclass(frozen=True, slots=True)
class Likeness:
    """How likely a picture shows a word; `score` is w·x + b of the word's SVM."""

    word: WordRecord
    probability: float
    score: float
    nearest: Evidence | None


@dataclass(frozen=True, slots=True)
class Description:
    """A picture and the words that it looks like most, the likeliest first."""

    picture: Path
    words: tuple[Likeness, ...]

    @property
    def is_none(self) -> bool:
        """Whether it is more likely than not, of each word, that the picture does not show it."""
        return all(each.probability < LIKELY for each in self.words)


@dataclass(frozen=True, slots=True)
class Descriptions:
    """What was asked about, in the order of asking.

    Attributes:
        failures: picture → why it could not be looked at.
        left_out: word → why it was not among those held against the pictures.
        words: how many were.
        prior: the chance, before looking, that a picture shows a word.
        backbone: id and layer of the activations.
    """

    pictures: tuple[Description, ...]
    failures: Mapping[Path, str]
    left_out: Mapping[str, str]
    words: int
    prior: float
    backbone: str


def describe(workshop: Workshop, pictures: Sequence[Path], backbone: Backbone, top: int, prior: float) -> Descriptions:
    """Hold pictures against the classifiers of all ranked words.

    A picture that a word learned from is judged by the SVM of the fold that did not see it.

    Args:
        pictures: files, decoded in the sandbox; one that cannot be read costs itself.
        top: words told of each, at most.
        prior: the chance, before looking, that a picture shows a word: see `Sigmoid.probabilities`.

    Raises:
        NothingFoundError: no word of the library can be held against a picture.
        MissingError: there is no background, or it has no activations.
        InvalidInputError: no picture can be read.
    """
    with workshop.database.read() as session:
        known = list(words.listing(session))
        of_set = activations.look_up_set(session, backbone.id, backbone.layer)
    if not known:
        raise NothingFoundError("no word in this library yet: run `mofu build WORD` first")
    if of_set is None:
        raise MissingError(f"no activations by {backbone.id}:{backbone.layer} yet: run `mofu features --all`")
    taught = learned(workshop, known, of_set)
    if not taught.words:
        reasons = "; ".join(f"{word}: {why}" for word, why in taught.left_out.items())
        raise NothingFoundError(f"no word to hold a picture against: {reasons}")
    vectors, failures = _vectors(workshop, pictures, backbone, of_set)
    if not vectors:
        raise InvalidInputError("; ".join(f"{path}: {why}" for path, why in failures.items()))
    described = _described(workshop, of_set, taught, vectors, (top, prior))
    title = f"{of_set.backbone_id}:{of_set.layer}"
    return Descriptions(described, failures, taught.left_out, len(taught.words), prior, title)


def _vectors(
    workshop: Workshop, pictures: Sequence[Path], backbone: Backbone, of_set: SetRecord
) -> tuple[dict[Path, tuple[str, Vectors]], dict[Path, str]]:
    """SHA-256 and activations, (1, d), of each picture, and why others have none."""
    names: dict[Path, str] = {}
    failures: dict[Path, str] = {}
    for path in dict.fromkeys(pictures):
        try:
            names[path] = sha256_of(path)
        except OSError as error:
            failures[path] = f"{error.strerror or error}: expected a picture"
    found, rows = read_activations(workshop, of_set, list(dict.fromkeys(names.values())))
    by_name = {name: rows[index : index + 1] for index, name in enumerate(found)}
    new = {name: path for path, name in names.items() if name not in by_name}
    if new:
        with workshop.decoders() as pool:
            for batch in extract(backbone, list(new.items()), pool, workshop.settings.features.batch):
                by_name |= {name: batch.vectors[index : index + 1] for index, name in enumerate(batch.ids)}
                why = batch.failures
                failures |= {path: f"{why[name]}: expected a picture" for path, name in names.items() if name in why}
    return {path: (name, by_name[name]) for path, name in names.items() if name in by_name}, failures


def _described(
    workshop: Workshop,
    of_set: SetRecord,
    taught: Learned,
    vectors: Mapping[Path, tuple[str, Vectors]],
    asked: tuple[int, float],
) -> tuple[Description, ...]:
    top, prior = asked
    rows = taught.normalisation.normalized(np.concatenate([vector for _, vector in vectors.values()]))
    scores = np.stack([classifier.scores(rows) for _, classifier in taught.words], axis=1)
    evidence = _Evidence(workshop, of_set)
    descriptions = []
    for (path, (name, vector)), of_picture in zip(vectors.items(), scores, strict=True):
        told = [
            (lesson, _judged(lesson, classifier, name, float(score)), classifier)
            for (lesson, classifier), score in zip(taught.words, of_picture, strict=True)
        ]
        likely = [(float(c.sigmoid.probabilities(score, prior)), score, lesson) for lesson, score, c in told]
        likely.sort(key=lambda each: (-each[0], -each[1]))
        likenesses = (Likeness(le.word, p, score, evidence.nearest(le, name, vector)) for p, score, le in likely[:top])
        descriptions.append(Description(path, tuple(likenesses)))
    return tuple(descriptions)


def _judged(lesson: Lesson, classifier: WordClassifier, name: str, score: float) -> float:
    """The score of a picture, by the SVM that did not see it where the word learned from it."""
    return float(classifier.held_out[lesson.shown.index(name)]) if name in lesson.shown else score


class _Evidence:
    """The words' images, each word's read when it is first asked for."""

    def __init__(self, workshop: Workshop, of_set: SetRecord) -> None:
        self._workshop, self._set = workshop, of_set
        self._read: dict[int, tuple[list[str], Vectors]] = {}

    def nearest(self, lesson: Lesson, name: str, vector: Vectors) -> Evidence | None:
        """The accepted image (without any: the chosen one) that is nearest to a picture, other than itself."""
        if lesson.word.id not in self._read:
            wanted = lesson.accepted or lesson.chosen
            self._read[lesson.word.id] = read_activations(self._workshop, self._set, wanted)
        names, rows = self._read[lesson.word.id]
        found = nearest(vector, [rows], 2)
        for row, cosine in zip(found.rows[0].tolist(), found.cosines[0].tolist(), strict=True):
            if names[row] != name:
                thumbnail = self._workshop.blobs.thumbnail(names[row])
                return Evidence(names[row], float(cosine), bool(lesson.accepted), thumbnail)
        return None
