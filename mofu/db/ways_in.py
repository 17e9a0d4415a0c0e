"""Invitations and entry links: each found by the SHA-256 of its secret, each taken by one person at most."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from mofu.db import people
from mofu.db.base import now
from mofu.db.people import Role, UserRecord
from mofu.db.people_tables import EntryLink, Invitation
from mofu.errors import UnknownNameError


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """An invitation to be stored.

    Attributes:
        name: the new account is to have; None: whoever comes chooses.
        user_id: the account that gets a new password; None: the invitation is to a new account.
        made_by: who made it, as the log names them.
    """

    secret_sha256: str
    role: Role
    name: str | None
    user_id: int | None
    made_by: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class InvitationRecord:
    """An invitation that waits."""

    id: int
    role: Role
    name: str | None
    user_id: int | None
    made_by: str
    made_at: datetime
    expires_at: datetime


def add_invitation(session: Session, new: NewInvitation) -> InvitationRecord:
    """Store an invitation; those to the same account that still waited end with it."""
    if new.user_id is not None:
        session.execute(update(Invitation).filter_by(user_id=new.user_id, ended_at=None).values(ended_at=now()))
    row = Invitation(
        secret_sha256=new.secret_sha256, role=new.role.value, name=new.name, user_id=new.user_id,
        made_by=new.made_by, expires_at=new.expires_at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return _invitation(row)


def open_invitations(session: Session) -> list[InvitationRecord]:
    """The invitations that can still be accepted, the oldest first."""
    query = select(Invitation).filter_by(ended_at=None).where(Invitation.expires_at > now())
    return [_invitation(row) for row in session.scalars(query.order_by(Invitation.id))]


def find_invitation(session: Session, secret_sha256: str) -> InvitationRecord | None:
    """An invitation that can still be accepted, by its secret."""
    query = select(Invitation).filter_by(secret_sha256=secret_sha256, ended_at=None)
    row = session.scalar(query.where(Invitation.expires_at > now()))
    return _invitation(row) if row else None


def take_invitation(session: Session, invitation_id: int) -> bool:
    """End an invitation; False where somebody was faster or its time is over."""
    query = update(Invitation).filter_by(id=invitation_id, ended_at=None).where(Invitation.expires_at > now())
    return _changed(session.execute(query.values(ended_at=now())))


def note_taker(session: Session, invitation_id: int, user_id: int) -> None:
    """Keep whose account an invitation led to."""
    session.execute(update(Invitation).filter_by(id=invitation_id).values(used_by=user_id))


def withdraw_invitation(session: Session, invitation_id: int) -> InvitationRecord:
    """End an invitation that waits; raises UnknownNameError where there is none."""
    waiting = {record.id: record for record in open_invitations(session)}
    if invitation_id not in waiting or not take_invitation(session, invitation_id):
        raise UnknownNameError("invitation", str(invitation_id), map(str, waiting))
    return waiting[invitation_id]


def add_entry_link(session: Session, user_id: int, secret_sha256: str, expires_at: datetime) -> None:
    """Store an entry link; the account's older ones end with it."""
    session.execute(delete(EntryLink).filter_by(user_id=user_id))
    session.add(EntryLink(user_id=user_id, secret_sha256=secret_sha256, expires_at=expires_at))
    session.flush()


def take_entry_link(session: Session, secret_sha256: str) -> UserRecord | None:
    """Whom a link lets in, this once; None where it was used, is too old, or its account is disabled."""
    link = session.scalar(select(EntryLink).filter_by(secret_sha256=secret_sha256))
    if link is None:
        return None
    query = update(EntryLink).filter_by(id=link.id, used_at=None).where(EntryLink.expires_at > now())
    if not _changed(session.execute(query.values(used_at=now()))):
        return None
    user = people.user(session, link.user_id)
    return user if user.disabled_at is None else None


def _changed(result: object) -> bool:
    assert isinstance(result, CursorResult)  # noqa: S101 - what SQLAlchemy gives for DML, which its types do not say
    return result.rowcount == 1


def _invitation(row: Invitation) -> InvitationRecord:
    return InvitationRecord(
        row.id, Role(row.role), row.name, row.user_id, row.made_by, row.made_at, row.expires_at
    )  # fmt: skip
