"""Openverse (api.openverse.org): openly licensed images of Flickr, Commons, museums and others, with who made them."""

from __future__ import annotations

from mofu.crawler.hits import Hit, Query, SearchPage
from mofu.crawler.licenses import family, normalize
from mofu.crawler.sources.answers import (
    VERSION_CHARS,
    Row,
    address,
    malformed,
    missing_key,
    number,
    query_text,
    refused,
    row,
    rows,
    tags,
    text,
)
from mofu.crawler.sources.base import Limits, Service, ServiceRefusal, Source, register

LAST_PAGE = 20
MAX_QUERY_CHARS = 200
_NAMES = {"CC0-1.0": "cc0", "PDM-1.0": "pdm", "PD": "pdm"}


@register("openverse")
class Openverse(Source):
    """Anonymous, or with the client id and secret that Openverse gives a registered application.

    Documented limits: anonymous 20 results a page, 20 requests a minute and 200 a day; registered 500, 100 and 10,000;
    20 pages for both. Its terms forbid scraping around them.
    """

    own_url = "https://api.openverse.org"
    _token: str | None = None

    @property
    def limits(self) -> Limits:
        """The documented limits, anonymous or registered."""
        if self._registered:
            return Limits(page_size=500, max_hits=500 * LAST_PAGE, per_minute=100, per_day=10_000)
        return Limits(page_size=20, max_hits=20 * LAST_PAGE, per_minute=20, per_day=200)

    @property
    def _registered(self) -> bool:
        return self.settings.client_id is not None and self.settings.client_secret is not None

    def check(self) -> None:
        """Raise MissingKeyError where a client id lacks its secret, or the other way round."""
        if (self.settings.client_id is None) != (self.settings.client_secret is None):
            raise missing_key(self.name, "one of its two credentials is missing", "client_id", "client_secret")

    async def search(self, query: Query, cursor: str | None, service: Service) -> SearchPage:
        """One page of hits; the cursor is a page number."""
        page = int(cursor or 1)
        params: dict[str, str | int] = {
            "q": query_text(self.name, query, MAX_QUERY_CHARS),
            "page": page,
            "page_size": self.limits.page_size,
            "mature": "false" if self.settings.safe else "true",
        }
        if query.licenses:
            names = _service_names(query.licenses)
            if not names:
                return SearchPage(())
            params["license"] = names
        try:
            answer = await self._ask(service, params)
        except ServiceRefusal as refusal:
            if page > 1 and refusal.status in (400, 401) and not self._registered:
                # How deep anonymous searches may go has changed before: past the end there is simply no more.
                return SearchPage(())
            raise refused(self.name, refusal, "client_id", "client_secret") from refusal
        return self._page(answer, page)

    async def _ask(self, service: Service, params: dict[str, str | int]) -> object:
        url = f"{self.base_url}/v1/images/"
        if not self._registered:
            return await service.get_json(url, params)
        had_token = self._token is not None
        try:
            return await service.get_json(url, params, await self._authorization(service))
        except ServiceRefusal as refusal:
            if refusal.status != 401 or not had_token:
                raise
        self._token = None  # tokens live for some hours only: a long build needs a second one
        return await service.get_json(url, params, await self._authorization(service))

    async def _authorization(self, service: Service) -> dict[str, str]:
        secret = self.settings.client_secret
        if self._token is None and secret is not None:
            form = {
                "grant_type": "client_credentials",
                "client_id": self.settings.client_id or "",
                "client_secret": secret.get_secret_value(),
            }
            answer = row(await service.post_form(f"{self.base_url}/v1/auth_tokens/token/", form))
            self._token = text(answer.get("access_token"))
            if self._token is None:
                raise malformed(self.name, "no 'access_token'")
        return {"Authorization": f"Bearer {self._token}"}

    def _page(self, answer: object, page: int) -> SearchPage:
        results = rows(self.name, answer, "results")
        said = row(answer)
        hits = tuple(hit for hit in map(_hit, results) if hit is not None)
        pages = number(said.get("page_count"))
        more = bool(results) and page < min(LAST_PAGE, LAST_PAGE if pages is None else pages)
        # A service may cap the page size by itself: a page is short only against the size that it names.
        full = len(results) >= min(self.limits.page_size, number(said.get("page_size")) or self.limits.page_size)
        return SearchPage(hits, str(page + 1) if more and full else None, number(said.get("result_count")))


def _hit(result: Row) -> Hit | None:
    url = address(result.get("url"))
    if url is None:
        return None
    name, version = text(result.get("license")), text(result.get("license_version"), VERSION_CHARS)
    page = address(result.get("license_url"))
    return Hit(
        url=url,
        page_url=address(result.get("foreign_landing_url")),
        title=text(result.get("title")),
        creator=text(result.get("creator")),
        license=normalize(name, version, page),
        license_version=version,
        license_url=page,
        attribution=text(result.get("attribution"), 2_000),
        width=number(result.get("width")),
        height=number(result.get("height")),
        tags=tags(result.get("tags")),
    )


def _service_names(codes: tuple[str, ...]) -> str:
    """Openverse's names of the licences, which know no versions, e.g. `by,by-sa,cc0`."""
    stems = (family(code) for code in codes)
    names = (_NAMES.get(stem, stem.removeprefix("CC-").lower() if stem.startswith("CC-BY") else "") for stem in stems)
    return ",".join(dict.fromkeys(name for name in names if name))
