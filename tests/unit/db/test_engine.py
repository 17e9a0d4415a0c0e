"""A database opens migrated, refuses a newer library, and lets one writer at a time through."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

import alembic.command
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from mofu.db.base import Base
from mofu.db.engine import Database
from mofu.db.models import Word
from mofu.errors import InvalidSettingError, LibraryError, LibraryVersionError, MissingPackageError


@pytest.fixture(autouse=True)
def _real_migrations(remembered_migrations, monkeypatch):
    monkeypatch.setattr(alembic.command, "upgrade", remembered_migrations.real)


@pytest.fixture
def database(tmp_path):
    opened = Database.open(f"sqlite:///{tmp_path}/library.sqlite", tmp_path)
    yield opened
    opened.close()


def test_the_migrations_make_exactly_the_tables_of_the_models(database):
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_sqlite_is_durable_and_waits_for_its_turn(database):
    with database.read() as session:
        pragmas = {
            name: session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 30000}


def test_a_write_that_fails_leaves_nothing(database):
    def add_and_fail():
        with database.write() as session:
            session.add(Word(text="もふもふ", language="ja", slug="もふもふ"))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        add_and_fail()
    with database.read() as session:
        assert session.query(Word).count() == 0


def test_a_library_of_a_newer_mofu_is_refused_untouched(database, tmp_path):
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(LibraryVersionError, match="newer mofu"):
        Database.open(database.url, tmp_path)


def test_a_file_that_is_no_database_is_named(tmp_path):
    (tmp_path / "library.sqlite").write_bytes(b"this is a diary, not a database" * 100)
    with pytest.raises(LibraryError, match="not a database"):
        Database.open(f"sqlite:///{tmp_path}/library.sqlite", tmp_path)


def test_an_address_that_is_none_is_an_error_of_the_setting(tmp_path):
    with pytest.raises(InvalidSettingError, match=r"database\.url"):
        Database.open("not an url", tmp_path)


def test_opening_twice_migrates_once(database, tmp_path):
    Database.open(database.url, tmp_path).close()
    rows = sqlite3.connect(tmp_path / "library.sqlite").execute("SELECT version_num FROM alembic_version").fetchall()
    assert len(rows) == 1


def test_threads_that_open_new_databases_at_once_migrate_each_its_own(tmp_path):
    start = threading.Barrier(4)

    def tables(name):
        start.wait()
        opened = Database.open(f"sqlite:///{tmp_path / name}", tmp_path)
        found = set(inspect(opened.engine).get_table_names())
        opened.close()
        return found

    with ThreadPoolExecutor(4) as threads:
        each = list(threads.map(tables, "abcd"))
    assert each == [{*Base.metadata.tables, "alembic_version"}] * 4


def test_a_driver_that_is_not_installed_is_named_with_its_extra(tmp_path):
    with pytest.raises(MissingPackageError, match=r"oracledb.*pip install"):
        Database.open("oracle+oracledb://me:secret@here/x", tmp_path)


def test_a_password_in_the_address_is_never_shown(tmp_path):
    with pytest.raises(InvalidSettingError) as caught:
        Database.open("nothing://me:secret@here/x", tmp_path)
    assert "secret" not in str(caught.value)
