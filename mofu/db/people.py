"""Accounts and what stands for them (sessions, tokens, links), by their names and by the SHA-256 of their secrets."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, func, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mofu.db.base import now
from mofu.db.people_tables import ApiToken, Login, User
from mofu.errors import ConflictError, UnknownNameError


class Role(StrEnum):
    """What a person is in a library, each with all that the one before may do."""

    VIEWER = "viewer"
    ANNOTATOR = "annotator"
    CURATOR = "curator"
    ADMIN = "admin"


def lesser(one: Role, other: Role) -> Role:
    """The role that may less."""
    order = list(Role)
    return min(one, other, key=order.index)


@dataclass(frozen=True, slots=True)
class UserRecord:
    """An account.

    Attributes:
        language, theme: as chosen; None: as the browser asks.
        disabled_at: since when nobody gets in with it; None: it is open.
        has_password: whether it can log in by one.
    """

    id: int
    name: str
    role: Role
    language: str | None
    theme: str | None
    created_at: datetime
    disabled_at: datetime | None
    has_password: bool


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """A script's token; its secret was shown once and is nowhere."""

    id: int
    user_id: int
    owner: str
    label: str
    role: Role
    made_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


def folded(name: str) -> str:
    """What two names share that people take for one: case and width do not tell them apart."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def users(session: Session) -> list[UserRecord]:
    """Every account, the disabled ones too, by name."""
    # ordered here: how text is ordered is a matter of each PostgreSQL server
    return [_user(row) for row in sorted(session.scalars(select(User)), key=lambda row: row.folded_name)]


def user(session: Session, user_id: int) -> UserRecord:
    """An account by its number; raises UnknownNameError where there is none."""
    row = session.get(User, user_id)
    if row is None:
        raise UnknownNameError("account", str(user_id), (str(each.id) for each in users(session)))
    return _user(row)


def find_user(session: Session, name: str) -> UserRecord | None:
    """An account by its name, however it is cased; None where there is none."""
    row = session.scalar(select(User).filter_by(folded_name=folded(name)))
    return _user(row) if row else None


def named(session: Session, name: str) -> UserRecord:
    """An account by its name; raises UnknownNameError, which lists those there are."""
    found = find_user(session, name)
    if found is None:
        raise UnknownNameError("user", name, (each.name for each in users(session)))
    return found


def add_user(session: Session, name: str, role: Role, password_hash: str | None) -> UserRecord:
    """A new account; raises ConflictError where the name is taken."""
    row = User(name=name, folded_name=folded(name), role=role.value, password_hash=password_hash)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise ConflictError(f"the name {name!r} is taken: choose another") from None
    return _user(row)


def password_hash(session: Session, user_id: int) -> str | None:
    """The hash of an account's password; None where it has none."""
    return session.scalar(select(User.password_hash).filter_by(id=user_id))


def set_password_hash(session: Session, user_id: int, text: str) -> None:
    """Replace the hash of an account's password."""
    session.execute(update(User).filter_by(id=user_id).values(password_hash=text))


def set_role(session: Session, user_id: int, role: Role) -> None:
    """Change what an account may."""
    session.execute(update(User).filter_by(id=user_id).values(role=role.value))


def set_disabled(session: Session, user_id: int, at: datetime | None) -> None:
    """Close an account, or open it again (None)."""
    session.execute(update(User).filter_by(id=user_id).values(disabled_at=at))


def set_look(session: Session, user_id: int, language: str | None, theme: str | None) -> None:
    """Keep the language and the theme that somebody chose."""
    session.execute(update(User).filter_by(id=user_id).values(language=language, theme=theme))


def check_is_free(session: Session, name: str) -> None:
    """Raise ConflictError where an account has this name."""
    if find_user(session, name) is not None:
        raise ConflictError(f"the name {name!r} is taken: choose another")


def first_admin(session: Session, preferred: str) -> UserRecord | None:
    """The administrator of a name, else the oldest whose account is open; None where there is none."""
    query = select(User).filter_by(role=Role.ADMIN.value, disabled_at=None).order_by(User.id)
    rows = list(session.scalars(query))
    row = next((row for row in rows if row.folded_name == folded(preferred)), rows[0] if rows else None)
    return _user(row) if row else None


def check_another_admin(session: Session, user_id: int) -> None:
    """Raise ConflictError where an account is the only open one of an administrator.

    The rows stay locked until the transaction ends, so that of two administrators not each removes the other.
    """
    query = select(User.id).filter_by(role=Role.ADMIN.value, disabled_at=None).order_by(User.id)
    if list(session.scalars(query.with_for_update())) == [user_id]:
        raise ConflictError("this is the last administrator: make somebody else one first")


def add_login(session: Session, user_id: int, secret_sha256: str, expires_at: datetime) -> None:
    """Somebody is logged in; sessions of anybody that have ended are forgotten on the way."""
    session.execute(delete(Login).where(Login.expires_at <= now()))
    session.add(Login(user_id=user_id, secret_sha256=secret_sha256, expires_at=expires_at))
    session.flush()


def logged_in(session: Session, secret_sha256: str) -> UserRecord | None:
    """Whose session has this secret; None where it ended or its account is disabled."""
    query = (
        select(User)
        .join(Login, Login.user_id == User.id)
        .where(Login.secret_sha256 == secret_sha256, Login.expires_at > now(), User.disabled_at.is_(None))
    )
    row = session.scalar(query)
    return _user(row) if row else None


def end_login(session: Session, secret_sha256: str) -> bool:
    """End one session; whether there was one."""
    return _count(session.execute(delete(Login).filter_by(secret_sha256=secret_sha256))) > 0


def end_logins(session: Session, user_id: int, *, but: str | None = None) -> int:
    """End every session of an account, or all but one (by the SHA-256 of its secret); how many there were."""
    query = delete(Login).filter_by(user_id=user_id)
    return _count(session.execute(query if but is None else query.where(Login.secret_sha256 != but)))


def count_logins(session: Session, user_id: int) -> int:
    """In how many browsers an account is logged in."""
    query = select(func.count()).select_from(Login).where(Login.user_id == user_id, Login.expires_at > now())
    return session.scalar(query) or 0


def add_token(session: Session, user_id: int, label: str, role: Role, secret_sha256: str) -> TokenRecord:
    """A new token of an account."""
    row = ApiToken(user_id=user_id, label=label, role=role.value, secret_sha256=secret_sha256)
    session.add(row)
    session.flush()
    return _token(row, user(session, user_id).name)


def tokens(session: Session, user_id: int | None = None) -> list[TokenRecord]:
    """The tokens of an account, or of all, that are not revoked; the oldest first."""
    query = select(ApiToken, User.name).join(User, User.id == ApiToken.user_id).where(ApiToken.revoked_at.is_(None))
    if user_id is not None:
        query = query.where(ApiToken.user_id == user_id)
    return [_token(row, owner) for row, owner in session.execute(query.order_by(ApiToken.id))]


def token(session: Session, token_id: int) -> TokenRecord:
    """A token by its number, revoked or not; raises UnknownNameError where there is none."""
    row = session.get(ApiToken, token_id)
    if row is None:
        raise UnknownNameError("token", str(token_id), (str(each.id) for each in tokens(session)))
    return _token(row, user(session, row.user_id).name)


def shown_token(session: Session, secret_sha256: str) -> tuple[UserRecord, TokenRecord] | None:
    """Whose token has this secret, and the token; None where it is revoked or its account disabled."""
    query = (
        select(User, ApiToken)
        .join(ApiToken, ApiToken.user_id == User.id)
        .where(ApiToken.secret_sha256 == secret_sha256, ApiToken.revoked_at.is_(None), User.disabled_at.is_(None))
    )
    found = session.execute(query).one_or_none()
    return (_user(found[0]), _token(found[1], found[0].name)) if found else None


def note_use(session: Session, token_id: int) -> None:
    """A token was shown just now."""
    session.execute(update(ApiToken).filter_by(id=token_id).values(last_used_at=now()))


def revoke_tokens(session: Session, token_ids: Iterable[int]) -> None:
    """Let no script in with these any more."""
    query = update(ApiToken).where(ApiToken.id.in_(list(token_ids)), ApiToken.revoked_at.is_(None))
    session.execute(query.values(revoked_at=now()))


def _count(result: object) -> int:
    assert isinstance(result, CursorResult)  # noqa: S101 - what SQLAlchemy gives for DML, which its types do not say
    return result.rowcount


def _user(row: User) -> UserRecord:
    return UserRecord(
        row.id, row.name, Role(row.role), row.language, row.theme, row.created_at, row.disabled_at,
        row.password_hash is not None,
    )  # fmt: skip


def _token(row: ApiToken, owner: str) -> TokenRecord:
    return TokenRecord(
        row.id, row.user_id, owner, row.label, Role(row.role), row.made_at, row.last_used_at, row.revoked_at
    )  # fmt: skip
