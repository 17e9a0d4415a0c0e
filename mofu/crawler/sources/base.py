"""What a search service is to mofu: a name, its documented limits, and one page of hits at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, ClassVar, Protocol, TypeVar

from mofu.crawler.hits import Query, SearchPage
from mofu.errors import UnknownNameError
from mofu.settings import CrawlerSettings, SourceSettings


@dataclass(frozen=True, slots=True)
class Limits:
    """A service's documented limits on its own host; None where it states none.

    Attributes:
        page_size: hits that one request gives.
        max_hits: hits that one query can give in all.
        per_minute, per_day: requests.
    """

    page_size: int
    max_hits: int | None = None
    per_minute: int | None = None
    per_day: int | None = None


class Service(Protocol):
    """How a source reaches its service: quotas, waiting and transport faults are this side's business."""

    async def get_json(
        self, url: str, params: Mapping[str, str | int] | None = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        """The JSON answer of a GET.

        Raises:
            ServiceRefusal: a 4xx other than 429, with the status and the answer's text.
            ServiceUnreachableError: no answer, 5xx after retries, or an answer that is not JSON.
            QuotaPausedError: 429 with a wait longer than the settings allow.
        """

    async def post_form(self, url: str, form: Mapping[str, str]) -> Any:
        """The JSON answer of a POSTed form (OAuth2 tokens); raises as `get_json` does."""


class ServiceRefusal(Exception):  # noqa: N818 - the source turns it into an error that says what to do
    """A service's 4xx answer other than 429."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"HTTP {status}: {text[:200]}")
        self.status, self.text = status, text


class Source(ABC):
    """One search service. A subclass is registered by name with `@register`; `__init__` stores, `search` asks."""

    name: ClassVar[str]
    own_url: ClassVar[str]
    """The service's own base address; its documented quotas hold for this host alone."""
    local: ClassVar[bool] = False
    """Whether hits are files of the user's, opened with `open`, rather than addresses of the web."""

    def __init__(self, settings: SourceSettings, crawler: CrawlerSettings) -> None:
        self.settings, self.crawler = settings, crawler

    @property
    def base_url(self) -> str:
        """Scheme and host with an optional prefix, without a trailing slash."""
        return (self.settings.base_url or self.own_url).rstrip("/")

    @property
    def is_own_host(self) -> bool:
        """Whether the documented quotas hold."""
        return self.base_url == self.own_url.rstrip("/")

    @property
    @abstractmethod
    def limits(self) -> Limits:
        """The documented limits for the way this source is set up (anonymous or with a key)."""

    def check(self) -> None:  # noqa: B027 - most sources need nothing
        """Raise MissingKeyError or InvalidInputError, with what to do, where something that it needs is missing."""

    @abstractmethod
    async def search(self, query: Query, cursor: str | None, service: Service) -> SearchPage:
        """One page of hits; `cursor` is None for the first page, then the last page's `next_cursor`."""

    def open(self, url: str) -> BinaryIO:
        """Open a hit of a local source for reading."""
        raise NotImplementedError(f"{self.name} gives addresses of the web, not files")


REGISTRY: dict[str, type[Source]] = {}
SourceT = TypeVar("SourceT", bound=type[Source])


def register(name: str) -> Callable[[SourceT], SourceT]:
    """Register a source class under a name; a name can be taken once."""

    def decorate(source: SourceT) -> SourceT:
        if name in REGISTRY:
            raise ValueError(f"source {name!r} is registered twice")
        source.name = name
        REGISTRY[name] = source
        return source

    return decorate


def find(name: str) -> type[Source]:
    """The source class of a name.

    Raises:
        UnknownNameError: lists the known names and the nearest.
    """
    try:
        return REGISTRY[name]
    except KeyError:
        raise UnknownNameError("source", name, REGISTRY) from None
