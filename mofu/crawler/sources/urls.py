"""A list of addresses that the user has: a text, CSV, TSV, JSON-lines or Parquet file with a URL column."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from mofu.crawler.hits import Hit, Query, SearchPage
from mofu.crawler.sources.answers import address
from mofu.crawler.sources.base import Limits, Service, Source, register
from mofu.crawler.sources.tables import START, hit_of, records, url_column
from mofu.errors import InvalidInputError

PAGE_SIZE = 1_000


@register("urls")
class Urls(Source):
    """Gives every address of `sources.urls.path` for any word.

    The address is in `sources.urls.column`, or in the column with one of the names that img2dataset's lists have.
    Columns such as title, license, page_url, creator, width and height are used where there are any.
    """

    own_url = ""

    @property
    def limits(self) -> Limits:
        """None: the file is read in pages."""
        return Limits(page_size=PAGE_SIZE)

    @property
    def path(self) -> Path:
        """The file.

        Raises:
            InvalidInputError: none is set.
        """
        if not self.settings.path:
            remedy = "set sources.urls.path to a text, CSV, TSV, JSONL or Parquet file"
            raise InvalidInputError(f"urls: no file is named: {remedy}")
        return Path(self.settings.path).expanduser()

    def check(self) -> None:
        """Raise InvalidInputError where no file is named or it is not there."""
        if not self.path.is_file():
            raise InvalidInputError(f"{self.path}: no such file: set sources.urls.path to a list of addresses")

    async def search(self, query: Query, cursor: str | None, service: Service) -> SearchPage:
        """At most 1,000 hits; the cursor is a place in the file."""
        del query, service
        self.check()
        hits: list[Hit] = []
        column = self.settings.column
        with closing(records(self.path, cursor or START)) as rows:
            for record, place in rows:
                if not hits:
                    column = url_column(record, self.settings.column)
                url = address(record.get(column or ""))
                if url is not None:
                    hits.append(hit_of(record, url))
                if len(hits) == PAGE_SIZE:
                    return SearchPage(tuple(hits), place)
        return SearchPage(tuple(hits))
