"""Flickr (api.flickr.com): photographs with their owners and licences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from mofu.crawler.hits import Hit, Query, SearchPage
from mofu.crawler.licenses import UNKNOWN, matches, normalize, version_of
from mofu.crawler.sources.answers import Row, address, key_of, missing_key, number, refused, row, rows, tags, text
from mofu.crawler.sources.base import Limits, Service, ServiceRefusal, Source, register
from mofu.errors import ServiceUnreachableError

PAGE_SIZE = 250
MAX_HITS = 4_000
# The longer sides of Flickr's sizes: o is the original, whatever it is; owners may hide it.
SIZES = ("o", "l", "c", "z")
LARGE_PX = 1_024
INVALID_KEY = 100


@dataclass(frozen=True, slots=True)
class _License:
    code: str
    url: str | None


@register("flickr")
class Flickr(Source):
    """Needs a key. What its licence numbers mean is asked of Flickr once, for it has added to them over the years."""

    own_url = "https://api.flickr.com"
    _licenses: Mapping[str, _License] | None = None

    @property
    def limits(self) -> Limits:
        """3,600 requests an hour; at most the first 4,000 results of a query."""
        return Limits(page_size=PAGE_SIZE, max_hits=MAX_HITS, per_minute=60)

    def check(self) -> None:
        """Raise MissingKeyError where there is no key."""
        key_of(self)

    async def search(self, query: Query, cursor: str | None, service: Service) -> SearchPage:
        """One page of hits; the cursor is a page number."""
        licenses = await self._known_licenses(service)
        page = int(cursor or 1)
        params: dict[str, str | int] = {
            "text": query.text,
            "per_page": PAGE_SIZE,
            "page": page,
            "extras": ",".join(("license", "owner_name", "tags", *(f"url_{size}" for size in SIZES))),
            "safe_search": 1 if self.settings.safe else 3,
            "sort": "relevance",
            "media": "photos",
        }
        if query.licenses:
            numbers = [number_ for number_, known in licenses.items() if matches(known.code, query.licenses)]
            if not numbers:
                return SearchPage(())
            params["license"] = ",".join(numbers)
        answer = await self._call(service, "flickr.photos.search", params)
        photos = rows(self.name, answer, "photos", "photo")
        hits = (_hit(photo, licenses, self.crawler.max_side_px) for photo in photos)
        said = row(answer["photos"])
        more = bool(photos) and page < (number(said.get("pages")) or 1) and page * PAGE_SIZE < MAX_HITS
        found = tuple(hit for hit in hits if hit is not None)
        return SearchPage(found, str(page + 1) if more else None, number(said.get("total")))

    async def _known_licenses(self, service: Service) -> Mapping[str, _License]:
        if self._licenses is None:
            answer = await self._call(service, "flickr.photos.licenses.getInfo", {})
            self._licenses = dict(map(_license, rows(self.name, answer, "licenses", "license")))
        return self._licenses

    async def _call(self, service: Service, method: str, params: Mapping[str, str | int]) -> Mapping[str, Any]:
        own: dict[str, str | int] = {"method": method, "api_key": key_of(self), "format": "json", "nojsoncallback": 1}
        try:
            answer = row(await service.get_json(f"{self.base_url}/services/rest/", {**own, **params}))
        except ServiceRefusal as refusal:
            raise refused(self.name, refusal, "key") from refusal
        if answer.get("stat") == "fail":
            said = text(answer.get("message"), 200) or "no reason given"
            if number(answer.get("code")) == INVALID_KEY:
                raise missing_key(self.name, f"the key was refused ({said})", "key")
            raise ServiceUnreachableError(f"flickr answered with an error: {said}: try a plainer query, or again later")
        return answer


def _license(known: Row) -> tuple[str, _License]:
    url = address(known.get("url"))
    return text(known.get("id")) or "", _License(normalize(text(known.get("name")), url=url), url)


def _hit(photo: Row, licenses: Mapping[str, _License], max_side_px: int) -> Hit | None:
    size = next((size for size in SIZES if address(photo.get(f"url_{size}"))), None)
    url = address(photo.get(f"url_{size}"))
    if url is None:
        return None
    width, height = number(photo.get(f"width_{size}")), number(photo.get(f"height_{size}"))
    larger = size == "o" and max(width or 0, height or 0) > max(LARGE_PX, max_side_px)
    license_ = licenses.get(text(photo.get("license")) or "", _License(UNKNOWN, None))
    owner, number_ = text(photo.get("owner")), text(photo.get("id"))
    return Hit(
        url=url,
        fetch_url=address(photo.get("url_l")) if larger and max_side_px <= LARGE_PX else None,
        page_url=f"https://www.flickr.com/photos/{quote(owner)}/{quote(number_)}" if owner and number_ else None,
        title=text(photo.get("title")),
        creator=text(photo.get("ownername")),
        license=license_.code,
        license_version=version_of(license_.code),
        license_url=license_.url,
        width=width,
        height=height,
        tags=tags((text(photo.get("tags"), 2_000) or "").split()),
    )
