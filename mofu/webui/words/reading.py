"""A library → its words as cards, a page at a time; found by kana, kanji, romaji, gloss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mofu.db import rankings, words
from mofu.db.words import WordRecord, WordSummary
from mofu.lexicon import Lexicon, load, plain, romanised
from mofu.lexicon.kana import is_kana
from mofu.library import Library

PER_PAGE = 24
PICTURES = 5


@dataclass(frozen=True, slots=True)
class Card:
    """A word as it is shown.

    Attributes:
        romaji, gloss: how it is read and what it means; empty where that is not known.
        top: SHA-256 of its first pictures, in the order of its ranking.
    """

    word: WordRecord
    romaji: str
    gloss: str
    hits: int
    stored: int
    failed: int
    ranked: int
    top: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WordsPage:
    """One page of words, the newest first.

    Attributes:
        query: what was searched for; empty: everything.
        total: how many words match.
        next: the cursor of the next page; None on the last.
    """

    query: str
    total: int
    cards: tuple[Card, ...]
    next: int | None


def read(library: Library, query: str, before: int | None) -> WordsPage:
    """A page of the words that match a query and are older than a cursor (a word's number)."""
    lexicon = load(library.settings.lexicon.file)
    found, total = _found(library, query, before, lexicon) if query else _newest(library, before)
    shown = found[:PER_PAGE]
    with library.database.read() as session:
        summaries = words.summaries(session, shown)
        tops = {word.id: rankings.top(session, word.id, PICTURES) for word in shown}
    cards = tuple(_card(summary, tops[summary.word.id], lexicon) for summary in summaries)
    return WordsPage(query, total, cards, shown[-1].id if len(found) > len(shown) else None)


def _newest(library: Library, before: int | None) -> tuple[Sequence[WordRecord], int]:
    """The words of a page and one more, where there is one; how many there are in all."""
    with library.database.read() as session:
        return words.newest(session, before, PER_PAGE + 1), words.count(session)


def _found(library: Library, query: str, before: int | None, lexicon: Lexicon) -> tuple[Sequence[WordRecord], int]:
    """As `_newest`, of those that match; readings are not in the database, so every word is looked at."""
    matching = [word for word in reversed(library.words()) if _matches(word, query, lexicon)]
    return [word for word in matching if before is None or word.id < before], len(matching)


def _card(summary: WordSummary, top: Sequence[str], lexicon: Lexicon) -> Card:
    romaji, gloss = _reading(summary.word, lexicon)
    return Card(summary.word, romaji, gloss, summary.hits, summary.stored, summary.failed, summary.ranked, tuple(top))


def _reading(word: WordRecord, lexicon: Lexicon) -> tuple[str, str]:
    entry = lexicon.find(word.text)
    if entry is not None:
        return entry.romaji, entry.gloss
    return (romanised(word.text) if is_kana(word.text) else "", "")


def _matches(word: WordRecord, query: str, lexicon: Lexicon) -> bool:
    sought = plain(query)
    return any(sought in plain(text) for text in (word.text, word.noun, *_reading(word, lexicon)))
