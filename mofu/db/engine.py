"""A database of a library, opened: migrated to this program's version, durable, with readers and single writers."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
)
from sqlalchemy.orm import Session

from mofu.db.durable import full_disk_message
from mofu.errors import (
    DamagedError,
    DiskFullError,
    InvalidInputError,
    InvalidSettingError,
    LibraryBusyError,
    LibraryError,
    LibraryVersionError,
    MissingPackageError,
    MofuError,
)

BUSY_TIMEOUT_MS = 30_000
KEPT_CONNECTIONS = 16
"""Open between uses, as many as a server has threads by default; more are opened where they are needed: a thread that
holds one and waits for a second would otherwise wait for threads that do the same."""

_WRITES = "mofu_writes"
_NO_ROOM = ("disk is full", "No space left on device")
"""How SQLite and PostgreSQL say it."""
_IN_EACH_OTHERS_WAY = frozenset({"40001", "40P01", "55P03"})
"""PostgreSQL's codes for transactions that cannot both be: serialization, deadlock, a lock that is not to be had."""

_ALONE = 0x6D6F6675
"""The number of PostgreSQL's lock for those who write alone."""

_MIGRATING = threading.Lock()
"""Migrations find their connection in Alembic's modules: of two threads, one would write to the other's database."""


class Database:
    """One open database; `read()` and `write()` give sessions, a write commits at its end or not at all."""

    def __init__(self, url: str, folder: Path) -> None:
        self.folder = folder
        self.url = url
        self.engine = _engine(url)
        self._writer = self.engine.execution_options(**{_WRITES: True})

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file of SQLite's."""
        return self.engine.dialect.name == "sqlite"

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
            # whoever waits for the database finds the work done
            with self.writing_alone() as connection, _MIGRATING:
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
    def write_alone(self) -> Iterator[Session]:
        """As `write`; others that ask for the same wait, on any database: what no row names may be removed."""
        with self.write() as session:
            if not self.is_sqlite:
                session.execute(select(func.pg_advisory_xact_lock(_ALONE)))
            yield session

    @contextmanager
    def reading_one_moment(self) -> Iterator[Connection]:
        """A connection that sees the database as it is now, whatever others write meanwhile."""
        # a transaction of SQLite's does so by itself
        isolation = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with self.errors(), self.engine.connect().execution_options(**isolation) as connection, connection.begin():
            yield connection

    @contextmanager
    def writing_alone(self) -> Iterator[Connection]:
        """A connection whose transaction commits at its end or not at all; others that ask for the same wait."""
        with self.errors(), self._writer.connect() as connection, connection.begin():
            if not self.is_sqlite:
                connection.execute(select(func.pg_advisory_xact_lock(_ALONE)))
            yield connection

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turn the driver's faults into one clear line."""
        try:
            yield
        except DBAPIError as error:
            told = self._told(error)
            if told is None:
                raise
            raise told from error

    def _told(self, error: DBAPIError) -> MofuError | None:
        said = " ".join(str(error.orig).split())
        if any(words in said for words in _NO_ROOM):
            return DiskFullError(full_disk_message(self.folder))
        if "not a database" in said and isinstance(error.orig, sqlite3.DatabaseError):
            return LibraryError(f"{self.folder} holds a file that is not a database: {said}")
        if "malformed" in said and isinstance(error.orig, sqlite3.DatabaseError):
            return self._damaged(said)
        if said == "database is locked" or getattr(error.orig, "sqlstate", None) in _IN_EACH_OTHERS_WAY:
            return LibraryBusyError(
                f"somebody else is changing the database of {self.folder} ({said}): nothing of this change was "
                "kept; make the same call again"
            )
        if isinstance(error, DataError):
            return InvalidInputError(
                f"the database of {self.folder} cannot hold a value that it was given ({said}): expected text "
                "without the byte 0 and numbers in their range"
            )
        if isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated:
            remedy = "its file can be read and written" if self.is_sqlite else "its server runs and can be reached"
            return LibraryError(
                f"the database of {self.folder} does not answer ({said}): what was not finished is undone; see that "
                f"{remedy}, then make the same call again"
            )
        return None

    def require_whole(self) -> None:
        """Raise DamagedError where SQLite's file is damaged: what it says of other files is not to be acted upon."""
        if self.is_sqlite:
            with self.read() as session:
                said = session.scalars(text("PRAGMA integrity_check(1)")).one()
            if said != "ok":
                raise self._damaged(" ".join(str(said).split()))

    def _damaged(self, said: str) -> DamagedError:
        return DamagedError(
            f"the database file of {self.folder} is damaged ({said}): put a backup of it in its place, or save what "
            "can be read with `sqlite3 FILE .recover`; no other file was touched"
        )

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
        address = make_url(url)
        # a server that was restarted in the meantime is asked through a new connection; a file is always there
        asks_first = address.get_backend_name() != "sqlite"
        engine = create_engine(address, pool_size=KEPT_CONNECTIONS, max_overflow=-1, pool_pre_ping=asks_first)
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
