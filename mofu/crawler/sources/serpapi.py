"""SerpApi (serpapi.com): what Google Images or Bing Images show, through a paid service."""

from __future__ import annotations

from mofu.crawler.hits import Hit, Query, SearchPage
from mofu.crawler.licenses import normalize, version_of
from mofu.crawler.sources.answers import Row, address, key_of, number, refused, row, rows, text
from mofu.crawler.sources.base import Limits, Service, ServiceRefusal, Source, register
from mofu.errors import ServiceUnreachableError, UnknownNameError

ENGINES = ("google_images", "bing_images")
# Neither engine shows more than about this; some repeat their last page for ever.
MAX_HITS = 1_000
GOOGLE_PAGE = 100


@register("serpapi")
class Serpapi(Source):
    """Needs a key; `sources.serpapi.engine` is google_images (the default) or bing_images."""

    own_url = "https://serpapi.com"

    @property
    def limits(self) -> Limits:
        """Requests by plan; Google's pages are of 100."""
        return Limits(page_size=GOOGLE_PAGE, max_hits=MAX_HITS)

    @property
    def engine(self) -> str:
        """The engine asked."""
        return self.settings.engine or ENGINES[0]

    def check(self) -> None:
        """Raise MissingKeyError without a key, UnknownNameError for an engine that is not known."""
        key_of(self)
        if self.engine not in ENGINES:
            raise UnknownNameError("engine", self.engine, ENGINES)

    async def search(self, query: Query, cursor: str | None, service: Service) -> SearchPage:
        """One page of hits; the cursor is Google's page from 0, or how many Bing has given."""
        self.check()
        at = int(cursor or 0)
        params: dict[str, str | int] = {"engine": self.engine, "q": query.text, "api_key": key_of(self)}
        if self.engine == "google_images":
            params |= {"ijn": at, "hl": query.language, "safe": "active" if self.settings.safe else "off"}
        else:
            params |= {"first": at + 1, "safeSearch": "strict" if self.settings.safe else "off"}
        try:
            answer = await service.get_json(f"{self.base_url}/search", params)
        except ServiceRefusal as refusal:
            raise refused(self.name, refusal, "key") from refusal
        results = self._results(answer)
        onward = at + 1 if self.engine == "google_images" else at + len(results)
        last = MAX_HITS // GOOGLE_PAGE if self.engine == "google_images" else MAX_HITS
        hits = tuple(hit for hit in map(_hit, results) if hit is not None)
        return SearchPage(hits, str(onward) if results and onward < last else None)

    def _results(self, answer: object) -> list[Row]:
        error = text(row(answer).get("error"), 200)
        if error and "returned any results" in error:
            return []
        if error:
            raise ServiceUnreachableError(f"serpapi: {error}: see its dashboard, or try again later")
        return rows(self.name, answer, "images_results")


def _hit(result: Row) -> Hit | None:
    url = address(result.get("original"))
    if url is None:
        return None
    page_of_license = address(result.get("license_details_url"))
    code = normalize(None, url=page_of_license)
    return Hit(
        url=url,
        page_url=address(result.get("link")),
        title=text(result.get("title")),
        license=code,
        license_version=version_of(code),
        license_url=page_of_license,
        width=number(result.get("original_width")),
        height=number(result.get("original_height")),
    )
