"""A database of a library, opened: migrated to this program's version, durable, with readers and single writers."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, OperationalError
from sqlalchemy.orm import Session

from mofu.db.durable import full_disk_message
from mofu.errors import DiskFullError, InvalidSettingError, LibraryError, LibraryVersionError, MissingPackageError

BUSY_TIMEOUT_MS = 30_000
KEPT_CONNECTIONS = 16
"""Open between uses, as many as a server has threads by default; more are opened where they are needed: a thread that
holds one and waits for a second would otherwise wait for threads that do the same."""

_WRITES = "mofu_writes"
_NO_ROOM = ("disk is full", "No space left on device")
"""How SQLite and PostgreSQL say it."""


class Database:
    """One open database; `read()` and `write()` give sessions, a write commits at its end or not at all."""

    def __init__(self, url: str, folder: Path) -> None:
        self.folder = folder
        self.url = url
        self.engine = _engine(url)
        self._writer = self.engine.execution_options(**{_WRITES: True})

    @classmethod
    def open(cls, url: str, folder: Path) -> Database:
        """Open and migrate.

        Args:
            url: any SQLAlchemy URL.
            folder: the library's folder, named in messages.

        Raises:
            LibraryVersionError: the database was written by a newer mofu.
            LibraryError: it cannot be reached or is not a database.
        """
        database = cls(url, folder)
        with database.errors():
            database._migrate()
        return database

    def _migrate(self) -> None:
        config = migrations_config()
        script = ScriptDirectory.from_config(config)
        # Whoever only looks does not wait for a writer: the write lock is taken only where there is work to do.
        with self.engine.connect() as connection:
            heads = MigrationContext.configure(connection).get_current_heads()
            known = {revision.revision for revision in script.walk_revisions()}
            if not set(heads) <= known:
                raise LibraryVersionError(
                    f"the library at {self.folder} was written by a newer mofu "
                    f"(its schema is {min(set(heads) - known)}): upgrade with `pip install -U mofu`, "
                    "or name another library with --library"
                )
        if set(heads) != set(script.get_heads()):
            with self._writer.connect() as connection, connection.begin():
                config.attributes["connection"] = connection
                command.upgrade(config, "head")

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading."""
        with self.errors(), Session(self.engine) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that holds the write lock from its first statement and commits at the end."""
        with self.errors(), Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turn the driver's faults into one clear line."""
        try:
            yield
        except OperationalError as error:
            if any(words in str(error.orig) for words in _NO_ROOM):
                raise DiskFullError(full_disk_message(self.folder)) from error
            raise LibraryError(f"the database of {self.folder} does not answer: {error.orig}") from error
        except DatabaseError as error:
            if isinstance(error.orig, sqlite3.DatabaseError) and "not a database" in str(error.orig):
                raise LibraryError(f"{self.folder} holds a file that is not a database: {error.orig}") from error
            raise

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


def migrations_config() -> Config:
    """Alembic's configuration for the migrations in this package."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config


def _engine(url: str) -> Engine:
    try:
        engine = create_engine(make_url(url), pool_size=KEPT_CONNECTIONS, max_overflow=-1)
    except ModuleNotFoundError as error:
        raise MissingPackageError(
            f"database.url needs the package {error.name!r}: pip install 'mofu[postgres]' brings PostgreSQL's"
        ) from error
    except (ArgumentError, NoSuchModuleError) as error:
        raise InvalidSettingError(
            "database.url is not an address of a database: expected an SQLAlchemy URL such as sqlite:///file or "
            "postgresql+psycopg://user@host/name"
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun by `_begin_sqlite`, not by the driver's guess
    for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={BUSY_TIMEOUT_MS}", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once: an upgrade from reader to writer in mid-transaction could not wait, only fail.
    mode = "IMMEDIATE" if connection.get_execution_options().get(_WRITES) else "DEFERRED"
    connection.exec_driver_sql(f"BEGIN {mode}")
