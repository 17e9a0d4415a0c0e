"""The hits that an image came from → what can be said of them on a page: links that lead to the web alone, licences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mofu.crawler.licenses import UNKNOWN, attribution, license_page
from mofu.db.hits import Provenance
from mofu.db.words import WordRecord
from mofu.export.plain_text import one_line, web_link


@dataclass(frozen=True, slots=True)
class ImageSource:
    """A hit that an image came from.

    Attributes:
        word: whose search gave it; None where it was the background's.
        search_rank: in the answers of its service, from 1.
        url, page_url, license_url: None where they lead elsewhere than to the web.
        title, creator: as the service told them, on one line; empty where it told none.
        license: its code; empty where it is not known.
        attribution: what is to be written beside the image.
    """

    word: WordRecord | None
    service: str
    search_rank: int
    url: str | None
    page_url: str | None
    title: str
    creator: str
    license: str
    license_url: str | None
    attribution: str
    crawled_at: datetime


def image_source(hit: Provenance, word: WordRecord | None) -> ImageSource:
    """What a page says of a hit."""
    url, page_url = web_link(hit.url), web_link(hit.page_url)
    told = one_line(hit.attribution)
    return ImageSource(
        word=word,
        service=hit.source,
        search_rank=hit.rank + 1,
        url=url,
        page_url=page_url,
        title=one_line(hit.title),
        creator=one_line(hit.creator),
        license="" if hit.license == UNKNOWN else hit.license,
        license_url=web_link(hit.license_url) or web_link(license_page(hit.license)),
        attribution=told or one_line(attribution(hit.title, hit.creator, hit.license, page_url or url)),
        crawled_at=hit.crawled_at,
    )
