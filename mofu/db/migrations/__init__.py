"""Alembic's versions of the tables, from the first one on."""
