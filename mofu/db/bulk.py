"""Many rows of one table → the database, the way it takes them fastest: COPY on PostgreSQL, executemany on SQLite."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Table, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from mofu.db.base import Base


def add(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Add rows that all name the same columns; those that they leave out have their server's default or are NULL."""
    if not rows:
        return
    table, connection = table_of(model), session.connection()
    if connection.dialect.name == "postgresql":
        copy_in(connection, table, list(rows[0]), _as_sent(connection, table, rows))
    else:
        session.execute(insert(table), list(rows))


def add_missing(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Add those of these rows whose keys are not there yet, even where somebody else adds the same at this moment."""
    if not rows:
        return
    dialect: Any = postgresql if session.connection().dialect.name == "postgresql" else sqlite
    session.execute(dialect.insert(table_of(model)).on_conflict_do_nothing(), list(rows))


def copy_in(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Stream rows of values, as the driver takes them, into a table of PostgreSQL.

    Raises:
        DBAPIError: as other statements do.
    """
    quote = connection.dialect.identifier_preparer.quote
    statement = f"COPY {quote(table.name)} ({', '.join(quote(name) for name in columns)}) FROM STDIN"
    driver: Any = connection.connection.driver_connection
    fault = connection.dialect.loaded_dbapi.Error
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except fault as error:
        raise DBAPIError.instance(statement, None, error, fault, dialect=connection.dialect) from error


def table_of(model: type[Base]) -> Table:
    """The table of a model."""
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - what every model has, which its types do not say
    return table


def _as_sent(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> Iterator[list[Any]]:
    """The values of rows as SQLAlchemy hands them to the driver: JSON as text, times in UTC."""
    names = list(rows[0])
    types = [table.c[name].type.dialect_impl(connection.dialect) for name in names]
    sent = [each.bind_processor(connection.dialect) for each in types]
    for row in rows:
        yield [row[name] if make is None else make(row[name]) for name, make in zip(names, sent, strict=True)]
