"""Words that people correct → their corrections, kept open between requests: a lock each, the least used go first.

Opening one reads a word's activations and solves from nothing; a verdict later, the open one answers at once.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic

from mofu.db import activations, images, rankings
from mofu.db.rankings import RankingRecord
from mofu.db.words import WordRecord
from mofu.errors import NothingFoundError
from mofu.workers.basis import as_ranked
from mofu.workers.correcting import Preview, WordCorrection
from mofu.workers.workshop import Workshop

MOST_BYTES = 512 * 2**20
FLOAT_BYTES = 4


@dataclass(slots=True)
class _Kept:
    """One word's place: at most one correction, on the ranking that it was opened at, and its last preview.

    Attributes:
        began_at: by the monotonic clock, when that preview began to read the verdicts.
    """

    lock: threading.Lock = field(default_factory=threading.Lock)
    correction: WordCorrection | None = None
    ranking_id: int = 0
    size_bytes: int = 0
    preview: Preview | None = None
    began_at: float = 0.0


class OpenCorrections:
    """The corrections that are open; any number of threads may ask."""

    def __init__(self, workshop: Workshop, most_bytes: int = MOST_BYTES) -> None:
        """Nothing is open yet.

        Args:
            most_bytes: of all that is open, about; what is in use stays.
        """
        self._workshop, self._most_bytes = workshop, most_bytes
        self._kept: OrderedDict[int, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def of(self, word: WordRecord) -> Iterator[WordCorrection]:
        """A word's correction at its current ranking, for one thread at a time.

        Raises:
            NothingFoundError, UnknownNameError, InvalidSettingError: as `WordCorrection`.
        """
        with self._open(word) as (_, correction):
            yield correction

    def preview(self, word: WordRecord) -> Preview:
        """The order with all verdicts that were stored before this was asked.

        All who come while one is being made share the next: a word is ranked once for them, not once for each.
        """
        asked_at = monotonic()
        with self._open(word) as (kept, correction):
            return _preview(kept, correction, asked_at)

    def next_to_judge(self, word: WordRecord, count: int) -> tuple[str, ...]:
        """The images whose verdicts would say most, without any that was judged before this was asked."""
        asked_at = monotonic()
        with self._open(word) as (kept, correction):
            _preview(kept, correction, asked_at)
            return correction.next_to_judge(count)

    def save(self, word: WordRecord) -> RankingRecord:
        """Make a word's preview its current ranking; the correction stays open unless images came in meanwhile."""
        with self._open(word) as (kept, correction):
            before = len(correction.preview().images)
            saved = correction.save()
            kept.preview = None  # what it says of former ranks holds no more
            if saved.count == before:
                kept.ranking_id = saved.id
            return saved

    @contextmanager
    def _open(self, word: WordRecord) -> Iterator[tuple[_Kept, WordCorrection]]:
        with self._lock:
            kept = self._kept.setdefault(word.id, _Kept())
            self._kept.move_to_end(word.id)
        with kept.lock:
            ranking = self._current(word)
            if kept.correction is None or kept.ranking_id != ranking.id:
                kept.correction = kept.preview = None  # two at once would take the room of two
                kept.correction = WordCorrection(self._workshop, word)
                kept.ranking_id, kept.size_bytes = ranking.id, self._size(ranking)
                self._make_room()
            yield kept, kept.correction

    def _current(self, word: WordRecord) -> RankingRecord:
        with self._workshop.database.read() as session:
            ranking = rankings.current(session, word.id)
        if ranking is None:
            raise NothingFoundError(f"{word.text!r} is not ranked yet: run `mofu build {word.text}` first")
        return ranking

    def _size(self, ranking: RankingRecord) -> int:
        """Rows of the word and of its background, twice for their normalized copies, and the products of the word's."""
        with self._workshop.database.read() as session:
            dimension = activations.find_set(session, ranking.set_id).dimension
            background = images.find_background(session, ranking.background_id).count
        settings = as_ranked(self._workshop, ranking, {}).settings.ranking
        rows = ranking.count + min(background, settings.max_background)
        return FLOAT_BYTES * (2 * rows * dimension + ranking.count**2)

    def _make_room(self) -> None:
        with self._lock:
            for word_id, kept in list(self._kept.items()):
                if sum(each.size_bytes for each in self._kept.values()) <= self._most_bytes:
                    return
                if kept.lock.acquire(blocking=False):  # nobody is at work on it
                    del self._kept[word_id]
                    kept.lock.release()


def _preview(kept: _Kept, correction: WordCorrection, asked_at: float) -> Preview:
    if kept.preview is None or kept.began_at < asked_at:
        kept.began_at = monotonic()
        kept.preview = correction.preview()
    return kept.preview
