"""An open database → what it says of itself, without its secrets."""

from __future__ import annotations

from dataclasses import dataclass

from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import make_url

from mofu.db.engine import Database


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """Where a database is (passwords as ***), its schema's revision, and SQLite's journal mode (None elsewhere)."""

    url: str
    schema: str
    journal_mode: str | None


def facts(database: Database) -> DatabaseFacts:
    """Ask an open database."""
    with database.errors(), database.engine.connect() as connection:
        schema = ", ".join(MigrationContext.configure(connection).get_current_heads())
        is_sqlite = connection.dialect.name == "sqlite"
        mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar() if is_sqlite else None
    return DatabaseFacts(make_url(database.url).render_as_string(hide_password=True), schema, mode)
