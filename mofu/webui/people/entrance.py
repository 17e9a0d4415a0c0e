"""The ways in and out: `/login`, `/logout`, the one-time link, the invitation."""

from __future__ import annotations

import ipaddress
import logging
from dataclasses import dataclass
from datetime import datetime

from flask import jsonify, redirect, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from mofu.db.people import Role
from mofu.errors import ConflictError, InvalidInputError
from mofu.webui.access import Right, current_person, needs, wants_json
from mofu.webui.context import library
from mofu.webui.identity import come_in, go_out
from mofu.webui.languages import path_of_ours
from mofu.webui.pages import action, page
from mofu.webui.people.group import blueprint, given, limiter
from mofu.webui.told import said
from mofu.workers import entering, people
from mofu.workers.judging import LONGEST_NAME

_log = logging.getLogger(__name__)
_PROXIED = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")


@dataclass(frozen=True, slots=True)
class LoginPage:
    """The login.

    Attributes:
        next: where to go afterwards, a path of ours.
        csrf_token: for a script whose session ended in the middle of its work and that goes on after a new login.
    """

    next: str
    name: str
    csrf_token: str
    error: str | None = None


@dataclass(frozen=True, slots=True)
class WhoIsIn:
    """Whoever has just come in."""

    name: str
    role: Role
    csrf_token: str


@dataclass(frozen=True, slots=True)
class InvitationPage:
    """An invitation: `name` None where whoever comes chooses it; `renews` where it sets a new password."""

    role: Role
    name: str | None
    renews: bool
    made_by: str
    expires_at: datetime
    chosen: str = ""
    error: str | None = None


@dataclass(frozen=True, slots=True)
class LoginQuery:
    """Where to go afterwards, a path of ours."""

    next: str = ""


@dataclass(frozen=True, slots=True)
class NameAndPassword:
    """Who somebody is, and what only they know."""

    name: str
    password: str


@page(blueprint, "/login", right=Right.ANYONE, template="people/login.html", query=LoginQuery)
def login() -> LoginPage | Response:
    """Ask for name and password; who is in already goes on."""
    asked = path_of_ours(request.args.get("next"))
    if current_person() is not None and not wants_json():
        return redirect(asked)
    return LoginPage(asked, "", generate_csrf())


@action(blueprint, "/login", right=Right.ANYONE, body=NameAndPassword, refuses={401: None, 429: None})
def log_in() -> WhoIsIn | Response:
    """Let in whoever has the password of a name; what exactly was wrong is not said."""
    name, address = given("name").strip(), request.remote_addr or ""
    wait_s = limiter().admit(address, name)
    if wait_s > 0:
        return _refused(_("Too many tries: try again in %(wait)s s.", wait=wait_s), 429, wait_s)
    entered = entering.log_in(library().workshop, name, given("password"))
    if entered is None:
        _log.warning("a login from %s was refused", address)
        return _refused(_("Name and password do not go together, or the account is closed."), 401)
    limiter().forgive(name)
    come_in(entered)
    if wants_json():
        return WhoIsIn(entered.user.name, entered.user.role, generate_csrf())
    return redirect(path_of_ours(given("next")), 303)


def _refused(message: str, status: int, wait_s: int | None = None) -> Response:
    response: Response
    if wants_json():
        response = jsonify({"error": {"kind": "LoginRefused", "message": message}})
    else:
        asked = LoginPage(path_of_ours(given("next")), given("name")[:LONGEST_NAME], generate_csrf(), message)
        response = Response(render_template("people/login.html", page=asked), mimetype="text/html")
    response.status_code = status
    if wait_s is not None:
        response.headers["Retry-After"] = str(wait_s)
    return response


@action(blueprint, "/logout", right=Right.ANYONE, status=303)
def log_out() -> Response:
    """End the login of this browser."""
    go_out()
    return redirect("/login", 303)


@blueprint.get("/enter/<secret>")
@needs(Right.ANYONE)
def enter(secret: str) -> Response | tuple[str, int]:
    """Let in whoever opens a one-time link on the machine that serves."""
    if not _is_from_here():
        return _notice(_("This link works only in a browser on the machine that serves the pages."), 403)
    if request.method == "HEAD" or request.headers.get("Sec-Purpose", "").startswith("prefetch"):
        return Response(status=204)  # whoever looks ahead does not use the link up
    entered = entering.enter(library().workshop, secret)
    if entered is None:
        if current_person() is not None:
            return redirect("/")
        return _notice(_("This link was used or is too old. On the server, mofu user link makes a new one."), 404)
    come_in(entered)
    return redirect("/")


def _is_from_here() -> bool:
    # Only who speaks to this server directly: behind a proxy on this machine every stranger would come from here.
    if any(name in request.headers for name in _PROXIED):
        return False
    peer = request.environ.get("werkzeug.proxy_fix.orig", request.environ).get("REMOTE_ADDR") or ""
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def _notice(message: str, status: int) -> tuple[str, int]:
    return render_template("people/notice.html", message=message), status


@page(blueprint, "/invitations/<secret>", right=Right.ANYONE, template="people/invitation.html")
def invitation(secret: str) -> InvitationPage:
    """Ask who was invited for a name and a password."""
    return _invitation(secret)


@action(blueprint, "/invitations/<secret>", right=Right.ANYONE, body=NameAndPassword)
def accept(secret: str) -> WhoIsIn | Response:
    """Make the account, or set the new password, and let its owner in."""
    workshop, name, password = library().workshop, given("name"), given("password")
    try:
        if not wants_json() and password != given("again"):
            raise InvalidInputError(_("The two passwords differ."))
        user = people.accept(workshop, secret, name, password)
    except (InvalidInputError, ConflictError) as error:
        if wants_json():
            raise
        shown = _invitation(secret, name[:LONGEST_NAME], said(str(error)))
        return Response(render_template("people/invitation.html", page=shown), 400, mimetype="text/html")
    come_in(entering.begin(workshop, user))
    if wants_json():
        return WhoIsIn(user.name, user.role, generate_csrf())
    return redirect("/", 303)


def _invitation(secret: str, chosen: str = "", error: str | None = None) -> InvitationPage:
    waiting = people.invitation(library().workshop, secret)
    return InvitationPage(
        waiting.role, waiting.name, waiting.user_id is not None, waiting.made_by, waiting.expires_at, chosen, error
    )  # fmt: skip
