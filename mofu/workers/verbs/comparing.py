"""Map, visualness, discriminate: what a word's pictures are among themselves, and words among each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from mofu.errors import UsageError
from mofu.settings import Settings
from mofu.workers.verbs.asking import OfWord, OfWords, named
from mofu.workers.verbs.registry import Does, Done, verb

AtLeastTwo = Annotated[int, Field(ge=2, le=10_000)]


@dataclass(frozen=True, slots=True)
class Map(OfWord):
    """A word's (its text or slug) images in the plane; by which activations, None: those of its ranking."""

    backbone: str | None = None

    def check(self, settings: Settings) -> None:
        """Raises: UnknownNameError, where no such backbone or layer is known."""
        del settings
        _check_backbone(self.backbone)


@dataclass(frozen=True, slots=True)
class Visualness(OfWords):
    """How visual words are; no words: all of the library.

    Attributes:
        n: images of a word.
        folds: of the cross-validation.
        seed: deals folds, draws bootstraps and kinds of regions.
        verdicts_only: take only images that people accepted.
        entropy: whether region entropy is measured, too.
        judge: the backbone that judges; None: that of each word's ranking.
    """

    words: tuple[str, ...] = ()
    n: AtLeastTwo = 50
    folds: Annotated[int, Field(ge=2, le=100)] = 5
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    verdicts_only: bool = False
    entropy: bool = True
    judge: str | None = None

    def check(self, settings: Settings) -> None:
        """Raises: UnknownNameError, UsageError."""
        from mofu.workers.visualness_table import Request

        del settings
        _check_backbone(self.judge)
        Request(self.n, self.folds, self.seed, self.verdicts_only, self.entropy)


@dataclass(frozen=True, slots=True)
class Discriminate(OfWords):
    """How well the pictures of a noun's words can be told apart; an empty noun: words that stand alone."""

    noun: str = ""
    images: AtLeastTwo = 50
    backbone: str | None = None
    language: str | None = None

    @property
    def subject(self) -> str:
        """The noun and the words."""
        return named((self.noun, *self.words) if self.noun else self.words)

    def check(self, settings: Settings) -> None:
        """Raises: UnknownNameError, UsageError."""
        del settings
        _check_backbone(self.backbone)
        if len(set(self.words)) < 2:
            raise UsageError(f"{len(set(self.words))} word: expected two or more that can be told apart")


@verb("map", Map)
def map_word(library: Does, asked: Map) -> Done:
    """Lay out a word's images."""
    made = library.map(asked.word, backbone=asked.backbone)
    return Done(f"{len(made.images)} images mapped", {"map": made.record.id})


@verb("visualness", Visualness)
def visualness(library: Does, asked: Visualness) -> Done:
    """Measure words; what was measured before and has not changed is kept."""
    from mofu.workers.visualness_table import Request

    request = Request(asked.n, asked.folds, asked.seed, asked.verdicts_only, asked.entropy)
    table = library.measure_visualness(asked.words or None, request=request, judge=asked.judge)
    return Done(f"{len(table.rows)} words measured")


@verb("discriminate", Discriminate, writes=False)
def discriminate(library: Does, asked: Discriminate) -> Done:
    """Tell the words of a noun apart."""
    found = library.discriminate(
        asked.noun, asked.words, images=asked.images, backbone=asked.backbone, language=asked.language
    )
    return Done(f"{len(found.classes)} words told apart")


def _check_backbone(name: str | None) -> None:
    if name is not None:
        from mofu.features import registry

        registry.parse(name)
