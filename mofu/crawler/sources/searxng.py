"""SearXNG: the user's own instance of a metasearch engine; says nothing of licences."""

from __future__ import annotations

import re

from mofu.crawler.hits import Hit, Query, SearchPage
from mofu.crawler.sources.answers import Row, address, number, refused, row, rows, text
from mofu.crawler.sources.base import Limits, Service, ServiceRefusal, Source, register
from mofu.errors import MissingKeyError, ServiceUnreachableError

# Engines that know no pages give the same results for each: without an end they would be asked for ever.
LAST_PAGE = 50
_RESOLUTION = re.compile(r"(\d{1,6})\s*[x×*]\s*(\d{1,6})", re.ASCII | re.IGNORECASE)


@register("searxng")
class Searxng(Source):
    """Needs `base_url`, and an instance whose settings.yml allows the json format."""

    own_url = ""

    @property
    def limits(self) -> Limits:
        """An instance's own business; a page is about thirty results of each engine."""
        return Limits(page_size=30)

    def check(self) -> None:
        """Raise MissingKeyError where no instance is named."""
        if not self.settings.base_url:
            remedy = "set sources.searxng.base_url to your instance (or MOFU_SOURCES__SEARXNG__BASE_URL)"
            raise MissingKeyError(f"searxng: no instance is named: {remedy}")

    async def search(self, query: Query, cursor: str | None, service: Service) -> SearchPage:
        """One page of hits; the cursor is a page number, an empty page ends."""
        self.check()
        page = int(cursor or 1)
        params: dict[str, str | int] = {
            "q": query.text,
            "categories": "images",
            "format": "json",
            "pageno": page,
            "language": query.language or "all",
            "safesearch": 2 if self.settings.safe else 0,
        }
        try:
            answer = await service.get_json(f"{self.base_url}/search", params)
        except ServiceRefusal as refusal:
            if refusal.status == 403:
                what = "json format is switched off on the instance: add json to search.formats in its settings.yml"
                raise ServiceUnreachableError(f"searxng: {what}") from refusal
            raise refused(self.name, refusal) from refusal
        results = rows(self.name, answer, "results")
        silent = row(answer).get("unresponsive_engines")
        if page == 1 and not results and isinstance(silent, list) and silent:
            raise ServiceUnreachableError(f"searxng: none of its engines answers ({_listing(silent)}): try again later")
        hits = tuple(hit for hit in map(_hit, results) if hit is not None)
        return SearchPage(hits, str(page + 1) if results and page < LAST_PAGE else None)


def _hit(result: Row) -> Hit | None:
    url = address(result.get("img_src"))
    if url is None:
        return None
    size = _RESOLUTION.search(text(result.get("resolution")) or "")
    return Hit(
        url=f"https:{url}" if url.startswith("//") else url,
        page_url=address(result.get("url")),
        title=text(result.get("title")),
        width=number(size[1]) if size else None,
        height=number(size[2]) if size else None,
    )


def _listing(engines: list[object]) -> str:
    """Each engine as SearXNG names it: `["google", "timeout"]`."""
    pairs = (engine if isinstance(engine, list) else [engine] for engine in engines[:5])
    return ", ".join(": ".join(filter(None, map(text, pair[:2]))) or "unnamed" for pair in pairs)
