"""A library → its words as cards, a page at a time; found by kana, kanji, romaji, gloss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mofu.db import images, rankings, regions, styles, visualness, words
from mofu.db.jobs import QUEUED, RUNNING
from mofu.db.visualness import RecognizabilityRecord
from mofu.db.words import WordRecord, WordSummary
from mofu.lexicon import Lexicon, load, plain, romanised
from mofu.lexicon.kana import is_kana
from mofu.library import Library
from mofu.webui.jobs.reading import JobView
from mofu.webui.words.working import working

PER_PAGE = 24
PICTURES = 5


@dataclass(frozen=True, slots=True)
class Card:
    """A word as it is shown.

    Attributes:
        romaji, gloss: how it is read and what it means; empty where that is not known.
        top: SHA-256 of its first pictures, in the order of its ranking, or of its search before the first.
        visualness: the newest measurement; None before the first.
        regions: images on which the current segmentation found it.
        styles: of its current pack; 0 before the first.
        job: what is done for it now, or (before the first ranking) the last job where it did not get done.
    """

    word: WordRecord
    romaji: str
    gloss: str
    hits: int
    stored: int
    failed: int
    ranked: int
    top: tuple[str, ...]
    visualness: RecognizabilityRecord | None
    regions: int
    styles: int
    job: JobView | None


@dataclass(frozen=True, slots=True)
class WordsPage:
    """One page of words, the newest first.

    Attributes:
        query: what was searched for; empty: everything.
        total: how many words match.
        next: the cursor of the next page; None on the last.
        waiting: jobs that make words which are not there yet; on the first page of all words.
    """

    query: str
    total: int
    cards: tuple[Card, ...]
    next: int | None
    waiting: tuple[JobView, ...]

    @property
    def is_live(self) -> bool:
        """Whether something is under way, so that the page is to be read again."""
        return any(job.job.state in (QUEUED, RUNNING) for job in (*self.waiting, *(c.job for c in self.cards if c.job)))


def read(library: Library, query: str, before: int | None) -> WordsPage:
    """A page of the words that match a query and are older than a cursor (a word's number)."""
    lexicon = load(library.settings.lexicon.file)
    found, total = _found(library, query, before, lexicon) if query else _newest(library, before)
    shown = found[:PER_PAGE]
    with library.database.read() as session:
        summaries = words.summaries(session, shown)
        tops = {each.word.id: _top(session, each) for each in summaries}
        measured = visualness.newest_recognizabilities(session, [word.id for word in shown])
        segmented = regions.images_with(session, [word.id for word in shown])
        learned = styles.packs_count(session, [word.id for word in shown])
        work = working(session, shown, [summary.word for summary in summaries if not summary.ranked])
    cards = tuple(
        _card(
            each,
            tops[each.word.id],
            measured.get(each.word.id),
            lexicon,
            segmented=segmented,
            learned=learned,
            jobs=work.of,
        )
        for each in summaries
    )
    waiting = () if query or before is not None else work.new
    return WordsPage(query, total, cards, shown[-1].id if len(found) > len(shown) else None, waiting)


def _top(session: Session, of: WordSummary) -> tuple[str, ...]:
    if of.ranked:
        return tuple(rankings.top(session, of.word.id, PICTURES))
    return tuple(image.sha256 for image in images.of_word(session, of.word.id, PICTURES))


def _newest(library: Library, before: int | None) -> tuple[Sequence[WordRecord], int]:
    """The words of a page and one more, where there is one; how many there are in all."""
    with library.database.read() as session:
        return words.newest(session, before, PER_PAGE + 1), words.count(session)


def _found(library: Library, query: str, before: int | None, lexicon: Lexicon) -> tuple[Sequence[WordRecord], int]:
    """As `_newest`, of those that match; readings are not in the database, so every word is looked at."""
    matching = [word for word in reversed(library.words()) if _matches(word, query, lexicon)]
    return [word for word in matching if before is None or word.id < before], len(matching)


def _card(
    of: WordSummary,
    top: tuple[str, ...],
    measured: RecognizabilityRecord | None,
    lexicon: Lexicon,
    *,
    segmented: Mapping[int, int],
    learned: Mapping[int, int],
    jobs: Mapping[int, JobView],
) -> Card:
    romaji, gloss = _reading(of.word, lexicon)
    return Card(
        of.word, romaji, gloss, of.hits, of.stored, of.failed, of.ranked, top, measured, segmented.get(of.word.id, 0),
        learned.get(of.word.id, 0), jobs.get(of.word.id),
    )  # fmt: skip


def _reading(word: WordRecord, lexicon: Lexicon) -> tuple[str, str]:
    entry = lexicon.find(word.text)
    if entry is not None:
        return entry.romaji, entry.gloss
    return (romanised(word.text) if is_kana(word.text) else "", "")


def _matches(word: WordRecord, query: str, lexicon: Lexicon) -> bool:
    sought = plain(query)
    return any(sought in plain(text) for text in (word.text, word.noun, *_reading(word, lexicon)))
