"""A word becomes images: hits in the order of search are fetched, checked and kept until enough images are distinct.

A hit is begun only while fewer images are stored or on their way than are wanted. So no hit is fetched in vain, and
which hits are fetched depends on what the web answers, not on who answered first: an interrupted crawl that is resumed
ends with the images of an undisturbed one.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from mofu.crawler.bringing import Bringer
from mofu.crawler.fetch import Fetcher
from mofu.crawler.hits import Outcome, Query
from mofu.crawler.keeper import Arrived, Keeper
from mofu.crawler.licenses import LicenseFilter
from mofu.crawler.policies.hosts import Hosts
from mofu.crawler.policies.shared_hosts import SharedHosts
from mofu.crawler.search import SourceHits, WordHits
from mofu.crawler.service import SearchService
from mofu.crawler.sources.base import Source
from mofu.db import hits
from mofu.db.blobs import BlobStore
from mofu.db.engine import Database
from mofu.db.hits import HitRecord, HitResult
from mofu.db.words import WordRecord
from mofu.errors import MofuError
from mofu.imaging.sandbox import decoders_of
from mofu.progress import Progress
from mofu.settings import CrawlerSettings

WINDOW = 512
"""Hits of a word begun and not ended at most: more would only wait, and memory should not grow with the word."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is wanted: a word, how it is asked for (the first query, then its variants), and how much of it.

    Attributes:
        images: distinct images wanted; None for all that the hits give.
        ranks: hits of each source gone through at most; None for all.
        licenses: what is taken; images known under other licences alone do not count.
        again: outcomes that are tried again where more images are wanted.
    """

    word: WordRecord
    queries: tuple[Query, ...]
    images: int | None = None
    ranks: int | None = None
    licenses: LicenseFilter = field(default_factory=LicenseFilter)
    again: frozenset[str] = frozenset()

    def is_due(self, hit: HitRecord) -> bool:
        """Whether a hit is still to be brought."""
        if hit.outcome == Outcome.LICENSE:
            return self.licenses.allows(hit.license)
        return hit.outcome is None or hit.outcome in self.again

    def images_of(self, known: Iterable[HitRecord]) -> set[str]:
        """The distinct images of hits that count."""
        return {hit.image_sha256 for hit in known if hit.image_sha256 and self.licenses.allows(hit.license)}


@dataclass(frozen=True, slots=True)
class CrawlReport:
    """How a crawl of a word ended: distinct images that count, and how many hits ended how."""

    word: WordRecord
    wanted: int | None
    images: int
    outcomes: dict[str, int]

    @property
    def failed(self) -> int:
        """Hits that could not be stored."""
        return sum(count for outcome, count in self.outcomes.items() if outcome not in ("stored", "pending"))


@dataclass
class _State:
    """A crawl of one word under way."""

    target: Target
    images: set[str]
    counts: Counter[str]
    in_flight: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def has_enough(self) -> bool:
        return self.target.images is not None and len(self.images) >= self.target.images

    @property
    def may_begin(self) -> bool:
        wanted = self.target.images
        return self.in_flight < WINDOW and (wanted is None or len(self.images) + self.in_flight < wanted)


class Crawl:
    """Crawls words through given sources into a library's database and files."""

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        settings: CrawlerSettings,
        sources: Sequence[Source],
        progress: Progress,
        *,
        shared: bool = False,
    ) -> None:
        """Take a library over.

        Args:
            database, blobs: of the library.
            settings: how images are fetched.
            sources: what is asked, side by side.
            progress: told of what arrives.
            shared: other processes crawl into the library too, and hosts are to be asked no more for that.
        """
        self._shared = shared
        self._database, self._blobs, self._settings = database, blobs, settings
        self._sources, self._progress = sources, progress
        self._by_address: dict[str, asyncio.Future[HitResult]] = {}
        self._states: list[_State] = []

    async def run(self, targets: Sequence[Target]) -> list[CrawlReport]:
        """Crawl words side by side.

        Raises:
            QuotaPausedError, ServiceUnreachableError, MissingKeyError: from a source, after what was begun is kept.
            DiskFullError: no room; what was kept before stays.
        """
        hosts = self._hosts()
        services = [SearchService(s, self._settings, hosts, self._database, self._progress) for s in self._sources]
        decoders = decoders_of(self._settings)
        keeper = Keeper(self._database, self._blobs, self._settings.min_free_mb)
        try:
            async with Fetcher(self._settings, hosts) as fetcher, asyncio.TaskGroup() as group:
                bringer = Bringer(self._blobs.incoming, fetcher, decoders, self._settings.max_bytes)
                group.create_task(keeper.run())
                words = [group.create_task(self._word(target, services, bringer, keeper)) for target in targets]
                problems = await asyncio.gather(*words)
                await keeper.finish()
        except BaseExceptionGroup as errors:
            raise _first(errors) from errors
        finally:
            decoders.close()
            for service in services:
                await service.close()
            await hosts.close()
        for problem in problems:
            if problem is not None:
                raise problem
        return [await asyncio.to_thread(self._report, target) for target in targets]

    def _hosts(self) -> Hosts:
        per_host, total = self._settings.per_host, self._settings.concurrency
        return SharedHosts(per_host, total, self._database) if self._shared else Hosts(per_host, total)

    async def _word(
        self, target: Target, services: Sequence[SearchService], bringer: Bringer, keeper: Keeper
    ) -> MofuError | None:
        """Crawl one word; an error of its search is given back once all that was begun has ended."""
        state, word_hits = await asyncio.to_thread(self._open, target, services)
        self._states.append(state)
        self._tell()
        problem: MofuError | None = None
        async with asyncio.TaskGroup() as group:
            while not state.has_enough:
                if not state.may_begin:
                    state.changed.clear()
                    await state.changed.wait()
                    continue
                try:
                    found = await word_hits.next()
                except MofuError as error:
                    problem = error
                    break
                if found is not None and target.is_due(found[1]):
                    state.in_flight += 1
                    group.create_task(self._hit(state, *found, bringer, keeper))
                elif found is None and state.in_flight:
                    state.changed.clear()
                    await state.changed.wait()
                elif found is None:
                    break
        return problem

    def _open(self, target: Target, services: Sequence[SearchService]) -> tuple[_State, WordHits]:
        with self._database.read() as session:
            known = hits.of_word(session, target.word.id)
        of_sources = [SourceHits(self._database, target.word, s.source, s) for s in services]
        for source in of_sources:
            source.open(target.queries, known)
        counts = Counter(hit.outcome for hit in known if hit.outcome)
        return _State(target, target.images_of(known), counts), WordHits(of_sources, target.ranks)

    async def _hit(self, state: _State, source: SourceHits, hit: HitRecord, bringer: Bringer, keeper: Keeper) -> None:
        """From a hit to its recorded outcome."""
        result = await self._arrive(state.target, source, hit, bringer, keeper)
        if hit.outcome is not None:
            state.counts[hit.outcome] -= 1
        state.counts[result.outcome] += 1
        if result.image_sha256:
            state.images.add(result.image_sha256)
        state.in_flight -= 1
        state.changed.set()
        self._tell()

    async def _arrive(
        self, target: Target, source: SourceHits, hit: HitRecord, bringer: Bringer, keeper: Keeper
    ) -> HitResult:
        """Find out what becomes of a hit and hand it to the keeper."""
        if (result := self._known(target, source, hit)) is not None:
            await keeper.put(Arrived(result))
            return result
        if hit.url in self._by_address:
            first = await asyncio.shield(self._by_address[hit.url])
            result = HitResult(hit.id, first.outcome, first.reason, first.image_sha256)
            await keeper.put(Arrived(result))
            return result
        future = self._by_address[hit.url] = asyncio.get_running_loop().create_future()
        try:
            arrived = await bringer.bring(source.source, hit)
            # Told to others only once it is in the queue: an image's own row is made before rows that name it.
            await keeper.put(arrived)
        except BaseException:
            future.cancel()
            raise
        future.set_result(arrived.result)
        return arrived.result

    def _known(self, target: Target, source: SourceHits, hit: HitRecord) -> HitResult | None:
        """What becomes of a hit that need not be fetched."""
        if not target.licenses.allows(hit.license):
            wanted = ", ".join(target.licenses.codes)
            return HitResult(hit.id, Outcome.LICENSE, f"{hit.license} is not among {wanted}")
        if hit.url in source.stored:
            return HitResult(hit.id, Outcome.STORED, image_sha256=source.stored[hit.url])
        return None

    def _tell(self) -> None:
        """Progress in images where they were asked for, in hits where those were."""
        ended = sum(state.counts.total() for state in self._states)
        failed = ended - sum(state.counts[Outcome.STORED] for state in self._states)
        wanted = [state.target.images for state in self._states if state.target.images is not None]
        ranks = [state.target.ranks for state in self._states if state.target.ranks is not None]
        if wanted:
            self._progress.advance(sum(len(state.images) for state in self._states), sum(wanted), failed)
        else:
            self._progress.advance(ended, sum(ranks) * len(self._sources) or None, failed)

    def _report(self, target: Target) -> CrawlReport:
        with self._database.read() as session:
            known = hits.of_word(session, target.word.id)
        outcomes = Counter(hit.outcome or "pending" for hit in known)
        return CrawlReport(target.word, target.images, len(target.images_of(known)), dict(outcomes))


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error that matters of a group: the first that is not itself a group."""
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
