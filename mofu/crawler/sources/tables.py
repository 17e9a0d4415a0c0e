"""From a user's table of addresses (text, CSV, TSV, JSON lines, Parquet) to records, and from a record to a hit.

A place in a file is written `line:byte` (Parquet: `row:0`), so that reading on costs the same at the millionth row as
at the first.
"""

from __future__ import annotations

import csv
import gzip
import json
import zlib
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, cast

from mofu.crawler.hits import Hit
from mofu.crawler.licenses import normalize, version_of
from mofu.crawler.sources.answers import VERSION_CHARS, address, number, tags, text
from mofu.errors import InvalidInputError, MissingPackageError, UnknownNameError

Record = Mapping[str, Any]
START = "0:0"
TEXT_COLUMN = "url"
MAX_LINE_BYTES = 2**20
BATCH_ROWS = 1_000
SUFFIXES = (".txt", ".csv", ".tsv", ".jsonl", ".ndjson", ".parquet")

# Names in the wild, the commonest first: img2dataset's, LAION's, Openverse's, Hugging Face's, and our own export's.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "url": ("url", "image_url", "img_url", "img_src", "src", "uri", "link"),
    "page_url": ("page_url", "source_url", "foreign_landing_url", "landing_url", "page"),
    "title": ("title", "caption", "text", "alt"),
    "creator": ("creator", "author", "artist"),
    "license": ("license", "licence"),
    "license_version": ("license_version",),
    "license_url": ("license_url",),
    "attribution": ("attribution",),
    "width": ("width", "original_width"),
    "height": ("height", "original_height"),
    "tags": ("tags",),
}


def records(path: Path, start: str = START) -> Generator[tuple[Record, str], None, None]:
    """Each record of a file from a place on, with the place after it; blank lines and # comments are passed over.

    Raises:
        InvalidInputError: names the file and the line that cannot be read.
        MissingPackageError: Parquet without pyarrow.
    """
    line, byte = (int(part) for part in start.split(":"))
    suffix = path.with_suffix("").suffix.lower() if path.suffix.lower() == ".gz" else path.suffix.lower()
    if suffix not in (*SUFFIXES, ""):
        raise InvalidInputError(f"{path}: expected a file that ends in {', '.join(SUFFIXES)} (text also .gz)")
    try:
        if suffix == ".parquet":
            yield from _parquet(path, line)
            return
        with _binary(path) as stream:
            reader = _Lines(stream, str(path))
            if suffix in (".csv", ".tsv"):
                yield from _separated(reader, "\t" if suffix == ".tsv" else ",", line, byte)
            else:
                reader.seek(line, byte)
                yield from _json_lines(reader) if suffix in (".jsonl", ".ndjson") else _plain(reader)
    except (OSError, EOFError, zlib.error) as error:
        raise InvalidInputError(f"{path}: cannot be read: {error}") from error


def url_column(columns: Mapping[str, Any], wanted: str | None) -> str:
    """The column that holds the addresses.

    Raises:
        UnknownNameError: lists the columns.
    """
    found = wanted if wanted in columns else None if wanted else _column(columns, "url")
    if found is None:
        raise UnknownNameError("column", wanted or COLUMNS["url"][0], columns)
    return found


def hit_of(record: Record, url: str, fetch_url: str | None = None) -> Hit:
    """A hit of what a record says beside its address."""

    def value(name: str) -> Any:
        column = _column(record, name)
        return None if column is None else record[column]

    page_of_license = address(value("license_url"))
    version = text(value("license_version"), VERSION_CHARS)
    code = normalize(text(value("license")), version, page_of_license)
    return Hit(
        url=url,
        fetch_url=fetch_url,
        page_url=address(value("page_url")),
        title=text(value("title")),
        creator=text(value("creator")),
        license=code,
        license_version=version or version_of(code),
        license_url=page_of_license,
        attribution=text(value("attribution"), 2_000),
        width=number(value("width")),
        height=number(value("height")),
        tags=tags(value("tags")),
    )


def _binary(path: Path) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path)) if path.suffix.lower() == ".gz" else path.open("rb")


class _Lines:
    """The lines of a binary stream as text, and where it stands."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self.stream, self.name, self.line, self.byte = stream, name, 0, 0

    @property
    def place(self) -> str:
        return f"{self.line}:{self.byte}"

    def seek(self, line: int, byte: int) -> None:
        self.stream.seek(byte)
        self.line, self.byte = line, byte

    def __iter__(self) -> Iterator[str]:
        while raw := self.stream.readline(MAX_LINE_BYTES + 1):
            self.line += 1
            self.byte += len(raw)
            if len(raw) > MAX_LINE_BYTES:
                raise self.wrong(f"longer than {MAX_LINE_BYTES} bytes")
            try:
                yield raw.decode("utf-8-sig" if self.line == 1 else "utf-8")
            except UnicodeDecodeError as error:
                raise self.wrong(f"not UTF-8 text ({error.reason}): save the file as UTF-8") from error

    def wrong(self, what: str) -> InvalidInputError:
        return InvalidInputError(f"{self.name}, line {self.line}: {what}")


def metadata(stream: IO[bytes], name: str) -> Iterator[Record]:
    """Each record of a metadata.jsonl; raises as `records` does."""
    return (record for record, _ in _json_lines(_Lines(stream, name)))


def _json_lines(lines: _Lines) -> Iterator[tuple[Record, str]]:
    for line in lines:
        if line.strip():
            try:
                record = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise lines.wrong(f"not JSON ({error}): expected one object a line") from error
            if not isinstance(record, dict):
                raise lines.wrong(f"a JSON {type(record).__name__}: expected one object a line")
            yield record, lines.place


def _plain(lines: _Lines) -> Iterator[tuple[Record, str]]:
    for line in lines:
        if line.strip() and not line.lstrip().startswith("#"):
            yield {TEXT_COLUMN: line.strip()}, lines.place


def _separated(lines: _Lines, delimiter: str, line: int, byte: int) -> Iterator[tuple[Record, str]]:
    # csv.reader takes no line ahead of the row that it gives, so the place after a row is where its last line ended.
    try:
        header = next(csv.reader(iter(lines), delimiter=delimiter, strict=True), [])
        columns = [column.strip() for column in header]
        if byte:
            lines.seek(line, byte)
        for cells in csv.reader(iter(lines), delimiter=delimiter, strict=True):
            if any(cell.strip() for cell in cells):
                yield dict(zip(columns, cells, strict=False)), lines.place
    except csv.Error as error:
        raise lines.wrong(f"not a table ({error})") from error


def _parquet(path: Path, start: int) -> Iterator[tuple[Record, str]]:
    try:
        from pyarrow import ArrowException, parquet
    except ImportError as error:
        raise MissingPackageError(f"{path}: Parquet needs pyarrow: pip install 'mofu[parquet]'") from error
    try:
        with parquet.ParquetFile(path) as file:
            yield from _parquet_rows(file, start)
    except ArrowException as error:
        raise InvalidInputError(f"{path}: not a Parquet file: {error}") from error


def _parquet_rows(file: Any, start: int) -> Iterator[tuple[Record, str]]:
    groups, row = list(range(file.num_row_groups)), 0
    while groups and row + (size := file.metadata.row_group(groups[0]).num_rows) <= start:
        row += size
        del groups[0]
    # Nested columns and embedded pictures are not decoded: they hold nothing that a hit says.
    fields = (field for field in file.schema_arrow if field.type.num_fields == 0)
    columns = [field.name for field in fields if "binary" not in str(field.type)]
    if not columns:
        raise UnknownNameError("column", COLUMNS["url"][0], file.schema_arrow.names)
    for batch in file.iter_batches(BATCH_ROWS, row_groups=groups, columns=columns):
        for record in batch.to_pylist():
            row += 1
            if row > start:
                yield record, f"{row}:0"


def _column(columns: Mapping[str, Any], name: str) -> str | None:
    plain = {column.strip().lower().replace(" ", "_").replace("-", "_"): column for column in reversed(list(columns))}
    return next((plain[known] for known in COLUMNS[name] if known in plain), None)
