"""Images written → the texts beside them: metadata.jsonl, dataset.json, ATTRIBUTION.md, LICENSES.csv."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from mofu import __version__
from mofu.crawler.licenses import UNKNOWN, license_page
from mofu.export.base import ExportOptions, MissingFile
from mofu.export.dataset import Dataset, DatasetImage, SourceRecord
from mofu.export.plain_text import csv_cell, markdown, one_line, web_link


@dataclass(frozen=True, slots=True)
class WrittenImage:
    """An image with the name and the pixel size that it has in the export, and the name of its mask, if it has one."""

    image: DatasetImage
    file_name: str
    width: int
    height: int
    mask_file_name: str | None = None


def metadata_jsonl(dataset: Dataset, options: ExportOptions, written: Iterable[WrittenImage]) -> bytes:
    """One JSON object a line, in rank order; `file_name` first, as image-folder loaders ask.

    With masks as files each line has `mask_file_name`, too, by which these loaders show them beside the pictures.
    """
    rows = ((each, _row(dataset, each)) for each in written)
    if options.masks == "png":
        rows = ((each, row | {"mask_file_name": each.mask_file_name}) for each, row in rows)
    return b"".join(as_json(row) + b"\n" for _, row in rows)


def _row(dataset: Dataset, each: WrittenImage) -> dict[str, object]:
    image, record = each.image, each.image.record
    return {
        "file_name": each.file_name,
        "word": dataset.word,
        "rank": image.rank,
        "score": image.score,
        "verdict": image.verdict,
        "source": record.source,
        "url": record.url,
        "page_url": record.page_url,
        "title": record.title,
        "creator": record.creator,
        "license": record.license,
        "license_version": record.license_version,
        "license_url": record.license_url,
        "attribution": record.attribution,
        "width": each.width,
        "height": each.height,
        "sha256": image.sha256,
        "crawled_at": utc(record.crawled_at),
        "also_at": [_place(other) for other in image.also_at],
    }


def _place(record: SourceRecord) -> dict[str, object]:
    return {
        "source": record.source,
        "search_rank": record.search_rank,
        "url": record.url,
        "page_url": record.page_url,
        "title": record.title,
        "creator": record.creator,
        "license": record.license,
        "license_version": record.license_version,
        "license_url": record.license_url,
        "attribution": record.attribution,
        "crawled_at": utc(record.crawled_at),
    }


def dataset_json(
    dataset: Dataset, options: ExportOptions, written: Sequence[WrittenImage], missing: Sequence[MissingFile]
) -> bytes:
    """What repeats the run, what was left out, and how each image moved from the search to its rank."""
    content = {
        "mofu": __version__,
        "word": dataset.word,
        "language": dataset.language,
        "noun": dataset.noun,
        "provenance": dict(dataset.provenance),
        "round_seeds": [list(seeds) for seeds in dataset.round_seeds],
        "export": {
            "top": options.top,
            "size_px": options.resize.size_px if options.resize else None,
            "ranked": len(dataset.images),
            "images": len(written),
            "licenses": license_counts(each.image for each in written),
            "verdicts": {"filter": options.verdicts} | verdict_counts(dataset.images),
            "masks": options.masks,
            "missing": [{"rank": m.rank, "sha256": m.sha256, "reason": m.reason} for m in missing],
        },
        "images": [_movement(each) for each in written],
    }
    return as_json(content, indent=1) + b"\n"


def _movement(each: WrittenImage) -> dict[str, object]:
    image = each.image
    return {
        "file_name": each.file_name,
        "sha256": image.sha256,
        "search_position": image.search_position,
        "round_scores": list(image.round_scores),
        "duplicates": list(image.duplicates),
    }


def attribution_md(dataset: Dataset, options: ExportOptions, written: Sequence[WrittenImage]) -> bytes:
    """Title, creator, source, licence and changes of each image, one line an image."""
    changes = f"scaled to at most {options.resize.size_px} px and re-encoded as JPEG" if options.resize else ""
    head = f"# {markdown(dataset.name)}: attribution\n\n"
    return (head + "".join(_credit(each, changes) for each in written)).encode("utf-8", "replace")


def _credit(each: WrittenImage, changes: str) -> str:
    record = each.image.record
    title = f"“{markdown(record.title)}”" if one_line(record.title) else "untitled"
    creator = markdown(record.creator) or "an unnamed creator"
    credit = markdown(record.attribution) or f"{title} by {creator}"
    page = web_link(record.page_url) or web_link(record.url)
    source = f"[{markdown(record.source)}](<{page}>)" if page else markdown(record.source)
    parts = [credit, f"from {source}", _terms(record), changes]
    return f"- `{each.file_name}`: {', '.join(part for part in parts if part)}\n"


def _terms(record: SourceRecord) -> str:
    if record.license == UNKNOWN:
        return "licence unknown (ask the creator before any use)"
    page = web_link(record.license_url) or license_page(record.license)
    return f"[{markdown(record.license)}](<{page}>)" if page else markdown(record.license)


def licenses_csv(written: Iterable[WrittenImage]) -> bytes:
    """Licence → images: a row an image, sorted by licence, then rank."""
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(("license", "license_version", "license_url", "file_name"))
    for each in sorted(written, key=lambda w: (w.image.record.license, w.image.rank)):
        record = each.image.record
        told = (record.license, record.license_version, record.license_url)
        table.writerow((*map(csv_cell, told), each.file_name))
    return text.getvalue().encode("utf-8", "replace")


def license_counts(images: Iterable[DatasetImage]) -> dict[str, int]:
    """Images by licence code, sorted by code."""
    return dict(sorted(Counter(image.record.license for image in images).items()))


def verdict_counts(images: Iterable[DatasetImage]) -> dict[str, int]:
    """Images by verdict; those that nobody judged are under `none`."""
    counted = Counter(image.verdict or "none" for image in images)
    return {verdict: counted[verdict] for verdict in ("accept", "reject", "unsure", "none")}


def utc(moment: datetime) -> str:
    """ISO 8601 in UTC to the second, e.g. 2026-11-02T09:30:00Z."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def as_json(value: object, indent: int | None = None) -> bytes:
    """UTF-8 that readers of lines cut nowhere; raises ValueError for NaN and infinities."""
    line = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)
    # Characters that end a line for many readers although JSON allows them inside text.
    for character in "\u0085\u2028\u2029":
        line = line.replace(character, f"\\u{ord(character):04x}")
    return line.encode("utf-8", "replace")
