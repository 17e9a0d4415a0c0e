"""The log of what people did: appended, read page by page, the newest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mofu.db.people_tables import Deed

LONGEST_SUBJECT = 300


@dataclass(frozen=True, slots=True)
class DeedRecord:
    """Something that somebody did.

    Attributes:
        who: a user's name, or `command line: NAME` for whoever has a shell on the server.
        action: what, e.g. `role.changed`.
        subject: to whom or what: a user's name, a token's label, a word.
        details: JSON; never a secret.
    """

    id: int
    at: datetime
    who: str
    action: str
    subject: str
    details: Mapping[str, Any]


def note(session: Session, who: str, action: str, subject: str = "", **details: Any) -> None:
    """Append one line; it stands or falls with the transaction of what it tells."""
    session.add(Deed(who=who, action=action, subject=subject[:LONGEST_SUBJECT], details=details))
    session.flush()


def page(session: Session, limit: int, before: int | None = None, action: str | None = None) -> list[DeedRecord]:
    """At most `limit` lines, the newest first, older than the line of a number, of one action or of all."""
    query = select(Deed).order_by(Deed.id.desc()).limit(limit)
    if before is not None:
        query = query.where(Deed.id < before)
    if action is not None:
        query = query.where(Deed.action == action)
    return [DeedRecord(d.id, d.at, d.who, d.action, d.subject, d.details) for d in session.scalars(query)]


def actions(session: Session) -> list[str]:
    """Every action that the log knows, by name."""
    return sorted(session.scalars(select(Deed.action).distinct()))
