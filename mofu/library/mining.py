"""The main job: a word → crawled, computed, ranked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from mofu.db import images, rankings
from mofu.db.images import BackgroundRecord
from mofu.db.words import WordRecord
from mofu.errors import (
    InvalidInputError,
    NothingFoundError,
    PartialError,
    QuotaPausedError,
    ServiceUnreachableError,
)
from mofu.library.opened import OpenLibrary

if TYPE_CHECKING:
    from mofu.crawler.crawl import CrawlReport
    from mofu.dataset import RankedDataset
    from mofu.workers.planning import Plan
    from mofu.workers.sourcing import CrawlRequest


class Mining(OpenLibrary):
    """The stages of a library, alone and together."""

    def build(
        self,
        word: str,
        *,
        n: int | None = None,
        source: str | Sequence[str] | None = None,
        noun: str = "",
        language: str | None = None,
        license: str | None = None,  # noqa: A002 - the field's name for it
        backbone: str | Sequence[str] | None = None,
        widen: bool = False,
        retry: bool = False,
    ) -> RankedDataset:
        """From a word to a ranked dataset: crawl, features, rank; whatever is there already is not done again.

        Args:
            word: the text, e.g. もふもふ.
            n: distinct images wanted (default: build.n).
            source: a search service or several, interleaved (default: build.sources).
            noun: a co-occurring noun, e.g. 犬.
            language: ISO 639-1; guessed from the script where it is not given.
            license: any, commercial, modification, or codes (default: build.license); what the word has under others
                is ranked with it, and left out of what is given back.
            backbone: name or name:layer (default: features.backbone), or several whose orders are fused by rank.
            widen: where the sources give too few, ask for variants of the word too.
            retry: try again what failed for reasons that may have passed.

        Raises:
            QuotaPausedError, PartialError: a service gave no more for now; the images that came before are ranked.
            MofuError: its subclass says what is wrong and what to do; what was done before is kept.
        """
        request = self.request(n=n, source=source, license=license, widen=widen, retry=retry)
        with self.writing():
            loaded = self.backbones(backbone)
            record = self._ensure(word, language, noun)
            stopped: QuotaPausedError | ServiceUnreachableError | None = None
            try:
                self.crawl(word, request, noun=noun, language=language)
            except (QuotaPausedError, ServiceUnreachableError) as error:
                stopped = error
                if not self.outcomes(record).get("stored"):
                    raise
            self.background(request.sources)
            for each in loaded:
                self.features(record, backbone=each)
            dataset = self.rank(record, backbone=loaded).licensed(request.license)
        if stopped is not None:
            raise _partial(stopped, f"the {len(dataset)} images found before are ranked") from stopped
        return dataset

    @contextmanager
    def reaching(self, sources: Iterable[str]) -> Iterator[Self]:
        """Keep the embedded web, where it is among these sources, up for several builds rather than for each."""
        from mofu.workers.crawling import reachable

        own = self.settings
        with reachable(own, tuple(sources)) as self.settings:
            try:
                yield self
            finally:
                self.settings = own

    def request(
        self,
        *,
        n: int | None = None,
        source: str | Sequence[str] | None = None,
        license: str | None = None,  # noqa: A002 - the field's name for it
        widen: bool = False,
        retry: bool = False,
    ) -> CrawlRequest:
        """How a word is to be crawled, checked before anything is asked of the web."""
        from mofu.crawler.licenses import LicenseFilter
        from mofu.workers.sourcing import CrawlRequest, make_sources

        names = (source,) if isinstance(source, str) else tuple(source or self.settings.build.sources)
        wanted = n if n is not None else self.settings.build.n
        if wanted < 1:
            raise InvalidInputError(f"n={wanted}: expected at least one image")
        LicenseFilter.parse(license or self.settings.build.license)
        make_sources(self.settings, names)
        return CrawlRequest(names, wanted, license or self.settings.build.license, widen, retry)

    def plan(self, word: str, request: CrawlRequest, *, noun: str = "", language: str | None = None) -> Plan:
        """What a build would ask of the services and how long it would take, from what the library has already."""
        from mofu.workers.planning import plan

        return plan(self.workshop, word, noun, language, request)

    def crawl(
        self, word: str, request: CrawlRequest | None = None, *, noun: str = "", language: str | None = None
    ) -> CrawlReport:
        """Bring a word's images into the library."""
        from mofu.workers.crawling import crawl_word

        request = request or self.request()
        with self.writing() as workshop:
            return crawl_word(workshop, self._ensure(word, language, noun), request)

    def crawl_ahead(
        self, words: Sequence[str], request: CrawlRequest, *, noun: str = "", language: str | None = None
    ) -> None:
        """Where the settings name a cluster, have its workers crawl words side by side before each is built.

        What a word lacks after that is told when it is built.

        Raises:
            MissingError, PartialError: the cluster cannot be reached, or no worker can do it.
        """
        from mofu.workers.cluster.placement import is_elsewhere
        from mofu.workers.crawling import crawl_together

        if len(words) < 2 or not is_elsewhere(self.settings):
            return
        with self.writing() as workshop:
            crawl_together(workshop, [self._ensure(word, language, noun) for word in words], request)

    def background(self, sources: Sequence[str] | None = None, *, refresh: bool = False) -> BackgroundRecord:
        """The word-free pool of images; made from generic queries where there is none yet or a new one is wanted."""
        from mofu.workers.crawling import ensure_background

        with self.writing() as workshop:
            return ensure_background(workshop, sources or self.settings.build.sources, refresh)

    def current_background(self) -> BackgroundRecord | None:
        """The background that rankings use; None before the first."""
        with self.database.read() as session:
            return images.current_background(session)

    def backbone(self, backbone: Any = None) -> Any:
        """The loaded backbone of a name or name:layer (default: features.backbone); a loaded one is given back.

        Raises:
            UnknownNameError, MissingPackageError, MissingWeightsError: it cannot be loaded.
        """
        from mofu.features.registry import Backbone, load

        if isinstance(backbone, Backbone):
            return backbone
        return load(backbone or self.settings.features.backbone, self.settings.features)

    def backbones(self, backbone: Any = None) -> list[Any]:
        """The loaded backbones of one name or several, or of none, that words are to be ranked by.

        Raises:
            UnknownNameError: no such strategy as the settings say.
            InvalidSettingError: several, and the strategy learns from one; or it needs a description.
            MofuError: as `backbone` for each.
        """
        from mofu.workers.basis import check

        several = (backbone if isinstance(backbone, list | tuple) else [backbone]) or [None]
        check(self.settings.ranking, len(several))
        return [self.backbone(each) for each in several]

    def features(self, word: str | WordRecord, *, backbone: Any = None) -> WordRecord:
        """Compute the activations that a word's images and the background lack."""
        from mofu.workers.stages import compute_features

        record, loaded = self._word(word), self.backbone(backbone)
        with self.writing() as workshop:
            compute_features(workshop, record, loaded)
        return record

    def rank_ahead(self, words: Sequence[WordRecord], *, backbone: Any = None) -> None:
        """Where the settings name a cluster, have its workers rank words side by side before each is asked for.

        Raises:
            MissingError, PartialError: the cluster cannot be reached, or no worker can do it.
            InvalidSettingError, InvalidInputError: the strategy cannot rank by these backbones.
        """
        from mofu.workers.cluster.placement import is_elsewhere
        from mofu.workers.stages import rank_together

        if len(words) < 2 or not is_elsewhere(self.settings):
            return
        loaded = self.backbones(backbone)
        with self.writing() as workshop:
            rank_together(workshop, words, loaded)

    def rank(self, word: str | WordRecord, *, backbone: Any = None) -> RankedDataset:
        """Rank a word's images by their activations; a ranking whose inputs have not changed is kept.

        Args:
            word: its text, or as the library knows it.
            backbone: one, by name or loaded, or several that decide together (default: features.backbone).

        Raises:
            InvalidSettingError, InvalidInputError: the strategy cannot rank by these backbones.
        """
        from mofu.workers.stages import rank_word

        record, loaded = self._word(word), self.backbones(backbone)
        with self.writing() as workshop:
            rank_word(workshop, record, loaded)
        return self.dataset(record)

    def dataset(self, word: str | WordRecord, *, language: str | None = None, noun: str = "") -> RankedDataset:
        """A word's current ranking, to look at, take the top of and export.

        Raises:
            NothingFoundError: the word has not been ranked.
        """
        from mofu.dataset import RankedDataset

        record = word if isinstance(word, WordRecord) else self.word(word, language, noun)
        with self.database.read() as session:
            ranking = rankings.current(session, record.id)
        if ranking is None:
            raise NothingFoundError(f"{record.text!r} is not ranked yet: run `mofu build {record.text}` first")
        return RankedDataset.of(self.workshop, record, ranking)


def _partial(stopped: QuotaPausedError | ServiceUnreachableError, kept: str) -> PartialError:
    message = f"{stopped}; {kept}"
    return QuotaPausedError(message, stopped.until) if isinstance(stopped, QuotaPausedError) else PartialError(message)
