"""A request's session or bearer token → the person who asks."""

from __future__ import annotations

from flask import session

from mofu.webui.access import Person, Role

SESSION_NAME = "name"
SESSION_ROLE = "role"


def identify() -> Person | None:
    """Whoever the session names; None for a stranger."""
    if SESSION_NAME not in session:
        return None
    return Person(session[SESSION_NAME], Role(session[SESSION_ROLE]))
