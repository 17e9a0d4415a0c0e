"""A word's hits → how many arrived, how many did not and why, with examples; by source and by licence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mofu.db import arrivals
from mofu.db.arrivals import PENDING, Count, Example
from mofu.db.hits import STORED
from mofu.db.words import WordRecord
from mofu.errors import UnknownNameError
from mofu.library import Library
from mofu.workers.sourcing import TRANSIENT

FEW = 5
"""Examples of a kind on the overview."""

PER_PAGE = 50
"""Of one kind."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of failure.

    Attributes:
        share: of all hits that did not arrive.
        may_pass: whether another day may not meet it.
        examples: the first ones in the order of search.
    """

    name: str
    hits: int
    share: float
    may_pass: bool
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The hits of one source or licence."""

    name: str
    hits: int
    stored: int
    failed: int
    pending: int


@dataclass(frozen=True, slots=True)
class ArrivalsPage:
    """What became of a word's hits.

    Attributes:
        hits: of the search.
        stored: hits that arrived; of several that show one picture each counts.
        failed: hits that did not.
        pending: hits whose turn did not come: enough images were there.
        kinds: the most frequent first.
        sources, licenses: the largest first.
        only: the kind whose hits are listed; None: the overview.
        next: the cursor of the next page of them; None on the last.
    """

    word: WordRecord
    hits: int
    stored: int
    failed: int
    pending: int
    kinds: tuple[Kind, ...]
    sources: tuple[Group, ...]
    licenses: tuple[Group, ...]
    only: str | None
    next: int | None

    @property
    def passing(self) -> int:
        """Failures that another day may not meet."""
        return sum(kind.hits for kind in self.kinds if kind.may_pass)


def read(library: Library, word: WordRecord, only: str | None, after: int) -> ArrivalsPage:
    """What became of a word's hits; all of one kind after a cursor, where one is named.

    Raises:
        UnknownNameError: no hit of the word ended so.
    """
    with library.database.read() as session:
        counts = arrivals.counts(session, word.id)
        outcomes = _sums(counts, lambda count: count.outcome)
        failures = {name: hits for name, hits in outcomes.most_common() if name not in (STORED, PENDING)}
        if only is not None and only not in failures:
            raise UnknownNameError("kind of failure", only, failures)
        shown = [only] if only else list(failures)
        most = PER_PAGE + 1 if only else FEW
        found = {name: arrivals.examples(session, word.id, name, most, after) for name in shown}
    failed = sum(failures.values())
    listed = found.get(only or "", ())
    return ArrivalsPage(
        word=word,
        hits=outcomes.total(),
        stored=outcomes[STORED],
        failed=failed,
        pending=outcomes[PENDING],
        kinds=tuple(
            Kind(name, failures[name], failures[name] / failed, name in TRANSIENT, tuple(found[name][:PER_PAGE]))
            for name in shown
        ),
        sources=_groups(counts, lambda count: count.source),
        licenses=_groups(counts, lambda count: count.license),
        only=only,
        next=listed[PER_PAGE - 1].position if len(listed) > PER_PAGE else None,
    )


def _sums(counts: Sequence[Count], key: Callable[[Count], str]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for count in counts:
        sums[key(count)] += count.hits
    return sums


def _groups(counts: Sequence[Count], key: Callable[[Count], str]) -> tuple[Group, ...]:
    stored = _sums([count for count in counts if count.outcome == STORED], key)
    pending = _sums([count for count in counts if count.outcome == PENDING], key)
    return tuple(
        Group(name, hits, stored[name], hits - stored[name] - pending[name], pending[name])
        for name, hits in _sums(counts, key).most_common()
    )
