"""Who may do what: accounts by invitation, roles, passwords; each change in one transaction with its line in the log.

`who` is whoever does it, as the log names them: a user's name, or `command_line()`.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import timedelta

from mofu.db import audit_log, people, ways_in
from mofu.db.base import now
from mofu.db.people import Role, UserRecord
from mofu.db.ways_in import InvitationRecord, NewInvitation
from mofu.errors import InvalidInputError, NothingFoundError, UnknownNameError
from mofu.workers.credentials import check_password, hash_password, is_password, new_secret, sha256_of
from mofu.workers.judging import LONGEST_NAME, this_user
from mofu.workers.workshop import Workshop

INVITATION_LASTS = timedelta(days=7)
_RESERVED = ':/\\<>"'
"""Not in a name: a colon marks the command line in the log; the others confuse addresses and readers."""


@dataclass(frozen=True, slots=True)
class MadeInvitation:
    """An invitation and its secret, which is shown once."""

    secret: str
    invitation: InvitationRecord


def command_line() -> str:
    """How the log names whoever has a shell on the server."""
    return f"command line: {this_user()}"[:LONGEST_NAME]


def own_name() -> str:
    """The name of this machine's user as an account can have it: directories write a backslash into it."""
    return check_name("".join("-" if letter in _RESERVED else letter for letter in this_user()))


def role_of(text: str) -> Role:
    """A role by its name; raises UnknownNameError."""
    try:
        return Role(text)
    except ValueError:
        raise UnknownNameError("role", text[:40], [role.value for role in Role]) from None


def check_name(name: str) -> str:
    """A name for an account, as it is kept: composed, without doubled white space.

    Raises:
        InvalidInputError: it is empty, too long, or has characters that are invisible or reserved.
    """
    kept = " ".join(unicodedata.normalize("NFC", name).split())
    if not kept or len(kept) > LONGEST_NAME or not kept.isprintable() or set(kept) & set(_RESERVED):
        raise InvalidInputError(
            f"name {name[:40]!r}: expected 1 to {LONGEST_NAME} visible characters, none of {' '.join(_RESERVED)}"
        )
    return kept


def invite(workshop: Workshop, who: str, role: Role, name: str | None = None) -> MadeInvitation:
    """Make a link that leads to one new account.

    Args:
        name: of the account; None: whoever comes chooses.

    Raises:
        InvalidInputError: a name that an account cannot have.
        ConflictError: an account has this name.
    """
    kept = check_name(name) if name else None
    secret = new_secret()
    with workshop.database.write() as session:
        if kept is not None:
            people.check_is_free(session, kept)
        new = NewInvitation(sha256_of(secret), role, kept, None, who, now() + INVITATION_LASTS)
        record = ways_in.add_invitation(session, new)
        audit_log.note(session, who, "invitation.made", kept or "", role=role.value, invitation=record.id)
    return MadeInvitation(secret, record)


def renew(workshop: Workshop, who: str, user_id: int) -> MadeInvitation:
    """Make a link by which somebody who forgot a password sets a new one; raises UnknownNameError."""
    secret = new_secret()
    with workshop.database.write() as session:
        user = people.user(session, user_id)
        new = NewInvitation(sha256_of(secret), user.role, user.name, user.id, who, now() + INVITATION_LASTS)
        record = ways_in.add_invitation(session, new)
        audit_log.note(session, who, "invitation.made", user.name, renews=True, invitation=record.id)
    return MadeInvitation(secret, record)


def invitation(workshop: Workshop, secret: str) -> InvitationRecord:
    """An invitation that waits, by its secret.

    Raises:
        NothingFoundError: there is none, or it was used, withdrawn, or is too old.
    """
    with workshop.database.read() as session:
        found = ways_in.find_invitation(session, sha256_of(secret))
    if found is None:
        raise _gone()
    return found


def accept(workshop: Workshop, secret: str, name: str, password: str) -> UserRecord:
    """Take an invitation: a new account, or a new password for the account that it names.

    Args:
        name: of the new account, where the invitation leaves it open.

    Raises:
        NothingFoundError: the invitation was used, withdrawn, or is too old.
        InvalidInputError: a name or a password that cannot be.
        ConflictError: an account has this name; the invitation still waits.
    """
    waiting = invitation(workshop, secret)
    kept = check_name(waiting.name or name)
    check_password(password, kept)
    hashed = hash_password(password)
    with workshop.database.write() as session:
        if not ways_in.take_invitation(session, waiting.id):
            raise _gone()
        if waiting.user_id is None:
            user = people.add_user(session, kept, waiting.role, hashed)
        else:
            user = people.user(session, waiting.user_id)
            if user.disabled_at is not None:
                raise _gone()
            people.set_password_hash(session, user.id, hashed)
            people.end_logins(session, user.id)
        ways_in.note_taker(session, waiting.id, user.id)
        audit_log.note(session, user.name, "invitation.accepted", user.name, invitation=waiting.id)
    return user


def _gone() -> NothingFoundError:
    return NothingFoundError("this invitation was used or withdrawn, or is too old: ask who sent it for a new one")


def withdraw(workshop: Workshop, who: str, invitation_id: int) -> None:
    """End an invitation that waits; raises UnknownNameError where there is none."""
    with workshop.database.write() as session:
        gone = ways_in.withdraw_invitation(session, invitation_id)
        audit_log.note(session, who, "invitation.withdrawn", gone.name or "", invitation=gone.id)


def add(workshop: Workshop, who: str, name: str, role: Role, password: str) -> UserRecord:
    """Make an account at once.

    Raises:
        InvalidInputError: a name or a password that cannot be.
        ConflictError: an account has this name.
    """
    kept = check_name(name)
    check_password(password, kept)
    hashed = hash_password(password)
    with workshop.database.write() as session:
        user = people.add_user(session, kept, role, hashed)
        audit_log.note(session, who, "account.made", user.name, role=role.value)
    return user


def change_role(workshop: Workshop, who: str, user_id: int, role: Role) -> UserRecord:
    """Let somebody do more or less, from their next request on.

    Raises:
        UnknownNameError: no such account.
        ConflictError: it is the last administrator's.
    """
    with workshop.database.write() as session:
        before = people.user(session, user_id)
        if role is not Role.ADMIN:
            people.check_another_admin(session, user_id)
        people.set_role(session, user_id, role)
        audit_log.note(session, who, "role.changed", before.name, before=before.role.value, after=role.value)
        return people.user(session, user_id)


def disable(workshop: Workshop, who: str, user_id: int) -> UserRecord:
    """Close an account: its sessions end and its tokens are revoked; what it did stays.

    Raises:
        UnknownNameError: no such account.
        ConflictError: it is the last administrator's.
    """
    with workshop.database.write() as session:
        people.check_another_admin(session, user_id)
        user = people.user(session, user_id)
        people.set_disabled(session, user_id, now())
        people.end_logins(session, user_id)
        people.revoke_tokens(session, [token.id for token in people.tokens(session, user_id)])
        audit_log.note(session, who, "account.disabled", user.name)
        return people.user(session, user_id)


def enable(workshop: Workshop, who: str, user_id: int) -> UserRecord:
    """Open an account again, with the password and the role it had; raises UnknownNameError."""
    with workshop.database.write() as session:
        user = people.user(session, user_id)
        people.set_disabled(session, user_id, None)
        audit_log.note(session, who, "account.enabled", user.name)
        return people.user(session, user_id)


def set_password(workshop: Workshop, who: str, user_id: int, password: str, *, keep: str | None = None) -> None:
    """Give an account a new password; its sessions end.

    Args:
        keep: the secret of the one session that goes on.

    Raises:
        InvalidInputError: a password that cannot be.
        UnknownNameError: no such account.
    """
    with workshop.database.read() as session:
        user = people.user(session, user_id)
    check_password(password, user.name)
    hashed = hash_password(password)
    with workshop.database.write() as session:
        people.set_password_hash(session, user_id, hashed)
        people.end_logins(session, user_id, but=sha256_of(keep) if keep else None)
        audit_log.note(session, who, "password.changed", user.name)


def knows_password(workshop: Workshop, user_id: int, password: str) -> bool:
    """Whether somebody may change the password: they know it, or there is none yet."""
    with workshop.database.read() as session:
        stored = people.password_hash(session, user_id)
    return stored is None or is_password(password, stored)


def choose_look(workshop: Workshop, user_id: int, language: str | None, theme: str | None) -> None:
    """Keep the language and the theme that somebody chose, in whatever browser they come by."""
    with workshop.database.write() as session:
        people.set_look(session, user_id, language, theme)
