"""The ledger's tables as typed models: jobs asked for, the stages that ran for them or alone, lines of log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from mofu.db.base import Base, now

_WAITS = text("state = 'queued'")


class Job(Base):
    """Work asked for (it has a verb and a request) or one stage that some process ran (it has neither).

    A stage that ran for a job asked for has that job as its parent.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        Index(None, "state", "id"),
        Index("uq_jobs_key", "key", unique=True, sqlite_where=_WAITS, postgresql_where=_WAITS),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), index=True)
    verb: Mapped[str | None] = mapped_column(String(32))
    subject: Mapped[str | None] = mapped_column(String(500))
    request: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    key: Mapped[str | None] = mapped_column(String(64))
    asked_by: Mapped[str | None] = mapped_column(String(100))
    asked_at: Mapped[datetime | None]
    priority: Mapped[int] = mapped_column(default=0, server_default="0")
    stage: Mapped[str] = mapped_column(String(32), default="")
    word_id: Mapped[int | None] = mapped_column(ForeignKey("words.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(16))
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    failed: Mapped[int] = mapped_column(default=0)
    done_before: Mapped[int] = mapped_column(default=0, server_default="0")
    message: Mapped[str | None] = mapped_column(Text)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    worker: Mapped[str | None] = mapped_column(String(200))
    heartbeat_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    cancel_requested: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    resume_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    stage_started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class JobLine(Base):
    """One line of a job's log; lines are never changed, the oldest go where a job has very many."""

    __tablename__ = "job_log"
    __table_args__ = (Index(None, "job_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(default=now)
    level: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(Text)
