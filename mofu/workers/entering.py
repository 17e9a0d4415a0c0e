"""Names with passwords, secrets of sessions, tokens and links → whose they are; the log says who came in.

A session's secret is in a signed cookie of one browser, its SHA-256 in the database: logging out ends it there too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from mofu.db import audit_log, people, ways_in
from mofu.db.base import now
from mofu.db.people import Role, TokenRecord, UserRecord, lesser
from mofu.errors import InvalidInputError
from mofu.workers.credentials import hash_password, is_outdated, is_password, new_secret, sha256_of
from mofu.workers.people import own_name
from mofu.workers.workshop import Workshop

SESSION_LASTS = timedelta(days=14)
ENTRY_LINK_LASTS = timedelta(hours=1)
USE_NOTED_EVERY = timedelta(minutes=10)
TOKEN_PREFIX = "mofu_"  # noqa: S105 - by which programs that look for leaked secrets know ours
LONGEST_LABEL = 100


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A token and its secret, which is shown once."""

    secret: str
    token: TokenRecord


@dataclass(frozen=True, slots=True)
class MadeLink:
    """The secret of an entry link, and whom it lets in."""

    secret: str
    user: UserRecord


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody who came in, and the secret of the session that began."""

    secret: str
    user: UserRecord


def log_in(workshop: Workshop, name: str, password: str) -> Entered | None:
    """Begin a session of whoever has this name and password; None otherwise, after the same work, whatever is wrong."""
    with workshop.database.read() as session:
        user = people.find_user(session, name) if name.isprintable() else None
        stored = people.password_hash(session, user.id) if user else None
    if not is_password(password, stored) or user is None or user.disabled_at is not None:
        return None
    renewed = hash_password(password) if stored is not None and is_outdated(stored) else None
    with workshop.database.write() as session:
        if renewed is not None:
            people.set_password_hash(session, user.id, renewed)
        secret = new_secret()
        people.add_login(session, user.id, sha256_of(secret), now() + SESSION_LASTS)
        audit_log.note(session, user.name, "login", user.name, by="password")
    return Entered(secret, user)


def begin(workshop: Workshop, user: UserRecord) -> Entered:
    """Begin a session of somebody who has just shown who they are, by an invitation."""
    secret = new_secret()
    with workshop.database.write() as session:
        people.add_login(session, user.id, sha256_of(secret), now() + SESSION_LASTS)
        audit_log.note(session, user.name, "login", user.name, by="invitation")
    return Entered(secret, user)


def logged_in(workshop: Workshop, secret: str) -> UserRecord | None:
    """Whose session this is; None where it ended."""
    with workshop.database.read() as session:
        return people.logged_in(session, sha256_of(secret))


def log_out(workshop: Workshop, secret: str) -> None:
    """End one session."""
    with workshop.database.write() as session:
        user = people.logged_in(session, sha256_of(secret))
        if user is not None and people.end_login(session, sha256_of(secret)):
            audit_log.note(session, user.name, "logout", user.name)


def log_out_everywhere(workshop: Workshop, who: str, user_id: int) -> int:
    """End every session of an account; how many there were. Raises UnknownNameError."""
    with workshop.database.write() as session:
        user = people.user(session, user_id)
        ended = people.end_logins(session, user_id)
        audit_log.note(session, who, "logout.everywhere", user.name, sessions=ended)
    return ended


def make_token(workshop: Workshop, who: str, user_id: int, label: str, role: Role | None = None) -> MadeToken:
    """Make a token for a script.

    Args:
        label: what it is for, at most 100 characters.
        role: the most it may do; None: what its owner may. It never may more than its owner, now or later.

    Raises:
        InvalidInputError: a label that is empty, too long, or has invisible characters.
        UnknownNameError: no such account.
    """
    kept = " ".join(label.split())
    if not kept or len(kept) > LONGEST_LABEL or not kept.isprintable():
        raise InvalidInputError(f"label {label[:40]!r}: expected 1 to {LONGEST_LABEL} visible characters")
    secret = new_secret(TOKEN_PREFIX)
    with workshop.database.write() as session:
        user = people.user(session, user_id)
        capped = lesser(role or user.role, user.role)
        token = people.add_token(session, user.id, kept, capped, sha256_of(secret))
        audit_log.note(session, who, "token.made", user.name, token=token.id, label=kept, role=capped.value)
    return MadeToken(secret, token)


def revoke_token(workshop: Workshop, who: str, token_id: int) -> None:
    """Let no script in with a token any more; raises UnknownNameError."""
    with workshop.database.write() as session:
        token = people.token(session, token_id)
        people.revoke_tokens(session, [token.id])
        audit_log.note(session, who, "token.revoked", token.owner, token=token.id, label=token.label)


def shown_token(workshop: Workshop, secret: str) -> tuple[UserRecord, Role] | None:
    """Whose token this is and what it may; None where it is revoked or never was. Its use is noted now and then."""
    with workshop.database.read() as session:
        found = people.shown_token(session, sha256_of(secret))
    if found is None:
        return None
    user, token = found
    if token.last_used_at is None or now() - token.last_used_at > USE_NOTED_EVERY:
        with workshop.database.write() as session:
            people.note_use(session, token.id)
    return user, lesser(user.role, token.role)


def entry_link(workshop: Workshop, who: str, name: str | None = None) -> MadeLink:
    """Make a link that lets somebody in without a password, once, within the hour, from this machine.

    Args:
        name: whom; None: the administrator called as this machine's user, else the oldest, made where there is none.

    Raises:
        UnknownNameError: nobody has this name.
        InvalidInputError: the account is disabled.
    """
    secret = new_secret()
    with workshop.database.write() as session:
        user = people.named(session, name) if name else people.first_admin(session, own_name())
        if user is None:
            user = people.add_user(session, own_name(), Role.ADMIN, None)
            audit_log.note(session, who, "account.made", user.name, role=user.role.value)
        if user.disabled_at is not None:
            raise InvalidInputError(f"the account of {user.name!r} is disabled: open it with `mofu user enable` first")
        ways_in.add_entry_link(session, user.id, sha256_of(secret), now() + ENTRY_LINK_LASTS)
        audit_log.note(session, who, "entry_link.made", user.name)
    return MadeLink(secret, user)


def enter(workshop: Workshop, secret: str) -> Entered | None:
    """Begin a session of whoever an entry link lets in; None where it was used, is too old or never was."""
    begun = new_secret()
    with workshop.database.write() as session:
        user = ways_in.take_entry_link(session, sha256_of(secret))
        if user is None:
            return None
        people.add_login(session, user.id, sha256_of(begun), now() + SESSION_LASTS)
        audit_log.note(session, user.name, "login", user.name, by="entry link")
    return Entered(begun, user)
