"""`/settings/people` and `/settings/log`: what administrators see and do about others."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mofu.db import audit_log, ways_in
from mofu.db import people as rows
from mofu.db.audit_log import DeedRecord
from mofu.db.people import Role, TokenRecord, UserRecord
from mofu.db.ways_in import InvitationRecord
from mofu.errors import ConflictError, InvalidInputError
from mofu.webui.access import Right, the_person, wants_json
from mofu.webui.context import library
from mofu.webui.incoming import number
from mofu.webui.pages import action, page
from mofu.webui.people.group import Said, blueprint, given, given_role
from mofu.webui.told import said
from mofu.workers import entering, people
from mofu.workers.people import MadeInvitation

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation that was made just now: its address is seen this once."""

    address: str
    name: str | None
    role: Role
    renews: bool
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Everyone who may come in, and by what."""

    users: tuple[UserRecord, ...]
    invitations: tuple[InvitationRecord, ...]
    tokens: tuple[TokenRecord, ...]
    roles: tuple[Role, ...] = tuple(Role)
    made: Invited | None = None


@dataclass(frozen=True, slots=True)
class LogPage:
    """A page of the log; `next` is the cursor of the one after it, None on the last."""

    deeds: tuple[DeedRecord, ...]
    next: int | None
    action: str
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LogQuery:
    """Which deeds: of one kind (`action`) or all; `before` is the cursor, `next` of the page before."""

    action: str = ""
    before: int | None = None


@dataclass(frozen=True, slots=True)
class InvitationAsked:
    """Whom to invite: as what, and under which name; null: whoever comes chooses it."""

    role: Role
    name: str | None = None


@dataclass(frozen=True, slots=True)
class RoleAsked:
    """What somebody shall be."""

    role: Role


@page(blueprint, "/settings/people", right=Right.ADMINISTER, template="people/people.html")
def everyone() -> PeoplePage:
    """Accounts, invitations that wait, tokens."""
    return _everyone()


def _everyone(made: Invited | None = None) -> PeoplePage:
    with library().database.read() as session:
        return PeoplePage(
            tuple(rows.users(session)), tuple(ways_in.open_invitations(session)), tuple(rows.tokens(session)), made=made
        )  # fmt: skip


@page(blueprint, "/settings/log", right=Right.ADMINISTER, template="people/log.html", query=LogQuery)
def log() -> LogPage:
    """What was done, the newest first; `action` of one kind, `before` the cursor."""
    before, chosen = number("before"), request.args.get("action", "")
    with library().database.read() as session:
        deeds = audit_log.page(session, PER_PAGE + 1, before, chosen or None)
        actions = tuple(audit_log.actions(session))
    shown = tuple(deeds[:PER_PAGE])
    return LogPage(shown, shown[-1].id if len(deeds) > PER_PAGE else None, chosen, actions)


def _told(view: Callable[..., str]) -> Callable[..., Said | Response]:
    """A change of the people page: back there with what it says, or with why it could not be."""

    @functools.wraps(view)
    def answer(**arguments: int) -> Said | Response:
        try:
            message = view(**arguments)
        except (ConflictError, InvalidInputError) as error:
            if wants_json():
                raise
            flash(said(str(error)), "error")
        else:
            if wants_json():
                return Said(message)
            flash(message)
        return redirect(url_for("people.everyone"), 303)

    return answer


@action(blueprint, "/settings/people/invitations", right=Right.ADMINISTER, body=InvitationAsked)
def invite() -> Invited | Response:
    """Make an invitation; its address is in this answer and nowhere else."""
    try:
        made = people.invite(library().workshop, the_person().name, given_role(), given("name").strip() or None)
    except (InvalidInputError, ConflictError) as error:
        if wants_json():
            raise
        flash(said(str(error)), "error")
        return redirect(url_for("people.everyone"), 303)
    return _show(made)


@action(blueprint, "/settings/people/<int:number>/renew", right=Right.ADMINISTER)
def renew(number: int) -> Invited | Response:
    """Make a link by which somebody sets a new password."""
    return _show(people.renew(library().workshop, the_person().name, number))


def _show(made: MadeInvitation) -> Invited | Response:
    waiting = made.invitation
    address = url_for("people.invitation", secret=made.secret, _external=True)
    shown = Invited(address, waiting.name, waiting.role, waiting.user_id is not None, waiting.expires_at)
    if wants_json():
        return shown
    return Response(render_template("people/people.html", page=_everyone(shown)), mimetype="text/html")


@action(blueprint, "/settings/people/invitations/<int:number>/withdraw", right=Right.ADMINISTER, answers=Said)
@_told
def withdraw(number: int) -> str:
    """End an invitation that waits."""
    people.withdraw(library().workshop, the_person().name, number)
    return str(_("The invitation is withdrawn."))


@action(blueprint, "/settings/people/<int:number>/role", right=Right.ADMINISTER, body=RoleAsked, answers=Said)
@_told
def change_role(number: int) -> str:
    """Let somebody do more or less."""
    user = people.change_role(library().workshop, the_person().name, number, given_role())
    return str(_("%(name)s has a new role.", name=user.name))


@action(blueprint, "/settings/people/<int:number>/disable", right=Right.ADMINISTER, answers=Said)
@_told
def disable(number: int) -> str:
    """Close an account."""
    user = people.disable(library().workshop, the_person().name, number)
    return str(_("The account of %(name)s is closed: logged out everywhere, its tokens revoked.", name=user.name))


@action(blueprint, "/settings/people/<int:number>/enable", right=Right.ADMINISTER, answers=Said)
@_told
def enable(number: int) -> str:
    """Open an account again."""
    user = people.enable(library().workshop, the_person().name, number)
    return str(_("The account of %(name)s is open again.", name=user.name))


@action(blueprint, "/settings/people/<int:number>/log-out", right=Right.ADMINISTER, answers=Said)
@_told
def log_out_user(number: int) -> str:
    """End every session of somebody."""
    entering.log_out_everywhere(library().workshop, the_person().name, number)
    return str(_("Every session of this account has ended."))


@action(blueprint, "/settings/people/tokens/<int:number>/revoke", right=Right.ADMINISTER, answers=Said)
@_told
def revoke_any_token(number: int) -> str:
    """Revoke anybody's token."""
    entering.revoke_token(library().workshop, the_person().name, number)
    return str(_("The token is revoked."))
