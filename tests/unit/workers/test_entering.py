"""Sessions, tokens and entry links: who comes in, as what, and for how long."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from mofu.db import people as rows
from mofu.db.people import Role
from mofu.errors import InvalidInputError, UnknownNameError
from mofu.library import Library
from mofu.workers import entering, people

pytestmark = pytest.mark.both_databases

GOOD = "correct horse battery"


@pytest.fixture
def workshop(placed, tmp_path):
    with Library.open(placed(tmp_path / "library")) as library:
        yield library.workshop


@pytest.fixture
def ada(workshop):
    return people.add(workshop, "command line: root", "ada", Role.CURATOR, GOOD)


def test_a_name_and_its_password_begin_a_session_which_logging_out_ends(workshop, ada):
    entered = entering.log_in(workshop, "ADA", GOOD)
    assert entered.user == ada
    assert entering.logged_in(workshop, entered.secret) == ada
    entering.log_out(workshop, entered.secret)
    assert entering.logged_in(workshop, entered.secret) is None


@pytest.mark.parametrize(
    ("name", "password"), [("ada", "wrong horse battery"), ("eve", GOOD), ("", ""), ("\ud800", GOOD), ("a\0a", GOOD)]
)
def test_whatever_is_wrong_the_answer_is_the_same(workshop, ada, name, password):
    assert entering.log_in(workshop, name, password) is None


def test_an_account_without_a_password_has_no_door_for_one(workshop):
    link = entering.entry_link(workshop, "command line: root")
    assert entering.log_in(workshop, link.user.name, "") is None


def test_logging_out_everywhere_ends_every_session_and_no_token(workshop, ada):
    secrets = [entering.log_in(workshop, "ada", GOOD).secret for _ in range(3)]
    token = entering.make_token(workshop, "ada", ada.id, "script")
    assert entering.log_out_everywhere(workshop, "ada", ada.id) == 3
    assert [entering.logged_in(workshop, secret) for secret in secrets] == [None] * 3
    assert entering.shown_token(workshop, token.secret) == (ada, Role.CURATOR)


def test_a_session_ends_by_itself(workshop, ada, monkeypatch):
    monkeypatch.setattr(entering, "SESSION_LASTS", timedelta(0))
    assert entering.logged_in(workshop, entering.log_in(workshop, "ada", GOOD).secret) is None


def test_a_hash_of_weaker_days_is_made_anew_at_the_next_login(workshop, ada):
    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(GOOD)
    with workshop.database.write() as session:
        rows.set_password_hash(session, ada.id, weak)
    assert entering.log_in(workshop, "ada", "wrong horse battery") is None
    with workshop.database.read() as session:
        assert rows.password_hash(session, ada.id) == weak
    assert entering.log_in(workshop, "ada", GOOD) is not None
    with workshop.database.read() as session:
        assert rows.password_hash(session, ada.id) != weak
    assert entering.log_in(workshop, "ada", GOOD) is not None


@pytest.mark.parametrize(
    ("asked", "then", "may"),
    [
        (None, Role.CURATOR, Role.CURATOR),
        (Role.VIEWER, Role.CURATOR, Role.VIEWER),
        (Role.ADMIN, Role.ADMIN, Role.CURATOR),
        (Role.CURATOR, Role.VIEWER, Role.VIEWER),
    ],
)
def test_a_token_may_what_it_was_made_for_and_never_more_than_its_owner(workshop, ada, asked, then, may):
    made = entering.make_token(workshop, "ada", ada.id, "script", asked)
    people.change_role(workshop, "ada", ada.id, then)
    assert entering.shown_token(workshop, made.secret)[1] is may


def test_a_revoked_token_lets_nobody_in(workshop, ada):
    made = entering.make_token(workshop, "ada", ada.id, "script")
    entering.revoke_token(workshop, "ada", made.token.id)
    assert entering.shown_token(workshop, made.secret) is None
    assert entering.shown_token(workshop, "mofu_never-made") is None


def test_the_last_use_of_a_token_is_kept(workshop, ada):
    made = entering.make_token(workshop, "ada", ada.id, "script")
    entering.shown_token(workshop, made.secret)
    with workshop.database.read() as session:
        (token,) = rows.tokens(session, ada.id)
    assert (made.token.last_used_at, token.last_used_at is None) == (None, False)


@pytest.mark.parametrize("label", ["", " ", "x" * 101, "bell\a"])
def test_a_label_is_visible(workshop, ada, label):
    with pytest.raises(InvalidInputError, match="visible"):
        entering.make_token(workshop, "ada", ada.id, label)


def test_the_first_entry_link_makes_the_first_administrator(workshop):
    link = entering.entry_link(workshop, "command line: root")
    assert (link.user.role, link.user.has_password) == (Role.ADMIN, False)
    entered = entering.enter(workshop, link.secret)
    assert entering.logged_in(workshop, entered.secret) == link.user
    assert entering.entry_link(workshop, "command line: root").user.id == link.user.id


def test_an_entry_link_serves_once_and_ends_when_a_newer_is_made(workshop):
    older = entering.entry_link(workshop, "command line: root")
    newer = entering.entry_link(workshop, "command line: root")
    assert [entering.enter(workshop, secret) for secret in (older.secret, "never made")] == [None, None]
    assert entering.enter(workshop, newer.secret) is not None
    assert entering.enter(workshop, newer.secret) is None


def test_an_entry_link_is_short_lived(workshop, monkeypatch):
    monkeypatch.setattr(entering, "ENTRY_LINK_LASTS", timedelta(0))
    assert entering.enter(workshop, entering.entry_link(workshop, "command line: root").secret) is None


def test_an_entry_link_is_for_whom_it_names_and_never_for_a_disabled_account(workshop, ada):
    people.add(workshop, "ada", "root of all", Role.ADMIN, GOOD)
    assert entering.entry_link(workshop, "x", "ada").user == ada
    assert entering.entry_link(workshop, "x").user.name == "root of all"
    with pytest.raises(UnknownNameError):
        entering.entry_link(workshop, "x", "eve")
    people.disable(workshop, "ada", ada.id)
    with pytest.raises(InvalidInputError, match="mofu user enable"):
        entering.entry_link(workshop, "x", "ada")
