"""A service that gives written answers and keeps what it was asked, in place of the network."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from mofu.crawler.hits import Query, SearchPage
from mofu.crawler.sources import Source, find
from mofu.settings import CrawlerSettings, SourceSettings


@dataclass
class WrittenService:
    """Gives its answers in turn; an exception among them is raised."""

    answers: list[Any]
    urls: list[str] = field(default_factory=list)
    params: list[dict[str, str | int]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    forms: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def _next(self) -> Any:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def get_json(
        self, url: str, params: Mapping[str, str | int] | None = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        self.urls.append(url)
        self.params.append(dict(params or {}))
        self.headers.append(dict(headers or {}))
        return self._next()

    async def post_form(self, url: str, form: Mapping[str, str]) -> Any:
        self.forms.append((url, dict(form)))
        return self._next()


@dataclass
class Asked:
    """A source set up with settings, and the service behind it."""

    source: Source
    service: WrittenService

    def search(self, text: str = "もふもふ", cursor: str | None = None, **query: Any) -> SearchPage:
        return asyncio.run(self.source.search(Query(text, **query), cursor, self.service))


@pytest.fixture
def ask() -> Callable[..., Asked]:
    """`ask("openverse", answer, …, key="k")`: a source with written answers; `max_side_px` sets the crawler's."""

    def make(name: str, *answers: Any, max_side_px: int = 1024, **settings: Any) -> Asked:
        source = find(name)(SourceSettings(**settings), CrawlerSettings(max_side_px=max_side_px))
        return Asked(source, WrittenService(list(answers)))

    return make
