"""Ranked words of one noun → how well their first images can be told apart, by activations and by colour alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mofu.db import activations, images, rankings, words
from mofu.db.activations import SetRecord
from mofu.db.rankings import RankingRecord
from mofu.db.words import WordRecord
from mofu.errors import DamagedError, MissingError, MissingPackageError, UnknownNameError, UsageError
from mofu.features.registry import Backbone
from mofu.imaging.colour_histogram import histogram
from mofu.ranking.discriminability import FOLDS, Samples, confusion_of, cross_validated, folds_of, predictions
from mofu.ranking.metrics import Confusion
from mofu.workers import near_duplicates
from mofu.workers.extraction import read_activations
from mofu.workers.workshop import Workshop

if TYPE_CHECKING:
    import pandas

IMAGES = 50
"""Images a class, as in the slides."""
LEAST = 2 * FOLDS
"""Images a class at the least: two in each fold."""


@dataclass(frozen=True, slots=True)
class ClassRecord:
    """A word as a class.

    Attributes:
        images: how many of its first images took part.
        ranked: how many it has.
        ranked_by: backbone id and layer that its ranking was made with.
    """

    word: WordRecord
    images: int
    ranked: int
    ranked_by: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """An image of one class that was taken for another: places of both among the classes; by activations."""

    sha256: str
    of: int
    taken_for: int


@dataclass(frozen=True, slots=True, eq=False)
class Discrimination:
    """How well the words of a noun are told apart, with what repeats it.

    Attributes:
        noun: empty where the words stand alone.
        confusion: by activations.
        colour: by colour histograms, with the same folds.
        backbone: id and layer of the activations.
        shared: pictures that stand in more than one class.
        mistakes: images that were taken for another class, class by class, the best ranked first.
    """

    noun: str
    classes: tuple[ClassRecord, ...]
    confusion: Confusion
    colour: Confusion
    backbone: str
    folds: int
    c: float
    seed: int
    shared: int
    mistakes: tuple[Mistake, ...] = ()

    def to_pandas(self) -> pandas.DataFrame:
        """The confusion matrix as shares of each row, with its recall and, as the last row, the precision.

        Raises:
            MissingPackageError: pandas is not installed.
        """
        try:
            import pandas
        except ImportError as error:
            raise MissingPackageError("tables need pandas: pip install 'mofu[pandas]'") from error
        table = pandas.DataFrame(self.confusion.row_shares, index=self.confusion.labels, columns=self.confusion.labels)
        table["recall"] = self.confusion.recall
        table["colour recall"] = self.colour.recall
        table.loc["precision"] = [*self.confusion.precision, self.confusion.accuracy, self.colour.accuracy]
        return table


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be told apart: words of a noun (empty: words that stand alone), and how many images of each."""

    noun: str
    words: tuple[str, ...]
    images: int = IMAGES
    language: str | None = None


def missing(workshop: Workshop, request: Request) -> list[str]:
    """The words that are not ranked with this noun yet."""
    return [text for text in request.words if _ranking(workshop, request, text) is None]


def comparable(workshop: Workshop, noun: str) -> list[str]:
    """Every word of the library that is ranked with this noun and has images enough, oldest first."""
    with workshop.database.read() as session:
        of_noun = [word for word in words.listing(session) if word.noun == noun]
        ranked = [(word, rankings.current(session, word.id)) for word in of_noun]
    return [word.text for word, ranking in ranked if ranking is not None and ranking.count >= LEAST]


def discriminate(workshop: Workshop, request: Request, backbone: Backbone) -> Discrimination:
    """Tell the words' first images apart by the stored activations of a backbone; raises as `discriminate_stored`."""
    with workshop.database.read() as session:
        of_set = activations.look_up_set(session, backbone.id, backbone.layer)
    return discriminate_stored(workshop, request, of_set, f"{backbone.name}:{backbone.layer}")


def discriminate_stored(
    workshop: Workshop, request: Request, of_set: SetRecord | None, backbone: str
) -> Discrimination:
    """Tell the words' first images apart.

    Args:
        workshop: the library.
        request: which words.
        of_set: the activations that are to be used; None where there are none yet.
        backbone: their backbone's name:layer, by which a message asks for them.

    Raises:
        UsageError: fewer than two words.
        MissingError: words that are not ranked, have too few images, or lack activations; names the command that helps.
        DamagedError: a thumbnail cannot be read.
    """
    if len(set(request.words)) < 2:
        named = ", ".join(request.words) or "no word"
        raise UsageError(f"{named}: expected at least two words to tell apart: name more, or build more with this noun")
    if lacking := missing(workshop, request):
        raise MissingError(f"not ranked yet: {', '.join(lacking)}: {_remedy(request, lacking)}")
    classes = [_Class.of(workshop, request, text, of_set) for text in request.words]
    if of_set is None or any(not found.names for found in classes):
        lacking = [found.record.word.text for found in classes if not found.names]
        more = f" --backbone {backbone}"
        raise MissingError(f"no activations yet: {', '.join(lacking)}: {_remedy(request, lacking, more, 'features')}")
    if few := [found for found in classes if len(found.names) < LEAST]:
        counts = ", ".join(f"{found.record.word.text} {len(found.names)}" for found in few)
        raise MissingError(
            f"too few images: {counts}: expected at least {LEAST}: "
            f"{_remedy(request, [found.record.word.text for found in few], ' -n 100')}"
        )
    return _compared(workshop, request, classes, of_set)


@dataclass(frozen=True, slots=True, eq=False)
class _Class:
    """A class with its images: names and activations, the best first."""

    record: ClassRecord
    names: list[str]
    vectors: NDArray[np.float32]

    @classmethod
    def of(cls, workshop: Workshop, request: Request, text: str, of_set: SetRecord | None) -> _Class:
        found = _ranking(workshop, request, text)
        if found is None:
            raise MissingError(f"not ranked yet: {text}: {_remedy(request, [text])}")
        word, ranking = found
        with workshop.database.read() as session:
            by = activations.find_set(session, ranking.set_id)
            ranked = [image.image_sha256 for image in rankings.images(session, ranking.id) if image.rank is not None]
        names, vectors = read_activations(workshop, of_set, ranked) if of_set else ([], np.empty((0, 0), np.float32))
        names, vectors = names[: request.images], vectors[: request.images]
        return cls(ClassRecord(word, len(names), len(ranked), f"{by.backbone_id}:{by.layer}"), names, vectors)


def _compared(workshop: Workshop, request: Request, classes: Sequence[_Class], of_set: SetRecord) -> Discrimination:
    names = [name for found in classes for name in found.names]
    vectors = np.concatenate([found.vectors for found in classes])
    distinct, first = np.unique(names, return_index=True)
    group_of = dict(zip(distinct.tolist(), _groups(workshop, distinct.tolist(), vectors[first]).tolist(), strict=True))
    labels = np.repeat(np.arange(len(classes)), [len(found.names) for found in classes])
    groups = np.array([group_of[name] for name in names], dtype=np.intp)
    titles = tuple(found.record.word.text for found in classes)
    samples, settings = Samples(titles, labels, groups), workshop.settings.ranking
    fold_of = _folds(request, samples, settings.seed)
    thumbnails = workshop.blobs.bring_thumbnails(distinct.tolist())
    colours = {name: _colours(path) for name, path in zip(distinct.tolist(), thumbnails, strict=True)}
    predicted = predictions(vectors, samples, fold_of, settings.c)
    return Discrimination(
        noun=request.noun,
        classes=tuple(found.record for found in classes),
        confusion=confusion_of(samples, predicted),
        colour=cross_validated(np.stack([colours[name] for name in names]), samples, fold_of, settings.c),
        backbone=f"{of_set.backbone_id}:{of_set.layer}",
        folds=FOLDS,
        c=settings.c,
        seed=settings.seed,
        shared=sum(len(set(labels[groups == group].tolist())) > 1 for group in np.unique(groups)),
        mistakes=tuple(
            Mistake(name, int(of), int(taken_for))
            for name, of, taken_for in zip(names, labels, predicted, strict=True)
            if of != taken_for
        ),
    )


def _folds(request: Request, samples: Samples, seed: int) -> NDArray[np.intp]:
    try:
        return folds_of(samples, FOLDS, seed)
    except ValueError as error:
        raise MissingError(f"{error}: {_remedy(request, list(samples.names), ' -n 100')}") from error


def _groups(workshop: Workshop, names: Sequence[str], vectors: NDArray[np.float32]) -> NDArray[np.intp]:
    """The near-duplicate group of each image: copies may stand in several classes."""
    with workshop.database.read() as session:
        facts = images.by_name(session, names)
    return near_duplicates.group(workshop, [facts[name] for name in names], vectors).labels


def _colours(path: Path) -> NDArray[np.float32]:
    found = histogram(path)
    if found is None:
        raise DamagedError(f"{path} cannot be read: run `mofu check --repair`, then build its word again")
    return found


def _ranking(workshop: Workshop, request: Request, text: str) -> tuple[WordRecord, RankingRecord] | None:
    """The word with this noun and its current ranking; None where there is no such word or it is not ranked."""
    with workshop.database.read() as session:
        try:
            word = words.find(session, text, request.language, request.noun)
        except UnknownNameError:
            return None
        ranking = rankings.current(session, word.id)
    return (word, ranking) if ranking is not None and word.noun == request.noun else None


def _remedy(request: Request, texts: Sequence[str], more: str = "", verb: str = "build") -> str:
    noun = f" --noun {request.noun}" if request.noun else ""
    return f"run `mofu {verb} {' '.join(texts)}{noun}{more}`"
