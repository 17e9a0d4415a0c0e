"""The table of the steps in which people judge: what one press of undo takes back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from mofu.db.base import Base, now


class Step(Base):
    """A range of images judged at once, or a step that takes one back or gives it again; never changed."""

    __tablename__ = "verdict_steps"
    __table_args__ = (Index(None, "word_id", "who", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True)
    word_id: Mapped[int] = mapped_column(ForeignKey("words.id", ondelete="CASCADE"))
    who: Mapped[str] = mapped_column(String(100))
    action: Mapped[str] = mapped_column(String(8))
    follows: Mapped[str | None] = mapped_column(String(36))
    given_at: Mapped[datetime] = mapped_column(default=now)
