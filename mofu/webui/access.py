"""Who asks and what they may: roles, rights, and the rule that every view names the right that it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from flask import Flask, Response, current_app, g, redirect, request, url_for
from werkzeug.exceptions import Forbidden, Unauthorized
from werkzeug.wrappers import Response as AnyResponse

from mofu.db.people import Role as Role  # what a person is; pages take it from here

View = TypeVar("View", bound=Callable[..., object])


class Right(StrEnum):
    """What a view needs of whoever calls it."""

    ANYONE = "anyone"
    SEE = "see"
    JUDGE = "judge"
    CURATE = "curate"
    ADMINISTER = "administer"


RIGHTS: Mapping[Role | None, frozenset[Right]] = {
    None: frozenset({Right.ANYONE}),
    Role.VIEWER: frozenset({Right.ANYONE, Right.SEE}),
    Role.ANNOTATOR: frozenset({Right.ANYONE, Right.SEE, Right.JUDGE}),
    Role.CURATOR: frozenset({Right.ANYONE, Right.SEE, Right.JUDGE, Right.CURATE}),
    Role.ADMIN: frozenset(Right),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever is logged in.

    Attributes:
        name: as it stands in verdicts and in the log of what was done.
        role: what they may.
        by_token: whether a script asks with a bearer token, which no browser sends by itself.
        language, theme: as they chose; None: as their browser asks.
    """

    name: str
    role: Role
    by_token: bool = False
    language: str | None = None
    theme: str | None = None

    def may(self, right: Right) -> bool:
        """Whether this person has a right."""
        return right in RIGHTS[self.role]


Identify = Callable[[], Person | None]
"""Reads the request's session or bearer token."""


def needs(right: Right) -> Callable[[View], View]:
    """Name the right that a view needs; `page` and `action` do it for theirs."""

    def mark(view: View) -> View:
        view.needed_right = right  # type: ignore[attr-defined]  # Flask's views are plain functions
        return view

    return mark


def right_of(view: Callable[..., object]) -> Right | None:
    """The right that a view needs; None where it names none."""
    return getattr(view, "needed_right", None)


def current_person() -> Person | None:
    """Whoever asks; None for a stranger."""
    person: Person | None = g.get("person")
    return person


def the_person() -> Person:
    """Whoever asks, in a view that strangers do not reach."""
    person = current_person()
    if person is None:
        raise Unauthorized
    return person


def may(right: str) -> bool:
    """Whether whoever asks has a right; for templates."""
    return Right(right) in RIGHTS[person.role if (person := current_person()) else None]


def guard(app: Flask, identify: Identify) -> None:
    """Let every request through this gate, and refuse to start with a view that names no right.

    Raises:
        RuntimeError: a view has none.
    """
    nameless = sorted(name for name, view in app.view_functions.items() if right_of(view) is None)
    if nameless:
        raise RuntimeError(f"views without a right: {', '.join(nameless)}")

    def admit() -> AnyResponse | None:
        g.person = identify()
        if request.endpoint is None:
            return None  # no such address: the error page is for everyone
        needed = right_of(current_app.view_functions[request.endpoint])
        if needed is not None and needed in RIGHTS[g.person.role if g.person else None]:
            return None
        if g.person is not None:
            raise Forbidden
        return _to_login()

    app.before_request(admit)
    app.jinja_env.globals.update(may=may, person=current_person)


def _to_login() -> AnyResponse:
    if wants_json() or request.method != "GET":
        raise Unauthorized
    if request.headers.get("HX-Request"):
        return Response(status=204, headers={"HX-Redirect": url_for("people.login")})
    return redirect(url_for("people.login", next=request.full_path.rstrip("?")))


def wants_json() -> bool:
    """Whether the answer is to be data: an address in .json, a token, a JSON body, or an Accept header that says so."""
    shown = request.authorization
    if request.path.endswith(".json") or request.is_json or (shown is not None and shown.type == "bearer"):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html")
    return best == "application/json" and request.accept_mimetypes[best] > request.accept_mimetypes["text/html"]
