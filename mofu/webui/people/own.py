"""`/settings`: language and theme for everyone; one's own password, tokens and sessions for who is logged in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from flask import flash, redirect, render_template, request, session
from flask_babel import gettext as _
from werkzeug.exceptions import Forbidden, TooManyRequests
from werkzeug.wrappers import Response

from mofu.db import people as rows
from mofu.db.people import Role, TokenRecord, UserRecord
from mofu.errors import InvalidInputError
from mofu.webui import languages
from mofu.webui.access import Right, current_person, the_person, wants_json
from mofu.webui.context import library
from mofu.webui.identity import LOGIN, go_out
from mofu.webui.pages import action, data, page
from mofu.webui.people.group import Said, blueprint, given, given_role, limiter, own_account
from mofu.webui.told import said
from mofu.workers import entering, people


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """What everyone chooses, and what is one's own.

    Attributes:
        account: of whoever is logged in; None for a stranger.
        tokens: of the account, those that are not revoked.
        sessions: in how many browsers the account is logged in.
        made: a token that was made just now, the only time that its secret is seen.
        wrong: what is wrong with a field, by its name.
    """

    language: str
    theme: str
    keys: str
    account: UserRecord | None = None
    tokens: tuple[TokenRecord, ...] = ()
    sessions: int = 0
    roles: tuple[Role, ...] = ()
    made: entering.MadeToken | None = None
    wrong: tuple[tuple[str, str], ...] = ()

    def error(self, name: str) -> str | None:
        """What is wrong with a field."""
        return dict(self.wrong).get(name)


@dataclass(frozen=True, slots=True)
class Look:
    """A language of the pages, a theme, and whether single characters are keys."""

    language: Literal["en", "ja"]
    theme: Literal["auto", "light", "dark"]
    keys: Literal["on", "off"] = "on"


@dataclass(frozen=True, slots=True)
class NewPassword:
    """The password that holds, and the one that shall."""

    current: str
    new: str


@dataclass(frozen=True, slots=True)
class TokenAsked:
    """What a token is for, and the most it may do; null: what its owner may."""

    label: str
    role: Role | None = None


@page(blueprint, "/settings", right=Right.ANYONE, template="people/settings.html")
def settings() -> SettingsPage:
    """What can be chosen."""
    return _settings()


def _settings() -> SettingsPage:
    look = SettingsPage(languages.language(), languages.theme(), languages.keys())
    if current_person() is None:
        return look
    account = own_account()
    with library().database.read() as opened:
        tokens = tuple(rows.tokens(opened, account.id))
        sessions = rows.count_logins(opened, account.id)
    roles = tuple(role for role in Role if rows.lesser(role, account.role) is role)
    return replace(look, account=account, tokens=tokens, sessions=sessions, roles=roles)


@action(blueprint, "/settings/look", right=Right.ANYONE, body=Look, status=303)
def choose_look() -> Response:
    """Keep language and theme in this browser and for the person; keys in this browser, which may have no keyboard."""
    language, theme, keys = given("language"), given("theme"), given("keys") or languages.keys()
    for name, chosen, known in (
        ("language", language, languages.LANGUAGES),
        ("theme", theme, languages.THEMES),
        ("keys", keys, languages.KEYS),
    ):
        if chosen not in known:
            raise InvalidInputError(f"{name} {chosen[:20]!r}: expected one of {', '.join(known)}")
    if current_person() is not None:
        people.choose_look(library().workshop, own_account().id, language, theme)
    response = redirect("/settings", 303)
    cookies = {languages.LANGUAGE_COOKIE: language, languages.THEME_COOKIE: theme, languages.KEYS_COOKIE: keys}
    for name, value in cookies.items():
        response.set_cookie(
            name, value, max_age=languages.YEAR_S, httponly=True, samesite="Lax", secure=request.is_secure
        )
    return response


@action(blueprint, "/settings/password", right=Right.SEE, body=NewPassword, answers=Said, refuses={429: None})
def change_password() -> Response:
    """Set a new password, by who knows the old one; every other session ends."""
    account, new = _in_person(), given("new")
    wait_s = limiter().admit(request.remote_addr or "", account.name)
    if wait_s > 0:
        raise TooManyRequests(retry_after=wait_s)
    if not people.knows_password(library().workshop, account.id, given("current")):
        return _wrong("current", InvalidInputError(_("This is not your password.")))
    limiter().forgive(account.name)
    if not wants_json() and new != given("again"):
        return _wrong("new", InvalidInputError(_("The two passwords differ.")))
    try:
        people.set_password(library().workshop, account.name, account.id, new, keep=session[LOGIN])
    except InvalidInputError as error:
        return _wrong("new", error)
    return _done(_("The password is changed; every other browser is logged out."))


@action(blueprint, "/settings/tokens", right=Right.SEE, body=TokenAsked)
def make_token() -> entering.MadeToken | Response:
    """Make a token; its secret is in this answer and nowhere else."""
    account = _in_person()
    try:
        role = given_role() if given("role") else None
        made = entering.make_token(library().workshop, account.name, account.id, given("label"), role)
    except InvalidInputError as error:
        return _wrong("label", error)
    if wants_json():
        return made
    return Response(render_template("people/settings.html", page=replace(_settings(), made=made)), mimetype="text/html")


@action(blueprint, "/settings/tokens/<int:number>/revoke", right=Right.SEE, answers=Said)
def revoke_token(number: int) -> Response:
    """Revoke one's own token."""
    account = _in_person()
    with library().database.read() as opened:
        if rows.token(opened, number).user_id != account.id:
            raise Forbidden
    entering.revoke_token(library().workshop, account.name, number)
    return _done(_("The token is revoked."))


@action(blueprint, "/settings/log-out-everywhere", right=Right.SEE, status=303)
def log_out_everywhere() -> Response:
    """End every session of one's own, this one too."""
    account = _in_person()
    entering.log_out_everywhere(library().workshop, account.name, account.id)
    go_out()
    return redirect("/login", 303)


def _in_person() -> UserRecord:
    """The account of who asks in a browser: a token must not be a way to further tokens or to a new password."""
    if the_person().by_token:
        raise Forbidden
    return own_account()


def _wrong(name: str, error: InvalidInputError) -> Response:
    if wants_json():
        raise error
    shown = replace(_settings(), wrong=((name, said(str(error))),))
    return Response(render_template("people/settings.html", page=shown), 400, mimetype="text/html")


def _done(message: str) -> Response:
    if wants_json():
        return data(Said(message))
    flash(message)
    return redirect("/settings", 303)
