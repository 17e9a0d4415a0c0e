"""A file of words → entries: CSV and TSV with a heading, or JSON lines, by the file's suffix.

Columns: word and kind always; kana where the word has kanji; romaji and gloss where they are known.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from mofu.errors import InvalidInputError
from mofu.lexicon.entries import KINDS, Entry
from mofu.lexicon.kana import folded, is_kana, romanised

COLUMNS = ("word", "kana", "romaji", "gloss", "kind")
_DELIMITERS = {".csv": ",", ".tsv": "\t"}
_MOST = 200
"""Characters of a word, as a library's words have them."""

_Row = tuple[int, Mapping[str, object]]


def read(file: Path) -> tuple[Entry, ...]:
    """Every word of a file, in its order.

    Raises:
        InvalidInputError: the file cannot be read, or a row is no word; says the line and what was expected.
    """
    entries: dict[str, tuple[int, Entry]] = {}
    for line, row in _rows(file):
        entry = _entry(file, line, row)
        known = entries.setdefault(folded(entry.word), (line, entry))
        if known[0] != line:
            raise _wrong(file, line, f"{entry.word!r} stands on line {known[0]} already: expected each word once")
    return tuple(entry for _, entry in entries.values())


def _rows(file: Path) -> Iterator[_Row]:
    suffix = file.suffix.lower()
    if suffix not in (*_DELIMITERS, ".jsonl"):
        raise InvalidInputError(f"{file}: expected a lexicon as .csv, .tsv or .jsonl")
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InvalidInputError(f"{file}: {error.strerror}: expected a file of words") from error
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"{file}: not UTF-8 (byte {error.start}): save it as UTF-8") from error
    yield from _json_rows(file, text) if suffix == ".jsonl" else _table_rows(file, text, _DELIMITERS[suffix])


def _table_rows(file: Path, text: str, delimiter: str) -> Iterator[_Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        heading = [name.strip().lower() for name in next(reader, [])]
        if not {"word", "kind"} <= set(heading) or set(heading) - set(COLUMNS) or len(set(heading)) < len(heading):
            raise _wrong(file, 1, f"columns {', '.join(heading) or 'none'}: expected word and kind, of {_listed()}")
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(heading):
                raise _wrong(file, reader.line_num, f"{len(cells)} cells: expected {len(heading)}, as in the heading")
            yield reader.line_num, dict(zip(heading, cells, strict=True))
    except csv.Error as error:
        raise _wrong(file, reader.line_num, f"{error}: expected quoted cells to be closed") from error


def _json_rows(file: Path, text: str) -> Iterator[_Row]:
    for line, content in enumerate(text.splitlines(), 1):
        if not content.strip():
            continue
        try:
            row = json.loads(content)
        except json.JSONDecodeError as error:
            raise _wrong(file, line, f"not JSON ({error.msg}): expected one object a line") from error
        if not isinstance(row, dict) or set(row) - set(COLUMNS):
            raise _wrong(file, line, f"expected an object with word and kind, of {_listed()}")
        yield line, row


def _entry(file: Path, line: int, row: Mapping[str, object]) -> Entry:
    values = {name: row.get(name) or "" for name in COLUMNS}
    for name, value in values.items():
        if not isinstance(value, str):
            raise _wrong(file, line, f"{name} {value!r}: expected text")
    word, kana, romaji, gloss, kind = (" ".join(str(values[name]).split()) for name in COLUMNS)
    if not word or not word.isprintable() or len(word) > _MOST:
        raise _wrong(file, line, f"word {word[:40]!r}: expected 1 to {_MOST} visible characters")
    if kind not in KINDS:
        raise _wrong(file, line, f"kind {kind!r} of {word!r}: expected {', '.join(KINDS)}")
    if kana and not is_kana(kana):
        raise _wrong(file, line, f"kana {kana!r} of {word!r}: expected its reading in hiragana or katakana")
    is_japanese = any("぀" <= c <= "ヿ" or "㐀" <= c <= "鿿" for c in folded(word))
    if is_japanese and not kana and not is_kana(word):
        raise _wrong(file, line, f"no kana for {word!r}: expected its reading in hiragana or katakana")
    kana = folded(kana or word) if is_japanese else ""
    return Entry(word, kana, romaji or _romaji(file, line, kana), gloss, kind, "ja" if is_japanese else "en")


def _romaji(file: Path, line: int, kana: str) -> str:
    try:
        return romanised(kana)
    except ValueError as error:
        raise _wrong(file, line, f"kana {error}, or a romaji column that says how it is read") from error


def _listed() -> str:
    return ", ".join(COLUMNS)


def _wrong(file: Path, line: int, what: str) -> InvalidInputError:
    return InvalidInputError(f"{file}, line {line}: {what}")
