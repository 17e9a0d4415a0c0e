"""What clients send → what views and databases can hold, or a refusal that says what was wrong.

Three things are refused for every view at once: bytes 0 in an address or a form, text in JSON that no UTF-8 can hold,
and numbers that no column can hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn, overload

from flask import Flask, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import BadRequest
from werkzeug.routing import IntegerConverter, Map

from mofu.errors import InvalidInputError

LARGEST_NUMBER = 2**31 - 1
"""Of a row: what an INTEGER of PostgreSQL holds."""


class Number(IntegerConverter):
    """The number of a row in an address; a larger one names nothing."""

    def __init__(self, map: Map) -> None:  # noqa: A002 - werkzeug's name for it
        super().__init__(map, max=LARGEST_NUMBER)


class StrictJson(DefaultJSONProvider):
    """JSON as its standard has it: no NaN, no half characters, no character 0."""

    ensure_ascii = False

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """As `json.loads`; raises ValueError for what could not be stored, too."""
        try:
            loaded = super().loads(s, parse_constant=_refuse_constant, **kwargs)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
        if any("\0" in text.encode().decode() for text in _texts(loaded)):  # half characters do not encode
            raise ValueError("a character 0")
        return loaded


def install(app: Flask) -> None:
    """Refuse what no view can use."""
    app.json = StrictJson(app)
    app.url_map.converters["int"] = Number

    def check_address() -> None:
        if "\0" in request.path or "%00" in request.environ.get("QUERY_STRING", ""):
            raise BadRequest

    def check_form() -> None:
        if request.form and any("\0" in text for _, text in request.form.items(multi=True)):
            raise BadRequest

    app.before_request(check_address)
    app.before_request(check_form)


def sent() -> Mapping[str, Any]:
    """The JSON object, or the form, that came.

    Raises:
        InvalidInputError: JSON that is no object.
        BadRequest: a body that is no JSON though it says so.
    """
    body = request.get_json() if request.is_json else request.form
    if not isinstance(body, Mapping):
        raise InvalidInputError(f"body: expected a JSON object, e.g. {{}}, not {str(body)[:40]!r}")
    return body


@overload
def number(name: str) -> int | None: ...


@overload
def number(name: str, otherwise: int) -> int: ...


def number(name: str, otherwise: int | None = None) -> int | None:
    """A whole number behind the `?`: a row's or a count; what is none, or too large for a column, is as if left out."""
    asked = request.args.get(name, type=int)
    return asked if asked is not None and abs(asked) <= LARGEST_NUMBER else otherwise


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _texts(value: Any) -> Iterator[str]:
    """Every text in what JSON held, names included."""
    left = [value]
    while left:
        each = left.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict):
            left.extend((*each.keys(), *each.values()))
        elif isinstance(each, list):
            left.extend(each)
