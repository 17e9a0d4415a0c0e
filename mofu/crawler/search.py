"""A word's hits in the order of search: sources interleaved by rank, read page by page as they are needed, kept.

Reading is lazy and repeatable: a page is asked for only when one of its hits is wanted, and is stored with the place
where reading goes on in one transaction, so that no request is made twice, whenever a crawl was stopped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from mofu.crawler.hits import Hit, Query, SearchPage
from mofu.crawler.sources.base import REGISTRY, Service, Source
from mofu.db import hits
from mofu.db.engine import Database
from mofu.db.hits import HitRecord, StreamRecord
from mofu.db.words import WordRecord


class SourceHits:
    """One source's hits of a word, over its query and the variants that follow when that one ends."""

    def __init__(self, database: Database, word: WordRecord, source: Source, service: Service) -> None:
        self._database, self._word, self.source, self._service = database, word, source, service
        self._place = list(REGISTRY).index(source.name)
        self._queries: list[Query] = []
        self._streams: list[StreamRecord] = []
        self.known: list[HitRecord] = []
        self.stored: dict[str, str] = {}
        """Addresses that are stored already, for whatever word: address → SHA-256 of the image."""

    def open(self, queries: Sequence[Query], known: Sequence[HitRecord]) -> None:
        """Take up where the last crawl of these queries stopped."""
        self.known = [hit for hit in known if hit.source == self.source.name]
        self._queries = list(queries)
        with self._database.write() as session:
            self.stored = hits.stored_images(session, [hit.url for hit in self.known if hit.image_sha256 is None])
            self._streams = [
                hits.open_stream(session, self._word.id, self.source.name, q.text, ",".join(q.licenses))
                for q in queries
            ]

    async def at(self, rank: int, most: int | None) -> HitRecord | None:
        """The hit of a rank, asking the service for more pages where needed; None where there is none."""
        while len(self.known) <= rank and (most is None or rank < most):
            current = next((i for i, stream in enumerate(self._streams) if not stream.exhausted), None)
            if current is None:
                return None
            stream = self._streams[current]
            page = await self.source.search(self._queries[current], stream.cursor, self._service)
            self._streams[current], new = await asyncio.to_thread(self._keep, stream, page)
            self.known += new
        return self.known[rank] if rank < len(self.known) and (most is None or rank < most) else None

    def _keep(self, stream: StreamRecord, page: SearchPage) -> tuple[StreamRecord, list[HitRecord]]:
        cursor = page.next_cursor if page.next_cursor != stream.cursor else None
        most = self.source.limits.max_hits
        if most is not None and stream.hits + len(page.hits) >= most:
            cursor = None
        rows = [_columns(hit) for hit in page.hits]
        with self._database.write() as session:
            self.stored |= hits.stored_images(session, [hit.url for hit in page.hits])
            return hits.add_page(session, stream, self._place, rows, cursor, page.total, since=len(self.known))


class WordHits:
    """A word's hits of all sources: rank by rank, the sources in registry order within a rank."""

    def __init__(self, sources: Sequence[SourceHits], most: int | None = None) -> None:
        self._sources = list(sources)
        self._most = most
        self._rank = 0
        self._next_source = 0
        self._any_at_rank = False

    async def next(self) -> tuple[SourceHits, HitRecord] | None:
        """The next hit with its source; None when all have ended or `most` ranks are through."""
        while True:
            if self._next_source == len(self._sources):
                if not self._any_at_rank:
                    return None
                self._rank, self._next_source, self._any_at_rank = self._rank + 1, 0, False
            source = self._sources[self._next_source]
            hit = await source.at(self._rank, self._most)
            self._next_source += 1
            if hit is not None:
                self._any_at_rank = True
                return source, hit


def _columns(hit: Hit) -> dict[str, Any]:
    return asdict(hit) | {"tags": list(hit.tags)}
