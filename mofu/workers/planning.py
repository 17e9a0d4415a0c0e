"""What a build will cost, before it asks for anything: requests a source, downloads, time, what quotas still allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mofu.crawler.licenses import LicenseFilter
from mofu.crawler.quotas import quotas, requests_left_today
from mofu.crawler.sources import Source
from mofu.db import hits, images, words
from mofu.workers.sourcing import GENERIC_QUERIES, CrawlRequest, make_sources, queries_of
from mofu.workers.workshop import Workshop

STORED_SHARE = 0.85
"""Share of hits that end as a new image: dead links, duplicates and small pictures take the rest."""

IMAGES_A_SECOND = 20.0
"""A cautious rate for photographs from the open web."""


@dataclass(frozen=True, slots=True)
class SourcePlan:
    """What one source will be asked.

    Attributes:
        requests: for the word and, where there is none yet, for the background.
        most_hits: what its documented limits let one word have; None: no limit known.
        left_today: requests that its daily quota still allows; None: no quota.
        wait_s: seconds that its quota a minute adds.
    """

    source: str
    requests: int
    most_hits: int | None
    left_today: int | None
    wait_s: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What a build of a word will cost.

    Attributes:
        stored: distinct images that the word has already.
        downloads: images to be fetched, the background's included, at the most.
        background: images to be fetched for the background; 0 where there is one.
        seconds: a guess at the time, quotas included.
    """

    word: str
    wanted: int
    stored: int
    downloads: int
    background: int
    sources: tuple[SourcePlan, ...]
    seconds: float

    @property
    def warnings(self) -> tuple[str, ...]:
        """What will not go as asked."""
        found = []
        reach = [plan.most_hits for plan in self.sources]
        if None not in reach and sum(r for r in reach if r is not None) < self.wanted:
            most = sum(r for r in reach if r is not None)
            found.append(f"these sources give at most {most} hits of {self.wanted}: add --widen or another --source")
        found += [
            f"{plan.source} allows {plan.left_today} more requests today of the {plan.requests} that are needed: "
            "the build will pause and can be resumed"
            for plan in self.sources
            if plan.left_today is not None and plan.left_today < plan.requests
        ]
        return tuple(found)


def plan(
    workshop: Workshop,
    text: str,
    noun: str,
    language: str | None,
    request: CrawlRequest,
    *,
    with_background: bool = True,
) -> Plan:
    """Plan a build; nothing is asked of the web and nothing is stored.

    Args:
        with_background: whether the background, where there is none yet, is this build's to make, or one's before it.

    Raises:
        UnknownNameError, MissingKeyError, InvalidInputError: as the build itself would.
    """
    sources = make_sources(workshop.settings, request.sources)
    text = words.clean(text)
    with workshop.database.read() as session:
        has_background = images.current_background(session) is not None
        record = words.look_up(session, text, language or words.guess_language(text), noun)
        known = hits.of_word(session, record.id) if record else []
    licenses = LicenseFilter.parse(request.license)
    stored = len({hit.image_sha256 for hit in known if hit.image_sha256 and licenses.allows(hit.license)})
    background = 0 if has_background or not with_background else workshop.settings.background.size
    queries = len(workshop.settings.background.queries or GENERIC_QUERIES)
    missing = max(0, request.images - stored)
    variants = 1
    if request.widen:
        probe = record or words.WordRecord(0, words.WORD, text, language or words.guess_language(text), noun, "", None)
        variants = len(queries_of(probe, LicenseFilter(), widen=True))
    plans = tuple(
        _of_source(workshop, source, missing, len(sources), variants, queries if background else 0)
        for source in sources
    )
    downloads = round(missing / STORED_SHARE) + background
    seconds = max([downloads / IMAGES_A_SECOND, *(each.wait_s for each in plans)])
    return Plan(text, request.images, stored, downloads, background, plans, seconds)


def _of_source(
    workshop: Workshop, source: Source, missing: int, of_sources: int, variants: int, background_queries: int
) -> SourcePlan:
    limits = source.limits
    most = None if limits.max_hits is None else limits.max_hits * variants
    hits_wanted = missing / STORED_SHARE / of_sources
    hits_asked = hits_wanted if most is None else min(hits_wanted, most)
    a_query = -(-workshop.settings.background.size // max(1, background_queries * of_sources))
    requests = _pages(hits_asked, limits.page_size) + background_queries * _pages(a_query, limits.page_size)
    a_minute = next((n for span, n in quotas(source).items() if span.total_seconds() == 60), None)
    left = requests_left_today(workshop.database, source)
    wait_s = 60.0 * max(0, (requests - 1) // a_minute) if a_minute else 0.0
    return SourcePlan(source.name, requests, most, left, wait_s)


def _pages(wanted: float, page_size: int) -> int:
    return -int(-wanted // page_size) if wanted > 0 else 0


def describe(made: Plan) -> Sequence[str]:
    """A plan in lines for a person."""
    needed = f"{made.word}: {made.wanted} images wanted, {made.stored} stored, up to {made.downloads} downloads"
    if made.background:
        needed += f" (of which {made.background} for the background)"
    lines = [needed]
    for each in made.sources:
        left = f", {each.left_today} left today" if each.left_today is not None else ""
        wait = f", spread over {each.wait_s / 60:.0f} min by its quota" if each.wait_s else ""
        lines.append(f"  {each.source}: about {each.requests} search requests{left}{wait}")
    lines.append(f"  about {_span(made.seconds)}")
    return [*lines, *(f"  note: {warning}" for warning in made.warnings)]


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
