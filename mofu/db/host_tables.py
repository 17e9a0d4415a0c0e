"""The tables of what processes that crawl side by side ask of one host, as typed models."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from mofu.db.base import Base

NAME = String(255)
"""A host's name is no longer than this."""


class CrawledHost(Base):
    """A host that several processes may ask at once; its row is the lock under which they share it."""

    __tablename__ = "crawled_hosts"

    name: Mapped[str] = mapped_column(NAME, primary_key=True)
    ready_at: Mapped[datetime | None]


class HostSlot(Base):
    """One process's share of what a host may be asked at once; without a share it waits."""

    __tablename__ = "host_slots"

    host: Mapped[str] = mapped_column(NAME, ForeignKey("crawled_hosts.name", ondelete="CASCADE"), primary_key=True)
    holder: Mapped[str] = mapped_column(String(64), primary_key=True)
    held: Mapped[int]
    wanted: Mapped[int]
    waits_since: Mapped[datetime | None]
    expires_at: Mapped[datetime]
