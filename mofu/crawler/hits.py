"""What a search service says: one `Hit` a result, a `SearchPage` an answer, an `Outcome` for what became of a hit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Query:
    """What a service is asked: the words, their language, and the licence codes wanted (empty: any)."""

    text: str
    language: str = "ja"
    licenses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """One result of a search service, as the service gave it; text is plain text, `license` a normalised code.

    `url` is the image's address as given (the original's); `fetch_url` a scaled copy to fetch in its place, where the
    service offers one.
    """

    url: str
    fetch_url: str | None = None
    page_url: str | None = None
    title: str | None = None
    creator: str | None = None
    license: str = "unknown"
    license_version: str | None = None
    license_url: str | None = None
    attribution: str | None = None
    width: int | None = None
    height: int | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One answer of a service: its hits in rank order, where to go on (None: no more), how many it says exist."""

    hits: tuple[Hit, ...]
    next_cursor: str | None = None
    total: int | None = None


class Outcome(StrEnum):
    """What became of a hit: stored, or a failure of a known kind.

    `quota` is a host's 429 that outlasted the retries, `disk` a local file that cannot be read, `license` a licence
    that the filter does not allow (never fetched).
    """

    STORED = "stored"
    HTTP = "http"
    NETWORK = "network"
    TIMEOUT = "timeout"
    REDIRECT = "redirect"
    FORBIDDEN_ADDRESS = "forbidden-address"
    ROBOTS = "robots"
    OPT_OUT = "opt-out"
    NOT_AN_IMAGE = "not-an-image"
    TRUNCATED = "truncated"
    UNDECODABLE = "undecodable"
    TOO_LARGE = "too-large"
    TOO_SMALL = "too-small"
    QUOTA = "quota"
    DISK = "disk"
    LICENSE = "license"


class HitFailure(Exception):  # noqa: N818 - an outcome of one hit, recorded, never the end of a run
    """A hit that cannot be stored: its kind and its reason."""

    def __init__(self, kind: Outcome, reason: str) -> None:
        super().__init__(f"{kind}: {reason}")
        self.kind, self.reason = kind, reason
