"""A request's session or bearer token → the person who asks."""

from __future__ import annotations

from flask import request, session

from mofu.db.people import Role, UserRecord
from mofu.webui.access import Person
from mofu.webui.context import library
from mofu.workers import entering
from mofu.workers.entering import Entered

LOGIN = "login"
"""Where the session keeps the secret of the login that it stands for."""


def identify() -> Person | None:
    """Whoever the bearer token or else the session is of; None for a stranger.

    A token that is none makes a stranger, even in a browser that is logged in: a script must see that it is refused.
    """
    shown = request.authorization
    if shown is not None and shown.type == "bearer":
        found = entering.shown_token(library().workshop, shown.token or "")
        return _person(*found, by_token=True) if found else None
    secret = session.get(LOGIN)
    user = entering.logged_in(library().workshop, secret) if isinstance(secret, str) else None
    return _person(user, user.role) if user else None


def come_in(entered: Entered) -> None:
    """Let this browser stand for who just came in; nothing that it held before stays, so nobody can have planted it."""
    old = session.get(LOGIN)
    session.clear()
    session[LOGIN] = entered.secret
    session.permanent = True
    if isinstance(old, str):
        entering.log_out(library().workshop, old)


def go_out() -> None:
    """End this browser's login, here and in the database."""
    secret = session.get(LOGIN)
    session.clear()
    if isinstance(secret, str):
        entering.log_out(library().workshop, secret)


def _person(user: UserRecord, role: Role, *, by_token: bool = False) -> Person:
    return Person(user.name, role, by_token, user.language, user.theme)
