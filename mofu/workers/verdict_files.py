"""A file of verdicts → rows of a library, all or none; a library's verdicts → the rows of such a file.

Columns: word, image and judgement always; language and noun of the word; who and when; purpose and audit, which belong
to judgements of a random sample.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mofu.db import rankings, verdicts, words
from mofu.db.base import now
from mofu.db.verdicts import AUDIT, CORRECTION, AuditRecord, VerdictRecord
from mofu.db.words import WordRecord
from mofu.errors import InvalidInputError, UsageError
from mofu.workers.auditing import audit_name, drawn
from mofu.workers.judging import WordImages, check_judgement, check_who, this_user
from mofu.workers.workshop import Workshop

COLUMNS = ("word", "language", "noun", "image", "judgement", "who", "when", "purpose", "audit")
REQUIRED = ("word", "image", "judgement")
_DELIMITERS = {".csv": ",", ".tsv": "\t"}


@dataclass(frozen=True, slots=True)
class ImportReport:
    """How many verdicts of a file are new, were known already, or say nothing (an empty judgement)."""

    new: int
    known: int
    empty: int
    words: tuple[str, ...]


def export_rows(workshop: Workshop, word: WordRecord | None = None) -> Iterator[dict[str, str | None]]:
    """Every verdict of a word, or of all, the oldest first, as the columns of a file."""
    with workshop.database.read() as session:
        given = verdicts.history(session, word.id if word else None)
        by_id = {each.id: each for each in words.listing(session)}
        audits = {}
        for number in {verdict.audit_id for verdict in given} - {None}:
            audit = verdicts.find_audit(session, number or 0)
            if audit is not None:
                audits[number] = audit_name(rankings.find(session, audit.ranking_id).fingerprint, audit)
    for verdict in given:
        of_word = by_id[verdict.word_id]
        yield {
            "word": of_word.text, "language": of_word.language, "noun": of_word.noun or None,
            "image": verdict.image_sha256, "judgement": verdict.judgement, "who": verdict.who,
            "when": verdict.given_at.isoformat(), "purpose": verdict.purpose, "audit": audits.get(verdict.audit_id),
        }  # fmt: skip


def import_file(workshop: Workshop, file: Path, who: str | None = None) -> ImportReport:
    """Store the verdicts of a file; the same file again adds nothing.

    Args:
        file: .csv or .tsv with a heading, or .jsonl.
        who: gave those that name nobody; None: the user of this machine.

    Raises:
        InvalidInputError: a row is no verdict; names the line, and nothing is stored.
    """
    reading = _Reading(workshop, file, check_who(who) if who else this_user())
    for line, row in _rows(file):
        try:
            reading.take(row)
        except UsageError as error:
            raise InvalidInputError(f"{file}, line {line}: {error}") from error
    with workshop.database.write() as session:
        new = verdicts.append(session, reading.given)
    texts = tuple(dict.fromkeys(own.word.text for own in reading.words.values()))
    return ImportReport(new, reading.known + len(reading.given) - new, reading.empty, texts)


@dataclass(slots=True)
class _Reading:
    """What of a file has been read so far."""

    workshop: Workshop
    file: Path
    who: str
    at: datetime = field(default_factory=now)
    given: list[VerdictRecord] = field(default_factory=list)
    words: dict[tuple[str, str, str], WordImages] = field(default_factory=dict)
    said: dict[tuple[int, str, str], str] = field(default_factory=dict)
    audits: dict[tuple[int, str], AuditRecord | None] = field(default_factory=dict)
    samples: dict[int, frozenset[str]] = field(default_factory=dict)
    known: int = 0
    empty: int = 0

    def take(self, row: Mapping[str, str]) -> None:
        if not row["judgement"]:
            self.empty += 1
            return
        own = self._word(row)
        image, who = own.find(row["image"]), check_who(row["who"] or self.who)
        judgement = check_judgement(row["judgement"])
        key = (own.word.id, image, who)
        if not row["when"] and self.said.get(key) == judgement:
            self.known += 1  # without a time, the same again is the same file again
            return
        self.said[key] = judgement
        audit = self._audit(own, row["audit"], image)
        purpose = row["purpose"] or (AUDIT if row["audit"] else CORRECTION)
        if purpose not in (CORRECTION, AUDIT):
            raise InvalidInputError(f"purpose {purpose[:40]!r}: expected {CORRECTION} or {AUDIT}")
        self.given.append(
            VerdictRecord(
                own.word.id, image, judgement, who, self._when(row["when"]), purpose,
                audit.ranking_id if audit else None, audit.id if audit else None,
            )
        )  # fmt: skip

    def _word(self, row: Mapping[str, str]) -> WordImages:
        key = (row["word"], row["language"], row["noun"])
        if key not in self.words:
            with self.workshop.database.read() as session:
                word = words.find(session, row["word"], row["language"] or None, row["noun"])
                for verdict in verdicts.history(session, word.id):
                    self.said[word.id, verdict.image_sha256, verdict.who] = verdict.judgement
            self.words[key] = WordImages.of(self.workshop, word)
        return self.words[key]

    def _audit(self, own: WordImages, name: str, image: str) -> AuditRecord | None:
        """The audit of this library; None where it was made in another one, on a ranking that is not here."""
        audit = self._named_audit(own, name)
        if audit is None:
            return None
        if audit.id not in self.samples:
            self.samples[audit.id] = frozenset(drawn(self.workshop, audit).images)
        if image not in self.samples[audit.id]:
            raise InvalidInputError(f"image {image[:12]}: expected one of the {audit.k} images of the audit {name}")
        return audit

    def _named_audit(self, own: WordImages, name: str) -> AuditRecord | None:
        key = (own.word.id, name)
        if name and key not in self.audits:
            with self.workshop.database.read() as session:
                known = verdicts.audits_of(session, own.word.id)
                named = {audit_name(rankings.find(session, a.ranking_id).fingerprint, a): a for a in known}
            self.audits[key] = named.get(name)
        return self.audits.get(key)

    def _when(self, text: str) -> datetime:
        if not text:
            return self.at + timedelta(microseconds=len(self.given))  # lines without a time follow one another
        try:
            at = datetime.fromisoformat(text)
        except ValueError as error:
            raise InvalidInputError(f"when {text[:40]!r}: expected ISO 8601, e.g. 2026-11-02T09:30:00Z") from error
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        if at > now():
            raise InvalidInputError(f"when {text!r}: expected a time that has been; is the clock right?")
        return at


def _rows(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    suffix = file.suffix.lower()
    if suffix not in (*_DELIMITERS, ".jsonl"):
        raise InvalidInputError(f"{file}: expected verdicts as .csv, .tsv or .jsonl")
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InvalidInputError(f"{file}: {error.strerror}: expected a file of verdicts") from error
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"{file}: not UTF-8 (byte {error.start}): save it as UTF-8") from error
    yield from _json_rows(file, text) if suffix == ".jsonl" else _table_rows(file, text, _DELIMITERS[suffix])


def _table_rows(file: Path, text: str, delimiter: str) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        heading = [name.strip().lower() for name in next(reader, [])]
        if not set(REQUIRED) <= set(heading):
            raise _wrong(file, 1, f"columns {', '.join(heading) or 'none'}: expected {', '.join(REQUIRED)} among them")
        for cells in reader:
            if len(cells) != len(heading) and any(cells):
                raise _wrong(file, reader.line_num, f"{len(cells)} cells: expected {len(heading)}, as in the heading")
            if any(cell.strip() for cell in cells):
                row = dict(zip(heading, cells, strict=True))
                yield reader.line_num, {name: row.get(name, "").strip() for name in COLUMNS}
    except csv.Error as error:
        raise _wrong(file, reader.line_num, f"{error}: expected quoted cells to be closed") from error


def _json_rows(file: Path, text: str) -> Iterator[tuple[int, dict[str, str]]]:
    for line, content in enumerate(text.split("\n"), 1):
        if not content.strip():
            continue
        try:
            row = json.loads(content)
        except (json.JSONDecodeError, RecursionError) as error:
            raise _wrong(file, line, "not JSON: expected one object a line") from error
        if not isinstance(row, dict) or not set(REQUIRED) <= set(row):
            raise _wrong(file, line, f"expected an object with {', '.join(REQUIRED)}")
        values = {name: "" if row.get(name) is None else row[name] for name in COLUMNS}
        if strange := [name for name, value in values.items() if not isinstance(value, str)]:
            raise _wrong(file, line, f"{strange[0]} {values[strange[0]]!r}: expected text")
        yield line, {name: value.strip() for name, value in values.items()}


def _wrong(file: Path, line: int, what: str) -> InvalidInputError:
    return InvalidInputError(f"{file}, line {line}: {what}")
