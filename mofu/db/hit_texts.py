"""What hits say of themselves in words: titles and tags, with what was searched for when they were found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from mofu.db.models import Hit, Word
from mofu.db.words import WORD


@dataclass(frozen=True, slots=True)
class HitTextRecord:
    """A hit's title and tags, a line each, and the word and noun of its search (no empty ones)."""

    url: str
    text: str
    searched: tuple[str, ...]


def of_words(session: Session) -> Iterator[HitTextRecord]:
    """Every hit of every word, whatever became of it, in the order in which words and hits came."""
    columns = select(Hit.url, Hit.title, Hit.tags, Word.text, Word.noun).join(Word, Word.id == Hit.word_id)
    rows = session.execute(
        columns.where(Word.kind == WORD).order_by(Word.id, Hit.position), execution_options={"yield_per": 1000}
    )
    for url, title, tags, word, noun in rows:
        lines = [title or "", *(str(tag) for tag in tags)]
        yield HitTextRecord(url, "\n".join(lines), tuple(text for text in (word, noun) if text))
