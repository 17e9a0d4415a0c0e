"""Accounts in rows: names that people take for one are one, the log is only appended, links are taken once."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from mofu.db import audit_log, people, ways_in
from mofu.db.base import now
from mofu.db.engine import Database
from mofu.db.people import Role, lesser
from mofu.db.ways_in import NewInvitation
from mofu.errors import ConflictError, UnknownNameError

pytestmark = pytest.mark.both_databases


@pytest.fixture
def database(database_url, tmp_path):
    opened = Database.open(database_url, tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def session(database):
    with database.write() as opened:
        yield opened


@pytest.mark.parametrize("same", ["Ada", "ADA", "ａｄａ"])
def test_names_that_differ_by_case_or_width_are_one(session, same):
    people.add_user(session, "ada", Role.VIEWER, None)
    with pytest.raises(ConflictError, match="taken"):
        people.add_user(session, same, Role.VIEWER, None)
    assert people.named(session, same).name == "ada"
    assert people.add_user(session, "bob", Role.VIEWER, None).name == "bob"


def test_an_unknown_name_lists_the_nearest(session):
    people.add_user(session, "hanako", Role.VIEWER, None)
    with pytest.raises(UnknownNameError, match="did you mean 'hanako'"):
        people.named(session, "hanaco")


def test_the_lesser_of_two_roles_may_less():
    assert lesser(Role.ADMIN, Role.VIEWER) is lesser(Role.VIEWER, Role.ADMIN) is Role.VIEWER
    assert lesser(Role.ANNOTATOR, Role.CURATOR) is Role.ANNOTATOR


def test_a_session_ends_with_its_time_with_its_account_and_with_logging_out(session):
    user = people.add_user(session, "ada", Role.VIEWER, None)
    for secret, lasts in (("1" * 64, 60), ("2" * 64, 60), ("3" * 64, 0)):
        people.add_login(session, user.id, secret, now() + timedelta(seconds=lasts))
    assert people.logged_in(session, "1" * 64) == user
    assert people.logged_in(session, "3" * 64) is None
    assert people.end_login(session, "1" * 64)
    assert people.logged_in(session, "1" * 64) is None
    people.set_disabled(session, user.id, now())
    assert people.logged_in(session, "2" * 64) is None


def test_an_invitation_is_taken_once_and_not_after_its_time(session):
    fresh = ways_in.add_invitation(
        session, NewInvitation("1" * 64, Role.VIEWER, None, None, "ada", now() + timedelta(days=1))
    )
    late = ways_in.add_invitation(session, NewInvitation("2" * 64, Role.VIEWER, None, None, "ada", now()))
    assert [record.id for record in ways_in.open_invitations(session)] == [fresh.id]
    assert [ways_in.take_invitation(session, fresh.id) for _ in range(2)] == [True, False]
    assert not ways_in.take_invitation(session, late.id)


def test_the_log_is_read_page_by_page_the_newest_first(session):
    for number in range(5):
        audit_log.note(session, "ada", "counted" if number % 2 else "looked", str(number), to=number)
    first = audit_log.page(session, 2)
    second = audit_log.page(session, 2, before=first[-1].id)
    assert [deed.subject for deed in (*first, *second)] == ["4", "3", "2", "1"]
    assert [deed.details["to"] for deed in audit_log.page(session, 9, action="counted")] == [3, 1]
    assert audit_log.actions(session) == ["counted", "looked"]


@pytest.mark.parametrize("change", ["UPDATE audit_log SET who = 'bob'", "DELETE FROM audit_log"])
def test_a_line_of_the_log_is_neither_changed_nor_deleted(database, change):
    with database.write() as session:
        audit_log.note(session, "ada", "looked")
    with pytest.raises(IntegrityError, match="appended"), database.write() as session:
        session.execute(text(change))
    with database.read() as session:
        assert [deed.who for deed in audit_log.page(session, 9)] == ["ada"]
