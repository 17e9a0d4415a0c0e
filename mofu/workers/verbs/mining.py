"""Build, crawl, features, rank, background: from a word to its ranking, whole or a stage alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from mofu.crawler.licenses import LicenseFilter
from mofu.db import words
from mofu.settings import Settings
from mofu.workers.sourcing import make_sources
from mofu.workers.verbs.asking import OfWord, flags
from mofu.workers.verbs.registry import STRICT, Does, Done, verb

Positive = Annotated[int, Field(ge=1, le=100_000)]
Rounds = Annotated[int, Field(ge=1, le=20)]


@dataclass(frozen=True, slots=True)
class Background:
    """A new background by these sources; none: build.sources."""

    sources: tuple[str, ...] = ()

    __pydantic_config__ = STRICT

    @property
    def subject(self) -> str:
        """None: it has no word."""
        return ""

    def check(self, settings: Settings) -> None:
        """Raises: UnknownNameError, MissingKeyError, InvalidInputError."""
        make_sources(settings, self.sources or settings.build.sources)


@dataclass(frozen=True, slots=True)
class Crawl:
    """A word's images; None, empty: as the settings say.

    Attributes:
        n: distinct images wanted.
        license: any, commercial, modification, or codes.
        widen: where the word's own query gives too few, ask for its variants too.
        retry: try again what failed for reasons that may have passed.
    """

    word: str
    n: Positive | None = None
    sources: tuple[str, ...] = ()
    noun: str = ""
    language: str | None = None
    license: str | None = None
    widen: bool = False
    retry: bool = False

    __pydantic_config__ = STRICT

    @property
    def subject(self) -> str:
        """The word and its noun."""
        return _subject(self.word, self.noun)

    def check(self, settings: Settings) -> None:
        """Raises: UnknownNameError, MissingKeyError, InvalidInputError."""
        _check_word(self.word, self.noun, self.language)
        LicenseFilter.parse(self.license or settings.build.license)
        make_sources(settings, self.sources or settings.build.sources)


@dataclass(frozen=True, slots=True)
class Build(Crawl):
    """A word's images, activations and ranking.

    Attributes:
        backbones: by whose activations it is ranked.
        strategy, rounds: how.
    """

    backbones: tuple[str, ...] = ()
    strategy: str | None = None
    rounds: Rounds | None = None

    def check(self, settings: Settings) -> None:
        """Raises: as `Crawl`, and where no such backbone, layer or strategy is known."""
        Crawl.check(self, settings)
        _check_ranking(self, settings)


@dataclass(frozen=True, slots=True)
class Features(OfWord):
    """The activations that a word of the library (its text or slug) lacks."""

    backbone: str | None = None

    def check(self, settings: Settings) -> None:
        """Raises: UnknownNameError, where no such backbone or layer is known."""
        from mofu.features import registry

        registry.parse(self.backbone or settings.features.backbone)


@dataclass(frozen=True, slots=True)
class Rank(OfWord):
    """A new order of a word of the library (its text or slug)."""

    backbones: tuple[str, ...] = ()
    strategy: str | None = None
    rounds: Rounds | None = None

    def check(self, settings: Settings) -> None:
        """Raises: UnknownNameError, InvalidSettingError."""
        _check_ranking(self, settings)


@verb("background", Background)
def background(library: Does, asked: Background) -> Done:
    """Crawl and freeze a new background."""
    made = library.background(asked.sources or None, refresh=True)
    return Done(f"{made.count} images, version {made.id}")


@verb("crawl", Crawl, joins_running=True)
def crawl(library: Does, asked: Crawl) -> Done:
    """Bring a word's images."""
    request = library.request(
        n=asked.n, source=asked.sources, license=asked.license, widen=asked.widen, retry=asked.retry
    )
    report = library.crawl(asked.word, request, noun=asked.noun, language=asked.language)
    return Done(f"{report.images} of {report.wanted} images", {"slug": report.word.slug})


@verb("build", Build, joins_running=True)
def build(library: Does, asked: Build) -> Done:
    """From a word to its ranking."""
    sources = asked.sources or library.settings.build.sources
    with library.setting(_ranking(asked)), library.reaching(sources):
        dataset = library.build(
            asked.word,
            n=asked.n,
            source=sources,
            noun=asked.noun,
            language=asked.language,
            license=asked.license,
            backbone=asked.backbones or None,
            widen=asked.widen,
            retry=asked.retry,
        )
    return Done(f"{len(dataset)} images ranked", {"slug": dataset.word.slug})


@verb("features", Features)
def features(library: Does, asked: Features) -> Done:
    """Compute what is missing."""
    word = library.features(asked.word, backbone=asked.backbone)
    return Done("the word and the background have their activations", {"slug": word.slug})


@verb("rank", Rank)
def rank(library: Does, asked: Rank) -> Done:
    """Order a word's images anew."""
    with library.setting(_ranking(asked)):
        dataset = library.rank(asked.word, backbone=asked.backbones or None)
    return Done(f"{len(dataset)} images ranked", {"slug": dataset.word.slug})


def _ranking(asked: Build | Rank) -> list[str]:
    return flags("ranking", {"strategy": asked.strategy, "rounds": asked.rounds})


def _subject(word: str, noun: str) -> str:
    return f"{word} {noun}".strip()


def _check_word(word: str, noun: str, language: str | None) -> None:
    words.clean(word)
    if noun:
        words.clean(noun)
    if language:
        words.check_language(language)


def _check_ranking(asked: Build | Rank, settings: Settings) -> None:
    from mofu.features import registry
    from mofu.workers.basis import check

    backbones = asked.backbones or (settings.features.backbone,)
    for name in backbones:
        registry.parse(name)
    check(settings.changed(_ranking(asked)).ranking, len(backbones))
