"""From a service's JSON, hostile until read, to plain values: text without control characters, addresses, sizes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

from mofu.crawler.hits import Query
from mofu.crawler.sources.base import ServiceRefusal, Source
from mofu.errors import InvalidInputError, MissingKeyError, MofuError, ServiceUnreachableError

TITLE_CHARS = 500
URL_CHARS = 8_000
VERSION_CHARS = 32
"""Of a licence, as the rows hold it."""
TAG_CHARS = 100
MAX_TAGS = 50
MAX_NUMBER = 2**31 - 1

# Control characters, lone surrogates (no encoder takes them), the marks that turn the direction of a line around,
# and the byte-order mark. Joiners stay: emoji and Indic scripts are written with them.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+")

Row = Mapping[str, Any]


def text(value: object, limit: int = TITLE_CHARS) -> str | None:
    """Plain text on one line of at most `limit` characters; None where there is none."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15:
        value = str(value)
    if not isinstance(value, str):
        return None
    raw = value[: 4 * limit]  # a title of a gigabyte costs no more than a long one
    return " ".join(_UNPRINTABLE.sub(" ", raw).split())[:limit].rstrip() or None


def markup_text(value: object, limit: int = TITLE_CHARS) -> str | None:
    """The text of a piece of HTML, without its tags, scripts and styles."""
    if not isinstance(value, str):
        return text(value, limit)
    reader = _TextOfMarkup()
    reader.feed(value[: 20 * limit])
    reader.close()
    return text("".join(reader.pieces), limit)


def address(value: object) -> str | None:
    """An address as given, without control characters, cut to 8,000; whether it may be fetched is the fetcher's say."""
    if not isinstance(value, str):
        return None
    return _UNPRINTABLE.sub("", value[: 2 * URL_CHARS]).strip()[:URL_CHARS] or None


def number(value: object) -> int | None:
    """A count or a size in pixels from 1 to 2^31 - 1, written as a number or as digits; None for anything else."""
    if isinstance(value, str) and re.fullmatch("[0-9]{1,10}", value.strip()):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value <= MAX_NUMBER:
        return None
    return int(value)


def tags(values: object) -> tuple[str, ...]:
    """At most 50 distinct tags of at most 100 characters, in the order given; each a text or `{"name": text}`."""
    if not isinstance(values, list):
        return ()
    names = (text(value.get("name") if isinstance(value, Mapping) else value, TAG_CHARS) for value in values[:500])
    return tuple(dict.fromkeys(name for name in names if name))[:MAX_TAGS]


def row(value: object) -> Row:
    """A mapping, empty where the service gave something else: for the optional parts of a result."""
    return value if isinstance(value, Mapping) else {}


def rows(source: str, answer: object, *path: str) -> list[Row]:
    """The results of an answer, found along a path of names.

    Raises:
        ServiceUnreachableError: the answer is not of its documented shape.
    """
    value = answer
    for name in path:
        if not isinstance(value, Mapping) or name not in value:
            raise malformed(source, f"no {name!r}")
        value = value[name]
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        raise malformed(source, f"{path[-1]!r} is not a list of objects")
    return value


def malformed(source: str, what: str) -> ServiceUnreachableError:
    """The error for an answer that is not of its documented shape."""
    return ServiceUnreachableError(
        f"{source} answered with something that is not its documented shape: {what}; "
        f"check sources.{source}.base_url, or try again later"
    )


def missing_key(source: str, why: str, *settings: str) -> MissingKeyError:
    """The error for a key that is missing or refused; `settings` are names such as `key`."""
    names = " and ".join(f"sources.{source}.{name}" for name in settings)
    variables = " and ".join(f"MOFU_SOURCES__{source}__{name}".upper() for name in settings)
    return MissingKeyError(f"{source}: {why}: set {names} (or {variables} in the environment)")


def key_of(source: Source) -> str:
    """The key of a source that does not work without one.

    Raises:
        MissingKeyError: says which setting holds it.
    """
    if source.settings.key is None:
        raise missing_key(source.name, "needs an API key", "key")
    return source.settings.key.get_secret_value()


def query_text(source: str, query: Query, max_chars: int, max_words: int | None = None) -> str:
    """The query's text, where the service takes one of this length.

    Raises:
        InvalidInputError: too long; cutting it would search for something else.
    """
    words = len(query.text.split())
    if len(query.text) > max_chars or (max_words is not None and words > max_words):
        limit = f"{max_chars} characters" + (f" and {max_words} words" if max_words else "")
        said = f"{query.text[:40]!r}… has {len(query.text)} characters and {words} words"
        raise InvalidInputError(f"{source}: {said}: expected at most {limit}: search for a shorter one")
    return query.text


def refused(source: str, refusal: ServiceRefusal, *settings: str) -> MofuError:
    """The error, with what to do, for a service's 4xx answer; `settings` are those that hold its key."""
    said = text(refusal.text, 200) or "no reason given"
    if refusal.status in (401, 403) and settings:
        return missing_key(source, f"the key was refused (HTTP {refusal.status}: {said})", *settings)
    if refusal.status in (400, 422):
        return InvalidInputError(
            f"{source} refused the query (HTTP {refusal.status}: {said}): try a shorter, plainer one"
        )
    remedy = f"check sources.{source}.base_url, or try again later"
    return ServiceUnreachableError(f"{source} refused the search (HTTP {refusal.status}: {said}): {remedy}")


class _TextOfMarkup(HTMLParser):
    """Collects what a browser would show of a piece of HTML."""

    _hidden = ("script", "style")

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._inside_hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self._inside_hidden = tag in self._hidden
        if tag in ("br", "p", "div", "li"):
            self.pieces.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._hidden:
            self._inside_hidden = False

    def handle_data(self, data: str) -> None:
        if not self._inside_hidden:
            self.pieces.append(data)
