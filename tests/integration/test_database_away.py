"""A PostgreSQL server that goes away and comes back: one clear line, nothing half-done, and on it goes."""

import tempfile
from pathlib import Path

import pytest
from databases import sqlalchemy_url, start_server
from sqlalchemy import text

from mofu.cli import run
from mofu.db import words
from mofu.errors import InvalidInputError, LibraryBusyError, LibraryError
from mofu.library import Library


@pytest.fixture
def server_folder():
    with tempfile.TemporaryDirectory(prefix="mofu-databases-", ignore_cleanup_errors=True) as folder:
        yield Path(folder) / "postgresql"


def test_a_server_that_goes_away_in_the_middle_and_comes_back(server_folder, tmp_path, capsys):
    server = start_server(server_folder)
    url = sqlalchemy_url(server).render_as_string(hide_password=False)
    with Library.open(tmp_path / "library", flags=[f"database.url={url}"]) as library:
        with library.database.write() as session:
            words.ensure(session, "もふもふ")

        def change_while_it_goes():
            with library.database.write() as session:
                words.ensure(session, "ふわふわ")
                server.cleanup()
                words.ensure(session, "さらさら")

        with pytest.raises(LibraryError, match=r"does not answer .*: what was not finished is undone") as raised:
            change_while_it_goes()
        assert "\n" not in str(raised.value)
        with pytest.raises(LibraryError, match="see that its server runs"):
            library.words()
        called = run(["words", "list", "--library", str(library.root), "--set", f"database.url={url}"])
        assert (called, len(capsys.readouterr().err.splitlines())) == (1, 1)
        server = start_server(server_folder)
        assert [word.text for word in library.words()] == ["もふもふ"]
    server.cleanup()


def test_what_postgresql_cannot_hold_is_one_line(all_databases, tmp_path):
    with Library.open(tmp_path / "library", flags=[f"database.url={all_databases.postgresql()}"]) as library:

        def change():
            with library.database.write() as session:
                words.ensure(session, "もふもふ")
                session.connection().exec_driver_sql("UPDATE words SET noun = %(noun)s", {"noun": "a\0b"})

        with pytest.raises(InvalidInputError, match="without the byte 0"):
            change()
        assert library.words() == []


def test_who_finds_rows_held_by_another_is_told_to_come_again(all_databases, tmp_path):
    with Library.open(tmp_path / "library", flags=[f"database.url={all_databases.postgresql()}"]) as library:
        with library.database.write() as session:
            words.ensure(session, "もふもふ")

        def take():
            with library.database.write() as session:
                session.execute(text("SELECT id FROM words FOR UPDATE NOWAIT"))

        with library.database.write() as holder:
            holder.execute(text("SELECT id FROM words FOR UPDATE"))
            with pytest.raises(LibraryBusyError, match="nothing of this change was kept; make the same call again"):
                take()
        take()
