"""Wikimedia Commons (commons.wikimedia.org): free media with machine-readable licences, through MediaWiki's API."""

from __future__ import annotations

import time

from mofu.crawler.hits import Hit, Query, SearchPage
from mofu.crawler.licenses import normalize, version_of
from mofu.crawler.sources.answers import (
    Row,
    address,
    malformed,
    markup_text,
    number,
    query_text,
    refused,
    row,
    rows,
    text,
)
from mofu.crawler.sources.base import Limits, Service, ServiceRefusal, Source, register
from mofu.errors import MofuError, QuotaPausedError, ServiceUnreachableError

PAGE_SIZE = 50
MAX_OFFSET = 10_000
MAX_QUERY_CHARS = 280
MAX_LAG_S = 5
BITMAPS = frozenset(
    f"image/{kind}" for kind in ("jpeg", "png", "gif", "webp", "tiff", "bmp", "x-bmp", "x-ms-bmp", "avif")
)


@register("commons")
class Commons(Source):
    """Needs no key; asks for serial requests and an honest User-Agent, and answers `maxlag` when its databases lag."""

    own_url = "https://commons.wikimedia.org"

    @property
    def limits(self) -> Limits:
        """50 results a page; MediaWiki's search goes 10,000 deep."""
        return Limits(page_size=PAGE_SIZE, max_hits=MAX_OFFSET)

    async def search(self, query: Query, cursor: str | None, service: Service) -> SearchPage:
        """One page of hits; the cursor is an offset."""
        offset, side = int(cursor or 0), self.crawler.max_side_px
        params: dict[str, str | int] = {
            "action": "query",
            "generator": "search",
            "gsrsearch": f"{query_text(self.name, query, MAX_QUERY_CHARS)} filetype:bitmap",
            "gsrnamespace": 6,
            "gsrlimit": PAGE_SIZE,
            "gsroffset": offset,
            "prop": "imageinfo",
            "iiprop": "url|size|mime|extmetadata",
            "iiextmetadatafilter": "LicenseShortName|LicenseUrl|Artist|ObjectName",
            "iiurlwidth": side,
            "iiurlheight": side,
            "format": "json",
            "formatversion": 2,
            "maxlag": MAX_LAG_S,
        }
        try:
            answer = await service.get_json(f"{self.base_url}/w/api.php", params)
        except ServiceRefusal as refusal:
            raise refused(self.name, refusal) from refusal
        return self._page(answer, offset)

    def _page(self, answer: object, offset: int) -> SearchPage:
        said = row(answer)
        if "error" in said:
            raise _error(row(said["error"]))
        if not said.keys() & {"query", "batchcomplete", "continue"}:
            raise malformed(self.name, "no 'query'")
        pages = rows(self.name, answer, "query", "pages") if "query" in said else []
        pages = sorted(pages, key=lambda page: number(page.get("index")) or MAX_OFFSET)  # the API gives them unordered
        hits = (_hit(page, self.crawler.max_side_px) for page in pages)
        onward = number(row(said.get("continue")).get("gsroffset"))
        more = onward is not None and offset < onward < MAX_OFFSET
        return SearchPage(tuple(hit for hit in hits if hit is not None), str(onward) if more else None)


def _hit(page: Row, max_side_px: int) -> Hit | None:
    infos = page.get("imageinfo")
    info = row(infos[0]) if isinstance(infos, list) and infos else {}
    url, mime = address(info.get("url")), text(info.get("mime"))
    if url is None or (mime is not None and mime.lower() not in BITMAPS):
        return None
    width, height = number(info.get("width")), number(info.get("height"))
    said = row(info.get("extmetadata"))
    page_of_license = address(_value(said, "LicenseUrl"))
    code = normalize(text(_value(said, "LicenseShortName")), url=page_of_license)
    scaled = address(info.get("thumburl")) if max(width or 0, height or 0) > max_side_px else None
    return Hit(
        url=url,
        fetch_url=scaled,
        page_url=address(info.get("descriptionurl")),
        title=markup_text(_value(said, "ObjectName")) or _file_title(page),
        creator=markup_text(_value(said, "Artist")),
        license=code,
        license_version=version_of(code),
        license_url=page_of_license,
        width=width,
        height=height,
    )


def _value(metadata: Row, name: str) -> object:
    return row(metadata.get(name)).get("value")


def _file_title(page: Row) -> str | None:
    title = text(page.get("title"))
    return title.removeprefix("File:").rpartition(".")[0] or title if title else None


def _error(error: Row) -> MofuError:
    said = text(error.get("info"), 200) or text(error.get("code")) or "no reason given"
    if error.get("code") == "maxlag":
        return QuotaPausedError(f"commons asks to wait ({said}): make the same call again", time.time() + MAX_LAG_S)
    return ServiceUnreachableError(f"commons answered with an error: {said}: try a plainer query, or again later")
