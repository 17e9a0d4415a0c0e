"""`mofu user`: links and tokens on stdout, accounts as tables and JSON, no question without a terminal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cli_calls import Mofu

from mofu.library import Library
from mofu.workers import entering, people


@pytest.fixture
def library(tmp_path: Path) -> Path:
    with Library.open(tmp_path / "library") as opened:
        return opened.root


def test_an_invitation_is_a_link_that_makes_the_account(mofu: Mofu, library: Path) -> None:
    said = mofu("user", "add", "hanako", "--role", "annotator", "--library", library)
    found = re.fullmatch(r"http://127\.0\.0\.1:8080/invitations/([\w-]{43})", said.lines[0])
    assert found is not None
    with Library.open(library) as opened:
        people.accept(opened.workshop, found[1], "", "correct horse battery")
    (account,) = mofu("user", "--json", "--library", library).json
    assert (account["name"], account["role"], account["has_password"]) == ("hanako", "annotator", True)


def test_a_link_has_the_address_that_people_use(mofu: Mofu, library: Path) -> None:
    said = mofu("user", "add", "hanako", "--address", "https://mofu.example.org/", "--json", "--library", library)
    assert said.json[0]["link"].startswith("https://mofu.example.org/invitations/")


def test_the_first_link_makes_the_first_administrator(mofu: Mofu, library: Path) -> None:
    said = mofu("user", "link", "--library", library, "--set", "web.port=9000", "--set", "web.host=0.0.0.0")
    secret = said.lines[0].removeprefix("http://127.0.0.1:9000/enter/")
    with Library.open(library) as opened:
        entered = entering.enter(opened.workshop, secret)
    assert entered is not None
    assert entered.user.role == "admin"


def test_a_role_a_closed_account_and_the_last_administrator(mofu: Mofu, library: Path) -> None:
    mofu("user", "link", "--library", library)
    (admin,) = mofu("user", "list", "--json", "--library", library).json
    said = mofu("user", "disable", admin["name"], "--library", library)
    assert (said.code, "last administrator" in said.err) == (1, True)
    with Library.open(library) as opened:
        people.add(opened.workshop, "test", "hanako", people.role_of("viewer"), "correct horse battery")
    assert mofu("user", "role", "HANAKO", "curator", "--library", library).lines == ["hanako: curator"]
    assert mofu("user", "disable", "hanako", "--library", library).lines == ["hanako: curator, closed"]
    assert mofu("user", "enable", "hanako", "--library", library).lines == ["hanako: curator"]


def test_a_token_is_all_that_stdout_says(mofu: Mofu, library: Path) -> None:
    mofu("user", "link", "--library", library)
    (admin,) = mofu("user", "list", "--json", "--library", library).json
    said = mofu("user", "token", admin["name"], "--label", "nightly", "--role", "viewer", "--library", library)
    with Library.open(library) as opened:
        shown = entering.shown_token(opened.workshop, said.out.strip())
    assert shown is not None
    assert shown[1] == "viewer"


def test_a_new_password_link_is_for_an_account_there_is(mofu: Mofu, library: Path) -> None:
    mofu("user", "link", "--library", library)
    (admin,) = mofu("user", "list", "--json", "--library", library).json
    assert "/invitations/" in mofu("user", "password", admin["name"], "--library", library).out
    said = mofu("user", "password", "nobody", "--library", library)
    assert (said.code, "unknown user 'nobody'" in said.err) == (2, True)


def test_a_password_is_asked_for_on_a_terminal_only(
    mofu: Mofu, library: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    nothing = tmp_path / "nothing"
    nothing.touch()
    with nothing.open() as no_terminal:
        monkeypatch.setattr("sys.stdin", no_terminal)
        said = mofu("user", "add", "ada", "--password", "--library", library)
    assert (said.code, "leave it out to get a link" in said.err) == (2, True)


def test_an_unknown_role_names_the_nearest(mofu: Mofu, library: Path) -> None:
    said = mofu("user", "add", "ada", "--role", "admim", "--library", library)
    assert (said.code, "did you mean 'admin'" in said.err) == (2, True)
