"""The page group of accounts, with what its files share: what forms hold, and the one limiter of an application."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, current_app
from flask.blueprints import BlueprintSetupState

from mofu.db import people
from mofu.db.people import Role, UserRecord
from mofu.errors import InvalidInputError, UnknownNameError
from mofu.webui.access import the_person
from mofu.webui.context import library
from mofu.webui.incoming import sent
from mofu.webui.people.limiter import LoginLimiter
from mofu.workers.people import role_of


@dataclass(frozen=True, slots=True)
class Said:
    """What was done, for people."""

    message: str


blueprint = Blueprint("people", __name__, template_folder="templates")
_LIMITER = "mofu-logins"


@blueprint.record_once
def _limit(state: BlueprintSetupState) -> None:
    state.app.extensions[_LIMITER] = LoginLimiter()


def limiter() -> LoginLimiter:
    """Who may try to log in now."""
    limiter: LoginLimiter = current_app.extensions[_LIMITER]
    return limiter


def given(name: str) -> str:
    """A text of the form, or of the JSON object, that came; empty where it has none."""
    value = sent().get(name)
    return value if isinstance(value, str) else ""


def given_role() -> Role:
    """The role of the form; raises InvalidInputError."""
    try:
        return role_of(given("role"))
    except UnknownNameError as error:
        raise InvalidInputError(str(error)) from None


def own_account() -> UserRecord:
    """The account of whoever asks."""
    with library().database.read() as session:
        return people.named(session, the_person().name)
