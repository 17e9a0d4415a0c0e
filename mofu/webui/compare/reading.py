"""A noun and some of its words → how well their pictures are told apart, as tables of whole numbers and shares."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mofu.db import activations, rankings, words
from mofu.db.activations import SetRecord
from mofu.db.rankings import RankingRecord
from mofu.db.words import WordRecord
from mofu.errors import MissingError, UsageError
from mofu.library import Library
from mofu.ranking.discriminability import accuracy_interval, chance, confusables
from mofu.ranking.metrics import Confusion
from mofu.webui.compare.kept import Kept
from mofu.webui.told import said
from mofu.workers.discriminating import IMAGES, LEAST, Discrimination, Request, discriminate_stored

MOST_WORDS = 20
"""Words that are compared while somebody waits."""
MOST_PAIRS = 8
TOP = 6
"""Pictures of the other word beside those that were taken for it."""

_KEPT: Kept[Discrimination] = Kept(16)


@dataclass(frozen=True, slots=True)
class WordChoice:
    """A word that can be compared: it is ranked and has images enough."""

    word: WordRecord
    ranked: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class NounChoice:
    """A noun, empty for words that stand alone, and its words."""

    noun: str
    words: tuple[WordChoice, ...]
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Matrix:
    """How often images of each word, a row, were taken for each, a column; shares are None where nothing was counted.

    Attributes:
        accuracy: the share that was taken for its own word.
    """

    counts: tuple[tuple[int, ...], ...]
    shares: tuple[tuple[float | None, ...], ...]
    recall: tuple[float | None, ...]
    precision: tuple[float | None, ...]
    accuracy: float

    def shade(self, row: int, column: int) -> int:
        """A cell's tone, 0 (none of the row) to 9 (all of it)."""
        share = self.shares[row][column]
        return min(9, math.ceil(9 * share)) if share else 0


@dataclass(frozen=True, slots=True)
class Confused:
    """Two words, and the share of each one's images that were taken for the other."""

    first: int
    second: int
    forth: float
    back: float


@dataclass(frozen=True, slots=True)
class Cell:
    """The pictures behind a cell.

    Attributes:
        row, column: places of the word that they are of and of the one that they were taken for.
        images: SHA-256 of each, the best ranked first.
        others: SHA-256 of the first pictures of the other word.
    """

    row: int
    column: int
    images: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Words told apart.

    Attributes:
        classes: the words, with how many images of each took part.
        low, high: 95 % interval of the accuracy by activations.
        chance: the accuracy of always saying the largest class.
        shared: pictures that stand in more than one class.
        pairs: the most confused first.
        cell: of which the pictures are shown; None for none.
    """

    classes: tuple[tuple[WordRecord, int], ...]
    by_activations: Matrix
    by_colour: Matrix
    low: float
    high: float
    chance: float
    backbone: str
    folds: int
    seed: int
    shared: int
    pairs: tuple[Confused, ...]
    cell: Cell | None


@dataclass(frozen=True, slots=True)
class ComparePage:
    """What can be compared, and the comparison that was asked for; `problem` says why there is none."""

    nouns: tuple[NounChoice, ...]
    noun: str
    images: int
    most: int
    result: Comparison | None
    problem: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks: a noun, texts of its words (none: nothing yet), images of each, a cell of the table."""

    noun: str
    words: tuple[str, ...]
    images: int = IMAGES
    cell: tuple[int, int] | None = None


def read(library: Library, asked: Asked) -> ComparePage:
    """The comparison of these words."""
    with library.database.read() as session:
        ranked = [(word, rankings.current(session, word.id)) for word in words.listing(session)]
    found = [(word, ranking) for word, ranking in ranked if ranking is not None and ranking.count >= LEAST]
    chosen = [(word, ranking) for word, ranking in found if word.noun == asked.noun and word.text in asked.words]
    result, problem = None, ""
    if asked.words:
        try:
            result = _compared(library, asked, chosen)
        except (MissingError, UsageError) as error:
            problem = said(str(error))
    return ComparePage(_nouns(found, asked), asked.noun, asked.images, MOST_WORDS, result, problem)


def _nouns(found: Sequence[tuple[WordRecord, RankingRecord]], asked: Asked) -> tuple[NounChoice, ...]:
    nouns = sorted({word.noun for word, _ in found})
    return tuple(
        NounChoice(
            noun,
            tuple(
                WordChoice(word, ranking.count, noun == asked.noun and word.text in asked.words)
                for word, ranking in found
                if word.noun == noun
            ),
            noun == asked.noun,
        )
        for noun in nouns
    )


def _compared(library: Library, asked: Asked, chosen: Sequence[tuple[WordRecord, RankingRecord]]) -> Comparison:
    if len(asked.words) > MOST_WORDS:
        raise UsageError(f"{len(asked.words)} words: at most {MOST_WORDS} are compared here: run `mofu discriminate`")
    texts = tuple(word.text for word, _ in chosen)
    unknown = [text for text in asked.words if text not in texts]
    request = Request(asked.noun, (*texts, *unknown), asked.images)
    of_set = _set(library, chosen)
    settings = library.settings.ranking
    made_of = tuple((word.id, ranking.id) for word, ranking in chosen)
    key = (str(library.root), made_of, request, of_set, settings.c, settings.seed)
    name = f"{of_set.backbone}:{of_set.layer}" if of_set else library.settings.features.backbone
    found = _KEPT.get(key, lambda: discriminate_stored(library.workshop, request, of_set, name))
    return _comparison(library, found, asked.cell)


def _set(library: Library, chosen: Sequence[tuple[WordRecord, RankingRecord]]) -> SetRecord | None:
    """The activations by which the first word was ranked."""
    if not chosen:
        return None
    with library.database.read() as session:
        return activations.find_set(session, chosen[0][1].set_id)


def _comparison(library: Library, found: Discrimination, cell: tuple[int, int] | None) -> Comparison:
    interval = accuracy_interval(found.confusion)
    place = {label: i for i, label in enumerate(found.confusion.labels)}
    pairs = [pair for pair in confusables(found.confusion) if pair.share > 0][:MOST_PAIRS]
    return Comparison(
        classes=tuple((each.word, each.images) for each in found.classes),
        by_activations=_matrix(found.confusion),
        by_colour=_matrix(found.colour),
        low=interval.low,
        high=interval.high,
        chance=chance(found.confusion),
        backbone=found.backbone,
        folds=found.folds,
        seed=found.seed,
        shared=found.shared,
        pairs=tuple(Confused(place[pair.first], place[pair.second], pair.forth, pair.back) for pair in pairs),
        cell=_cell(library, found, cell),
    )


def _cell(library: Library, found: Discrimination, cell: tuple[int, int] | None) -> Cell | None:
    if cell is None or not all(0 <= place < len(found.classes) for place in cell) or cell[0] == cell[1]:
        return None
    row, column = cell
    images = tuple(each.sha256 for each in found.mistakes if (each.of, each.taken_for) == cell)
    with library.database.read() as session:
        others = rankings.top(session, found.classes[column].word.id, TOP)
    return Cell(row, column, images, tuple(others))


def _matrix(confusion: Confusion) -> Matrix:
    def shares(values: Sequence[float]) -> tuple[float | None, ...]:
        return tuple(None if math.isnan(value) else float(value) for value in values)

    return Matrix(
        counts=tuple(tuple(int(count) for count in row) for row in confusion.counts),
        shares=tuple(shares(row) for row in confusion.row_shares.tolist()),
        recall=shares(confusion.recall.tolist()),
        precision=shares(confusion.precision.tolist()),
        accuracy=float(confusion.accuracy),
    )
