"""Brave Search (api.search.brave.com): images of the whole web, one answer of at most 200; says nothing of licences."""

from __future__ import annotations

from mofu.crawler.hits import Hit, Query, SearchPage
from mofu.crawler.sources.answers import (
    Row,
    address,
    key_of,
    missing_key,
    number,
    query_text,
    refused,
    row,
    rows,
    text,
)
from mofu.crawler.sources.base import Limits, Service, ServiceRefusal, Source, register

COUNT = 200
MAX_QUERY_CHARS = 400
MAX_QUERY_WORDS = 50

# Brave's own codes: its language for Japanese is the country's.
_PLACES = {
    "ja": ("jp", "JP"),
    "en": ("en", "US"),
    "ko": ("ko", "KR"),
    "zh": ("zh-hans", "CN"),
    "de": ("de", "DE"),
    "fr": ("fr", "FR"),
    "es": ("es", "ES"),
    "it": ("it", "IT"),
    "pt": ("pt-pt", "PT"),
    "ru": ("ru", "RU"),
}


@register("brave")
class Brave(Source):
    """Needs a subscription token as its key; widen with query variants, for there is no second page."""

    own_url = "https://api.search.brave.com"

    @property
    def limits(self) -> Limits:
        """One page of 200; requests by plan, at least one a second."""
        return Limits(page_size=COUNT, max_hits=COUNT, per_minute=60)

    def check(self) -> None:
        """Raise MissingKeyError where there is no token."""
        key_of(self)

    async def search(self, query: Query, cursor: str | None, service: Service) -> SearchPage:
        """All hits; there is no cursor."""
        del cursor
        params: dict[str, str | int] = {
            "q": query_text(self.name, query, MAX_QUERY_CHARS, MAX_QUERY_WORDS),
            "count": COUNT,
            "safesearch": "strict" if self.settings.safe else "off",
            # Onomatopoeia look like misspellings, and the corrected query would be the one searched for.
            "spellcheck": "false",
        }
        if query.language in _PLACES:
            params["search_lang"], params["country"] = _PLACES[query.language]
        headers = {"X-Subscription-Token": key_of(self)}
        try:
            answer = await service.get_json(f"{self.base_url}/res/v1/images/search", params, headers)
        except ServiceRefusal as refusal:
            if "SUBSCRIPTION_TOKEN" in refusal.text:  # a wrong token is a 422 like a wrong query
                raise missing_key(self.name, "the token was refused", "key") from refusal
            raise refused(self.name, refusal, "key") from refusal
        return SearchPage(tuple(hit for hit in map(_hit, rows(self.name, answer, "results")) if hit is not None))


def _hit(result: Row) -> Hit | None:
    properties = row(result.get("properties"))
    url = address(properties.get("url")) or address(row(result.get("thumbnail")).get("src"))
    if url is None:
        return None
    return Hit(
        url=url,
        page_url=address(result.get("url")),
        title=text(result.get("title")),
        width=number(properties.get("width")),
        height=number(properties.get("height")),
    )
