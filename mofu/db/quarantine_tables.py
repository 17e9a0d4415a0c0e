"""The table of images that killed those who worked on them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from mofu.db.base import SHA256, Base, now


class Quarantined(Base):
    """An image during whose task, it alone in it, a process died; set aside once that happened often enough."""

    __tablename__ = "quarantine"

    image_sha256: Mapped[str] = mapped_column(SHA256, ForeignKey("images.sha256", ondelete="CASCADE"), primary_key=True)
    stage: Mapped[str] = mapped_column(String(32), primary_key=True)
    deaths: Mapped[int]
    last_seen: Mapped[datetime] = mapped_column(default=now)
    reason: Mapped[str] = mapped_column(Text)
