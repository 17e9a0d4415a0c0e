"""Accounts by invitation: each link serves once, the last administrator stays, every change is a line of the log."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from mofu.db import audit_log
from mofu.db import people as rows
from mofu.db.base import Base
from mofu.db.people import Role
from mofu.errors import ConflictError, InvalidInputError, NothingFoundError, UnknownNameError
from mofu.library import Library
from mofu.workers import entering, people
from mofu.workers.credentials import sha256_of

pytestmark = pytest.mark.both_databases

GOOD, BETTER = "correct horse battery", "staple in the moonlight"


@pytest.fixture
def workshop(placed, tmp_path):
    with Library.open(placed(tmp_path / "library")) as library:
        yield library.workshop


@pytest.fixture
def admin(workshop):
    return people.add(workshop, "command line: root", "ada", Role.ADMIN, GOOD)


def log(workshop):
    with workshop.database.read() as session:
        return [(deed.who, deed.action, deed.subject) for deed in reversed(audit_log.page(session, 99))]


def test_an_invitation_makes_one_account_of_its_role(workshop, admin):
    made = people.invite(workshop, admin.name, Role.ANNOTATOR)
    user = people.accept(workshop, made.secret, " 田中  花子 ", GOOD)
    assert (user.name, user.role, user.has_password) == ("田中 花子", Role.ANNOTATOR, True)
    with pytest.raises(NothingFoundError, match="ask who sent it for a new one"):
        people.accept(workshop, made.secret, "someone else", GOOD)
    assert log(workshop)[1:] == [("ada", "invitation.made", ""), ("田中 花子", "invitation.accepted", "田中 花子")]


def test_an_invitation_to_a_name_makes_the_account_of_that_name(workshop, admin):
    made = people.invite(workshop, admin.name, Role.VIEWER, "bob")
    assert people.accept(workshop, made.secret, "ignored", GOOD).name == "bob"


def test_a_taken_name_and_a_poor_password_leave_the_invitation_open(workshop, admin):
    made = people.invite(workshop, admin.name, Role.VIEWER)
    with pytest.raises(ConflictError, match="'ADA' is taken"):
        people.accept(workshop, made.secret, "ADA", GOOD)
    with pytest.raises(InvalidInputError, match="5 characters"):
        people.accept(workshop, made.secret, "bob", "short")
    assert people.accept(workshop, made.secret, "bob", GOOD).name == "bob"


def test_an_invitation_that_was_withdrawn_or_is_too_old_leads_nowhere(workshop, admin, monkeypatch):
    made = people.invite(workshop, admin.name, Role.VIEWER)
    people.withdraw(workshop, admin.name, made.invitation.id)
    with pytest.raises(UnknownNameError):
        people.withdraw(workshop, admin.name, made.invitation.id)
    monkeypatch.setattr(people, "INVITATION_LASTS", timedelta(0))
    late = people.invite(workshop, admin.name, Role.VIEWER)
    for secret in (made.secret, late.secret, "never made"):
        with pytest.raises(NothingFoundError):
            people.invitation(workshop, secret)


def test_no_secret_stands_in_the_database_or_in_the_log(workshop, admin):
    secrets = [
        people.invite(workshop, admin.name, Role.VIEWER).secret,
        entering.make_token(workshop, admin.name, admin.id, "script").secret,
        entering.entry_link(workshop, admin.name, "ada").secret,
        entering.log_in(workshop, "ada", GOOD).secret,
        GOOD,
    ]
    with workshop.database.read() as session:
        rows = [row for table in Base.metadata.sorted_tables for row in session.execute(select(table))]
    dump = "\n".join(str(tuple(row)) for row in rows)
    assert sha256_of(secrets[0]) in dump
    assert not [secret for secret in secrets if secret in dump]


def test_a_forgotten_password_is_renewed_by_a_link_and_every_session_ends(workshop, admin):
    entered = entering.log_in(workshop, "ada", GOOD)
    older = people.renew(workshop, admin.name, admin.id)
    newer = people.renew(workshop, admin.name, admin.id)
    with pytest.raises(NothingFoundError):
        people.accept(workshop, older.secret, "", BETTER)
    assert people.accept(workshop, newer.secret, "", BETTER).id == admin.id
    assert entering.logged_in(workshop, entered.secret) is None
    assert entering.log_in(workshop, "ada", GOOD) is None
    assert entering.log_in(workshop, "ada", BETTER) is not None


def test_the_last_administrator_stays_one(workshop, admin):
    for removed in (
        lambda: people.change_role(workshop, "ada", admin.id, Role.CURATOR),
        lambda: people.disable(workshop, "ada", admin.id),
    ):
        with pytest.raises(ConflictError, match="last administrator"):
            removed()
    second = people.add(workshop, "ada", "bob", Role.ADMIN, GOOD)
    people.disable(workshop, "ada", second.id)
    with pytest.raises(ConflictError):
        people.disable(workshop, "ada", admin.id)
    people.enable(workshop, "ada", second.id)
    assert people.change_role(workshop, "bob", admin.id, Role.VIEWER).role is Role.VIEWER


def test_who_is_disabled_is_out_at_once_and_their_tokens_stay_revoked(workshop, admin):
    user = people.add(workshop, "ada", "bob", Role.CURATOR, GOOD)
    entered, made = (
        entering.log_in(workshop, "bob", GOOD),
        entering.make_token(workshop, "bob", user.id, "script"),
    )
    people.disable(workshop, "ada", user.id)
    assert entering.logged_in(workshop, entered.secret) is None
    assert entering.shown_token(workshop, made.secret) is None
    assert entering.log_in(workshop, "bob", GOOD) is None
    people.enable(workshop, "ada", user.id)
    assert entering.shown_token(workshop, made.secret) is None
    assert entering.log_in(workshop, "bob", GOOD) is not None


def test_a_new_password_ends_the_other_sessions(workshop, admin):
    here, there = (entering.log_in(workshop, "ada", GOOD).secret for _ in range(2))
    people.set_password(workshop, "ada", admin.id, BETTER, keep=here)
    assert entering.logged_in(workshop, here) is not None
    assert entering.logged_in(workshop, there) is None
    assert people.knows_password(workshop, admin.id, BETTER)
    assert not people.knows_password(workshop, admin.id, GOOD)


@pytest.mark.parametrize("name", ["", "  ", "a:b", "x" * 101, "bell\a", "right\u202eleft", "<b>", "\ud800"])
def test_names_that_cannot_be_are_refused(workshop, name):
    with pytest.raises(InvalidInputError, match="visible characters"):
        people.add(workshop, "ada", name, Role.VIEWER, GOOD)


def test_an_unknown_role_lists_those_there_are():
    with pytest.raises(UnknownNameError, match="did you mean 'curator'"):
        people.role_of("curater")


def test_every_change_of_a_role_says_what_was_before(workshop, admin):
    user = people.add(workshop, "ada", "bob", Role.VIEWER, GOOD)
    people.change_role(workshop, "ada", user.id, Role.CURATOR)
    with workshop.database.read() as session:
        deed = audit_log.page(session, 1)[0]
        assert rows.user(session, user.id).role is Role.CURATOR
    assert (deed.who, deed.action, deed.subject) == ("ada", "role.changed", "bob")
    assert deed.details == {"before": "viewer", "after": "curator"}
