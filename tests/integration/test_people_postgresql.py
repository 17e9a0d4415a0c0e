"""Accounts on PostgreSQL, where transactions run side by side: what must happen once happens once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from databases import POSTGRESQL
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from mofu.db import people as rows
from mofu.db.people import Role
from mofu.errors import MofuError
from mofu.library import Library
from mofu.workers import entering, people

GOOD = "correct horse battery"
AT_ONCE = 4


@pytest.fixture(scope="module")
def library(all_databases, tmp_path_factory):
    with Library.open(all_databases.place(POSTGRESQL, tmp_path_factory.mktemp("people") / "library")) as opened:
        yield opened


def at_once(*calls):
    """What each of several calls gave that begin together: a value, or the error that it ended with."""
    barrier = Barrier(len(calls))

    def run(call):
        barrier.wait()
        try:
            return call()
        except MofuError as error:
            return error

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def test_administrators_who_remove_one_another_leave_one(library):
    admins = [people.add(library.workshop, "x", f"admin {n}", Role.ADMIN, GOOD) for n in range(AT_ONCE)]
    at_once(*[lambda user=user: people.disable(library.workshop, "x", user.id) for user in admins])
    with library.database.read() as session:
        assert len([user for user in rows.users(session) if user.disabled_at is None]) == 1


def test_an_invitation_and_a_link_are_taken_once(library):
    made = people.invite(library.workshop, "x", Role.VIEWER)
    names = [f"guest {n}" for n in range(AT_ONCE)]
    done = at_once(*[lambda name=name: people.accept(library.workshop, made.secret, name, GOOD) for name in names])
    assert len([each for each in done if not isinstance(each, MofuError)]) == 1
    link = entering.entry_link(library.workshop, "x")
    done = at_once(*[lambda: entering.enter(library.workshop, link.secret)] * AT_ONCE)
    assert len([each for each in done if each is not None]) == 1


def test_a_name_is_given_once(library):
    done = at_once(*[lambda: people.add(library.workshop, "x", "Hanako", Role.VIEWER, GOOD)] * AT_ONCE)
    assert [str(each) for each in done if isinstance(each, MofuError)] == [
        "the name 'Hanako' is taken: choose another"
    ] * (AT_ONCE - 1)


@pytest.mark.parametrize("change", ["UPDATE audit_log SET who = 'x'", "DELETE FROM audit_log", "TRUNCATE audit_log"])
def test_the_log_is_only_appended(library, change):
    with pytest.raises(IntegrityError, match="appended"), library.database.write() as session:
        session.execute(text(change))
