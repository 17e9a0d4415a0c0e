"""The table of purges that are not finished: words whose rows are gone and whose files may not be, yet."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from mofu.db.base import Base, now


class Purge(Base):
    """What a purge has to remove; its row is written with the rows' end and goes when no file is left."""

    __tablename__ = "purges"

    id: Mapped[int] = mapped_column(primary_key=True)
    left: Mapped[dict[str, Any]]
    begun_at: Mapped[datetime] = mapped_column(default=now)
