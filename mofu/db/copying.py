"""Every row of one database → another, of whatever kind, in one transaction that is held against its source.

Rows go table by table, parents before children; JSON goes as the text that it is. A copy that is not whole leaves
nothing: it is committed when each table has as many rows as its source and the same content, and not before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Integer,
    Table,
    Text,
    cast,
    column,
    func,
    insert,
    select,
    type_coerce,
)
from sqlalchemy import table as named_table

from mofu.db import bulk
from mofu.db.base import Base
from mofu.db.engine import Database
from mofu.errors import DamagedError, LibraryError
from mofu.progress import Progress

BATCH = 2_000
_WIDE = 2**256


@dataclass(frozen=True, slots=True)
class TableContent:
    """What a table holds: `digest` is the sum of the SHA-256 of its rows, which no order changes, in hexadecimal."""

    name: str
    rows: int
    digest: str


def check_destination(source: Database, destination: Database, progress: Progress) -> None:
    """Raise LibraryError where the destination has rows already, and not exactly those of the source."""
    with source.reading_one_moment() as sender, destination.reading_one_moment() as receiver:
        if any(_count(receiver, table) for table in Base.metadata.sorted_tables):
            _already_there(sender, receiver, destination, progress)


def copy_rows(source: Database, destination: Database, progress: Progress) -> tuple[list[TableContent], bool]:
    """Copy every table; what they hold, and whether anything had to be done.

    Raises:
        LibraryError: the destination has rows already, and not exactly those of the source.
        DamagedError: what arrived is not what was sent; nothing of it was kept.
    """
    with source.reading_one_moment() as sender, destination.writing_alone() as receiver:
        counted = [(table, _count(sender, table)) for table in Base.metadata.sorted_tables]
        if any(_count(receiver, table) for table, _ in counted):
            return _already_there(sender, receiver, destination, progress), False
        progress.start("copy", "rows", sum(count for _, count in counted))
        contents = _fill(sender, receiver, counted, progress)
        if (held := [content_of(receiver, table) for table, _ in counted]) != contents:
            differ = [sent.name for sent, kept in zip(contents, held, strict=True) if sent != kept]
            raise DamagedError(
                f"{', '.join(differ)}: what arrived in {destination.folder} is not what was sent; nothing was kept: "
                "make the same call again, and see to the disks if it fails again"
            )
        _advance_sequences(receiver)
    progress.finish(f"{sum(each.rows for each in contents):,} rows in {len(contents)} tables, each as its source")
    return contents, True


def content_of(connection: Connection, table: Table) -> TableContent:
    """What a table holds, the same on every kind of database."""
    tally = _Tally()
    for batch in _batches(connection, table):
        tally.add(batch)
    return tally.content(table)


class _Tally:
    def __init__(self) -> None:
        self._rows, self._sum = 0, 0

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        for row in rows:
            said = repr([_plain(value) for value in row]).encode("utf-8", "surrogatepass")
            self._sum = (self._sum + int.from_bytes(hashlib.sha256(said).digest(), "big")) % _WIDE
        self._rows += len(rows)

    def content(self, table: Table) -> TableContent:
        return TableContent(table.name, self._rows, f"{self._sum:064x}")


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def _already_there(
    sender: Connection, receiver: Connection, destination: Database, progress: Progress
) -> list[TableContent]:
    """What is there, where it is the same: a copy that was made before, whose maker did not hear of it."""
    progress.start("compare", "rows", None)
    contents = []
    for table in Base.metadata.sorted_tables:
        contents.append(content_of(sender, table))
        if content_of(receiver, table) != contents[-1]:
            raise LibraryError(
                f"the database of {destination.folder} has rows already, and {table.name} is not as in the source: "
                "expected an empty one, or a whole copy; name another destination"
            )
    progress.finish("the same on both sides")
    return contents


def _fill(
    sender: Connection, receiver: Connection, counted: Sequence[tuple[Table, int]], progress: Progress
) -> list[TableContent]:
    done, total, contents = 0, sum(count for _, count in counted), []
    for table, _ in counted:
        tally = _Tally()
        for batch in _batches(sender, table):
            tally.add(batch)
            _send(receiver, table, batch)
            done += len(batch)
            progress.advance(done, total)
        contents.append(tally.content(table))
    return contents


def _count(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


def _batches(connection: Connection, table: Table) -> Iterator[Sequence[Sequence[Any]]]:
    """The rows of a table in the order of their keys, so that those they name come first."""
    columns = [_as_text(connection, each) if isinstance(each.type, JSON) else each for each in table.columns]
    query = select(*columns).order_by(*table.primary_key.columns)
    result = connection.execute(query, execution_options={"yield_per": BATCH})
    yield from result.partitions()


def _as_text(connection: Connection, value: ColumnElement[Any]) -> ColumnElement[str]:
    """JSON as it was written down; SQLite keeps it as text anyhow."""
    return type_coerce(value, Text) if connection.dialect.name == "sqlite" else cast(value, Text)


def _send(receiver: Connection, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    names = [each.name for each in table.columns]
    if receiver.dialect.name == "postgresql":
        bulk.copy_in(receiver, table, names, rows)
        return
    plain = [column(each.name, Text() if isinstance(each.type, JSON) else each.type) for each in table.columns]
    target = named_table(table.name, *plain)
    receiver.execute(insert(target), [dict(zip(names, row, strict=True)) for row in rows])


def _advance_sequences(receiver: Connection) -> None:
    """Let the next number of each table be one that no row has; SQLite finds it by itself."""
    if receiver.dialect.name != "postgresql":
        return
    for table in Base.metadata.sorted_tables:
        key = table.autoincrement_column
        if key is not None and isinstance(key.type, Integer):
            last = receiver.scalar(select(func.max(key)))
            name = func.pg_get_serial_sequence(table.name, key.name)
            if last is not None and receiver.scalar(select(name)) is not None:
                receiver.execute(select(func.setval(name, last)))
