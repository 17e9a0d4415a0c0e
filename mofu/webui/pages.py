"""A view that returns what there is to show → the page, and the same address with `.json`, which gives it as data."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
from flask import Blueprint, Response, jsonify, render_template
from werkzeug.wrappers import Response as AnyResponse

from mofu.webui.access import Right, needs, wants_json

Shown = Callable[..., Any]
DATA = "application/json"


@dataclass(frozen=True, slots=True)
class Described:
    """What the description of the interface says of a view.

    Attributes:
        view: the function; its docstring says what it does, its annotation what it answers.
        query: a dataclass of what may stand behind the `?`; None: nothing.
        body: a dataclass of what is sent as JSON; None: nothing.
        answers: what is given as data; None: what the view's annotation says.
        status: of an answer to a script that all went well.
        refuses: further statuses → what is answered then, beside the error; None: the error alone.
        media: what is given: data, unless this says otherwise.
    """

    view: Shown
    query: type | None = None
    body: type | None = None
    answers: Any = None
    status: int = 200
    refuses: Mapping[int, Any] = field(default_factory=dict)
    media: str = DATA


def described(view: Callable[..., object]) -> Described | None:
    """What was said of a registered view; None of one that is for browsers alone."""
    return getattr(view, "described", None)


def page(
    blueprint: Blueprint, rule: str, *, right: Right, template: str, query: type | None = None
) -> Callable[[Shown], Shown]:
    """Register a view for an address and for its `.json` twin.

    The view returns a frozen dataclass, which the template knows as `page` and scripts get as an object of its fields
    (properties left out, names with an underscore too); a response that it makes itself is passed on.

    Args:
        rule: the address, e.g. `/words/<slug>`; `/` has `/index.json` beside it.
        right: what whoever asks needs.
        query: a dataclass of what may stand behind the `?`, for the description of the interface.
    """

    def register(view: Shown) -> Shown:
        @needs(right)
        @functools.wraps(view)
        def answer(**arguments: Any) -> AnyResponse | str:
            shown = view(**arguments)
            if isinstance(shown, AnyResponse):
                return shown
            if wants_json():
                return data(shown)
            return render_template(template, page=shown)

        answer.described = Described(view, query)  # type: ignore[attr-defined]  # as the right is
        twin = ("/index" if rule == "/" else rule) + ".json"
        blueprint.add_url_rule(rule, view.__name__, answer, methods=["GET"])
        blueprint.add_url_rule(twin, f"{view.__name__}_json", answer, methods=["GET"])
        return view

    return register


def action(
    blueprint: Blueprint,
    rule: str,
    *,
    right: Right,
    methods: tuple[str, ...] = ("POST",),
    query: type | None = None,
    body: type | None = None,
    answers: Any = None,
    status: int = 200,
    refuses: Mapping[int, Any] | None = None,
) -> Callable[[Shown], Shown]:
    """Register a view that changes something: what it returns is a response, or a dataclass given as data.

    Args:
        query, body: dataclasses of what may stand behind the `?` and of what is sent as JSON, for the description.
        answers, status, refuses: what scripts are given, where the view makes the response itself; see `Described`.
    """

    def register(view: Shown) -> Shown:
        @needs(right)
        @functools.wraps(view)
        def answer(**arguments: Any) -> AnyResponse:
            done = view(**arguments)
            return done if isinstance(done, AnyResponse) else data(done)

        told = Described(view, query, body, answers, status, refuses or {})
        answer.described = told  # type: ignore[attr-defined]  # as the right is
        blueprint.add_url_rule(rule, view.__name__, answer, methods=list(methods))
        return view

    return register


def described_as(media: str, refuses: Mapping[int, Any] | None = None) -> Callable[[Shown], Shown]:
    """Describe a view that gives a file of a type; `refuses` as `Described` has it."""

    def mark(view: Shown) -> Shown:
        view.described = Described(view, media=media, refuses=refuses or {})  # type: ignore[attr-defined]  # as the right is
        return view

    return mark


def data(shown: Any, status: int = 200) -> Response:
    """A dataclass (or what it is made of) as JSON."""
    response = jsonify(plain(shown))
    response.status_code = status
    return response


_FIELD_NAMES: dict[type[object], tuple[str, ...] | None] = {}
"""Of types that were met: a page of a thousand images asks for theirs a thousand times."""
_AS_THEY_ARE = frozenset({str, int, float, bool, type(None)})


def plain(value: Any) -> Any:
    """What JSON knows, of dataclasses, times (ISO 8601, UTC), enums, paths and numpy numbers."""
    kind: type[object] = type(value)
    if kind in _AS_THEY_ARE:
        return value
    names = _field_names(kind)
    if names is not None:
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(each) for each in (sorted(value) if isinstance(value, (set, frozenset)) else value)]
    return _single(value)


def _field_names(kind: type[object]) -> tuple[str, ...] | None:
    """What is given of a dataclass; None of another type."""
    if kind not in _FIELD_NAMES:
        names = [f.name for f in dataclasses.fields(kind)] if dataclasses.is_dataclass(kind) else None
        _FIELD_NAMES[kind] = None if names is None else tuple(name for name in names if not name.startswith("_"))
    return _FIELD_NAMES[kind]


def _single(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    return value.item() if isinstance(value, np.generic) else value
