"""Alembic's entry: applies the versions to the connection that `mofu.db.engine` hands over."""

from typing import Any, Literal

from alembic import context

from mofu.db.base import UtcDateTime
from mofu.db.models import Word


def render(kind: str, item: Any, _autogenerate: object) -> str | Literal[False]:
    """Write our column types as plain SQLAlchemy ones: a version must not depend on today's code."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Word.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=render,
)
with context.begin_transaction():
    context.run_migrations()
