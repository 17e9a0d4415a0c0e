"""The crawl stage: words to stored images, through the sources that the settings know; and the word-free background."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from mofu.crawler.apart import run_apart
from mofu.crawler.crawl import Crawl, CrawlReport, Target
from mofu.crawler.hits import Outcome, Query
from mofu.crawler.licenses import LicenseFilter
from mofu.crawler.sources import find
from mofu.db import images, words
from mofu.db.images import BackgroundRecord
from mofu.db.words import WordRecord
from mofu.demo.web import DemoWeb
from mofu.errors import NothingFoundError
from mofu.settings import Settings
from mofu.workers.jobs import job
from mofu.workers.sourcing import GENERIC_QUERIES, TRANSIENT, CrawlRequest, make_sources, queries_of
from mofu.workers.workshop import Workshop

CRAWL = "crawl"
"""The stage, as jobs and tasks have it."""

MIN_BACKGROUND = 10
FEW = 0.5
"""Share of the hits gone through below which a background is called small: half are lost to copies and dead links."""

_BETTER = "`mofu background refresh --source openverse` makes a better one"


@contextmanager
def reachable(settings: Settings, names: Sequence[str]) -> Iterator[Settings]:
    """Settings under which the named sources can be reached: the embedded web runs while this does, if it is named."""
    if "demo" not in names or settings.sources.demo.base_url:
        yield settings
        return
    with DemoWeb(seed=settings.demo.seed, hits=settings.demo.hits) as web:
        loopback = [f"crawler.allow_networks={','.join(map(str, (*settings.crawler.allow_networks, '127.0.0.0/8')))}"]
        yield settings.changed([f"sources.demo.base_url={web.base_url}", *loopback])


def crawl_word(workshop: Workshop, word: WordRecord, request: CrawlRequest, *, shared: bool = False) -> CrawlReport:
    """Bring a word's images into the library, as many distinct ones as are wanted or the sources have.

    Args:
        workshop: the library.
        word: whose images.
        request: how.
        shared: other processes crawl at the same time, whatever the settings say.

    Raises:
        NothingFoundError: no hit, or none that could be stored.
        QuotaPausedError, ServiceUnreachableError, DiskFullError: what came before is kept.
    """
    licenses = LicenseFilter.parse(request.license)
    with reachable(workshop.settings, request.sources) as settings, job(workshop, CRAWL, word.text, word.id) as at:
        sources = make_sources(settings, request.sources)
        with workshop.database.write() as session:
            words.set_wanted(session, word.id, request.images)
        again = frozenset(TRANSIENT if request.retry else ())
        target = Target(word, queries_of(word, licenses, request.widen), request.images, None, licenses, again)
        together = shared or is_shared(settings)
        crawl = Crawl(at.database, at.blobs, settings.crawler, sources, at.progress, shared=together)
        report = run_apart(crawl.run([target]))[0]
        if not report.images:
            raise NothingFoundError(_nothing(report, request))
        at.progress.finish(_summary(report))
    return report


def crawl_together(workshop: Workshop, some: Sequence[WordRecord], request: CrawlRequest) -> None:
    """Have the workers of a cluster crawl words side by side; what becomes of each is seen when its turn comes.

    Raises:
        MissingError, PartialError: the cluster cannot be reached, or no worker can do it.
    """
    from mofu.workers.cluster.crawling import Crawling
    from mofu.workers.cluster.placement import CRAWL as CRAWL_SLOT
    from mofu.workers.cluster.placement import require_dask

    require_dask()
    from mofu.workers.cluster.of_words import spread_words

    with reachable(workshop.settings, request.sources) as settings, job(workshop, CRAWL, f"{len(some)} words") as at:
        reaching, numbers = replace(at, settings=settings), [word.id for word in some]
        done = spread_words(reaching, CRAWL, numbers, Crawling(request), needs=CRAWL_SLOT)
        at.progress.finish(f"{done} of {len(some)} words")


def is_shared(settings: Settings) -> bool:
    """Whether other processes, on other machines perhaps, may crawl into the same library at the same time."""
    return bool(settings.database.url) or settings.cluster.where != "inprocess"


def _nothing(report: CrawlReport, request: CrawlRequest) -> str:
    asked = " and ".join(request.sources)
    if not report.outcomes:
        return f"{asked} found nothing for {report.word.text!r}: try another spelling, --source, or --widen"
    failures = ", ".join(f"{kind} {count}" for kind, count in sorted(report.outcomes.items()))
    return f"none of the {sum(report.outcomes.values())} hits for {report.word.text!r} could be stored: {failures}"


def _summary(report: CrawlReport) -> str:
    failures = {k: c for k, c in sorted(report.outcomes.items()) if k not in (Outcome.STORED, "pending")}
    listed = ", ".join(f"{kind} {count}" for kind, count in failures.items())
    wanted = f" of {report.wanted}" if report.wanted is not None else ""
    return f"{report.images}{wanted} images" + (f" (not stored: {listed})" if listed else "")


def ensure_background(workshop: Workshop, sources: Sequence[str], refresh: bool = False) -> BackgroundRecord:
    """The library's background; crawled from generic queries and frozen where there is none yet or a new one is wanted.

    Sources that are the user's own files cannot answer generic queries; the embedded web then stands in.

    Raises:
        NothingFoundError: the generic queries gave next to nothing.
    """
    with workshop.database.read() as session:
        current = images.current_background(session)
    if current is not None and not refresh:
        if current.origin.get("sources") == ["demo"] and set(sources) - {"demo"}:
            workshop.progress.notice(f"the background is made of drawn pictures, not of photographs: {_BETTER}")
        return current
    names = tuple(name for name in sources if not find(name).local and name != "urls")
    if not names:
        workshop.progress.notice(
            f"no background yet, and your own files cannot answer generic queries: drawn pictures stand in; {_BETTER}"
        )
        names = ("demo",)
    with reachable(workshop.settings, names) as settings, job(workshop, "background", "background") as at:
        return _crawl_background(at, settings, names)


def _crawl_background(workshop: Workshop, settings: Settings, names: Sequence[str]) -> BackgroundRecord:
    queries = settings.background.queries or GENERIC_QUERIES
    sources = make_sources(settings, names)
    with workshop.database.write() as session:
        asked = [words.ensure(session, text, "en", kind=words.BACKGROUND) for text in queries]
    ranks = max(1, -(-settings.background.size // (len(queries) * len(sources))))
    targets = [Target(word, (Query(word.text, word.language),), None, ranks) for word in asked]
    shared = is_shared(settings)
    crawl = Crawl(workshop.database, workshop.blobs, settings.crawler, sources, workshop.progress, shared=shared)
    run_apart(crawl.run(targets))
    with workshop.database.write() as session:
        members = images.background_pool(session, [word.id for word in asked], names, ranks)
        if len(members) < MIN_BACKGROUND:
            raise NothingFoundError(
                f"the generic queries gave {len(members)} images, too few for a background: "
                "check the source, or set background.queries to words that it knows"
            )
        origin = {"sources": list(names), "queries": list(queries), "hits_a_query": ranks}
        frozen = images.freeze_background(session, members, origin)
    if frozen.count < FEW * settings.background.size:
        workshop.progress.notice(
            f"the background has {frozen.count} images where background.size={settings.background.size} hits were gone "
            "through: other sources or background.queries make it more varied (`mofu background refresh`)"
        )
    workshop.progress.finish(f"{frozen.count} images, version {frozen.id}")
    return frozen
