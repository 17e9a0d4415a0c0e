"""A noun, and the library's hits or a table of counts → the words that go with it, the most frequent first."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from mofu.db import hit_texts
from mofu.errors import InvalidInputError
from mofu.lexicon import Lexicon, folded
from mofu.ranking.cooccurrence import Candidate, Cooccurrence, HitText, cooccurrences
from mofu.workers.workshop import Workshop


def count_cooccurrences(workshop: Workshop, noun: str, lexicon: Lexicon) -> list[Cooccurrence]:
    """How often each word of a lexicon but its nouns goes with a noun, in the titles and tags of the library's hits."""
    entries = [(entry.kind, Candidate(entry.word, entry.kana)) for entry in lexicon.entries]
    candidates = [candidate for kind, candidate in entries if kind != "noun" and folded(candidate.word) != folded(noun)]
    nouns = [candidate for kind, candidate in entries if kind == "noun" and folded(candidate.word) != folded(noun)]
    return cooccurrences(noun, _hits(workshop), candidates, nouns)


def _hits(workshop: Workshop) -> Iterator[HitText]:
    """Every address once, with every search that found it: found again, it is no second witness."""
    texts: dict[str, str] = {}
    searches: dict[str, list[tuple[str, ...]]] = {}
    with workshop.database.read() as session:
        for hit in hit_texts.of_words(session):
            texts.setdefault(hit.url, hit.text)
            searches.setdefault(hit.url, []).append(hit.searched)
    return (HitText(text, tuple(searches[url])) for url, text in texts.items())


def read_counts(file: Path) -> list[Cooccurrence]:
    """A user's table, CSV with the columns word and count, the most frequent first, ties in the table's order.

    Raises:
        InvalidInputError: the file cannot be read, or one of its rows is no count; says which line and why.
    """
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InvalidInputError(f"{file}: {error.strerror}: expected a table of words and counts") from error
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"{file}: not UTF-8 (byte {error.start}): save it as UTF-8") from error
    rows = csv.reader(io.StringIO(text, newline=""))
    if [cell.strip().lower() for cell in next(rows, [])] != ["word", "count"]:
        raise InvalidInputError(f"{file}, line 1: expected the heading word,count")
    counts: dict[str, Cooccurrence] = {}
    for cells in rows:
        if any(cell.strip() for cell in cells):
            row = _row(f"{file}, line {rows.line_num}", cells)
            if folded(row.word) in counts:
                raise InvalidInputError(f"{file}, line {rows.line_num}: {row.word!r} again: expected each word once")
            counts[folded(row.word)] = row
    return sorted((row for row in counts.values() if row.count), key=lambda row: -row.count)


def _row(place: str, cells: list[str]) -> Cooccurrence:
    if len(cells) != 2 or not cells[0].strip() or not cells[1].strip().isdecimal():
        raise InvalidInputError(
            f"{place}: {','.join(cells)[:80]!r}: expected a word and a whole number, e.g. ふわふわ,120"
        )
    return Cooccurrence(" ".join(cells[0].split()), int(cells[1]), None)
