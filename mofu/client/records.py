"""What a server tells of words, images, jobs and measures: the part of its answers that scripts use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the library; `noun` is empty where there is none."""

    id: int
    text: str
    language: str
    noun: str
    slug: str


@dataclass(frozen=True, slots=True)
class Job:
    """What was asked for.

    Attributes:
        state: queued, running, done, partial, failed, cancelled or interrupted.
        stage: that runs now, or ran last; `done` of `total` items of it are done, `failed` did not arrive.
        message: one line: what runs, what it waits for, how it ended.
        result: what the verb gives back.
    """

    id: int
    verb: str | None
    subject: str | None
    state: str
    stage: str
    done: int
    total: int | None
    failed: int
    message: str | None
    result: dict[str, Any] | None

    @property
    def has_ended(self) -> bool:
        """Whether nothing more happens unless it is resumed."""
        return self.state not in ("queued", "running")


@dataclass(frozen=True, slots=True)
class Image:
    """A ranked image and where it is from; see `docs/export.md` for each field."""

    rank: int
    score: float
    search_position: int
    source: str
    url: str
    page_url: str | None
    title: str | None
    creator: str | None
    license: str
    attribution: str | None
    width: int
    height: int
    sha256: str
    verdict: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verdict that is stored, with its number and the id that its giver made."""

    uid: str
    image: str
    judgement: str
    number: int


@dataclass(frozen=True, slots=True)
class Standing:
    """An image in the order that verdicts make; `former` is its rank before, None where it had none."""

    image: str
    rank: int
    former: int | None
    score: float


@dataclass(frozen=True, slots=True)
class Preview:
    """A word's order with the verdicts of now, not stored."""

    strategy: str
    order: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class SimilarImage:
    """An image that looks like another: the cosine of their activations, -1 … 1, and the word it is shown under."""

    sha256: str
    cosine: float
    rank: int | None
    word: Word | None


@dataclass(frozen=True, slots=True)
class Recognizability:
    """Cross-validated average precision with its interval; None where images were too few."""

    score: float | None
    low: float | None
    high: float | None
    n: int
    protocol: str


@dataclass(frozen=True, slots=True)
class Entropy:
    """Region entropy in bits with its interval; None where images were too few."""

    bits: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Visualness:
    """How visual a word is, as it was measured last; `rank` is None without a score."""

    word: Word
    rank: int | None
    recognizability: Recognizability | None
    judged_by: str
    entropy: Entropy | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class Matrix:
    """How often images of each word, a row, were taken for each, a column, and the share taken for their own."""

    counts: tuple[tuple[int, ...], ...]
    accuracy: float


@dataclass(frozen=True, slots=True)
class Discrimination:
    """Words told apart.

    Attributes:
        classes: the words, with how many images of each took part.
        low, high: 95 % interval of the accuracy by activations.
        chance: the accuracy of always saying the largest class.
    """

    classes: tuple[tuple[Word, int], ...]
    by_activations: Matrix
    by_colour: Matrix
    low: float
    high: float
    chance: float
    backbone: str


@dataclass(frozen=True, slots=True)
class Belongings:
    """What hung on a word that was purged."""

    hits: int
    images: int
    own_images: int
    rankings: int
    verdicts: int
