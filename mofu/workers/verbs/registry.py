"""Verbs → typed requests and what does them: one table, filled by one decorator; and JSON → a request, checked."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from mofu.errors import InvalidInputError, UnknownNameError
from mofu.settings import Settings

STRICT = ConfigDict(extra="forbid")
"""What requests are read by: a field that does not exist is a mistake."""


class Request(Protocol):
    """What is asked of a verb: a frozen dataclass of what JSON knows."""

    @property
    def subject(self) -> str:
        """The word or words that it is about, for people."""

    def check(self, settings: Settings) -> None:
        """Raise a UsageError or MissingError where it cannot be done, before anything waits for it."""


Does: TypeAlias = Any
"""A `mofu.library.Library`, which lies above this package and so cannot be named in it."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a verb did: a line for people, what programs may want of it (as JSON), whether something is missing."""

    message: str
    values: dict[str, Any] | None = None
    is_partial: bool = False


AnyRequest = TypeVar("AnyRequest", bound=Request)
Run = Callable[[Does, AnyRequest], Done]


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb.

    Attributes:
        joins_running: whether one that runs is the same as one asked for: it goes on until it has all.
        writes: whether it needs the library's one writing place.
    """

    name: str
    request: type[Any]
    run: Callable[[Does, Any], Done]
    joins_running: bool
    writes: bool


REGISTRY: dict[str, Verb] = {}
_HOMES = ("mining", "comparing", "segmenting", "styling", "delivering")
"""The files of this folder that hold verbs."""


def verb(
    name: str, request: type[AnyRequest], *, joins_running: bool = False, writes: bool = True
) -> Callable[[Run[AnyRequest]], Run[AnyRequest]]:
    """Register what does a verb; a name can be taken once."""

    def decorate(run: Run[AnyRequest]) -> Run[AnyRequest]:
        if name in REGISTRY:
            raise ValueError(f"verb {name!r} is registered twice")
        REGISTRY[name] = Verb(name, request, run, joins_running, writes)
        return run

    return decorate


def find(name: str) -> Verb:
    """The verb of a name.

    Raises:
        UnknownNameError: lists the known ones, the nearest first.
    """
    for home in _HOMES:
        importlib.import_module(f"mofu.workers.verbs.{home}")
    if name not in REGISTRY:
        raise UnknownNameError("job", name, REGISTRY)
    return REGISTRY[name]


def read(of: Verb, given: Mapping[str, Any]) -> Request:
    """The typed request of JSON.

    Raises:
        InvalidInputError: a field that the request has not, one that is missing, or a value that it cannot have.
    """
    try:
        request: Request = TypeAdapter(of.request).validate_python(dict(given))
    except ValidationError as error:
        # A name that is misspelt says more than the one that is therefore missing.
        first = min(error.errors(), key=lambda each: each["type"] == "missing")
        name = ".".join(str(part) for part in first["loc"])
        shown = "" if first["type"] in ("missing", "unexpected_keyword_argument") else f"={str(first['input'])[:60]!r}"
        raise InvalidInputError(f"{of.name}: {name}{shown}: {first['msg']}") from error
    return request


def plain(of: Verb, request: Request) -> dict[str, Any]:
    """A request as JSON; what was left at its default is left out."""
    values: dict[str, Any] = TypeAdapter(of.request).dump_python(request, mode="json", exclude_defaults=True)
    return values
