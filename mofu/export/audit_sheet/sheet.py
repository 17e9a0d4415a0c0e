"""An audit's sample → one HTML page that needs nothing beside it, or a CSV table, to be judged from the first on.

Neither says anything of ranks, scores or earlier verdicts. What the page saves and what the filled table is are both
files of verdicts.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from mofu.db.durable import publish
from mofu.errors import InvalidInputError
from mofu.export.publishing import check_is_file_name, temporary_for

_HERE = Path(__file__).parent
COLUMNS = ("word", "language", "noun", "image", "judgement", "who", "when", "purpose", "audit", "path")


@dataclass(frozen=True, slots=True)
class SheetImage:
    """One image of the sample: its SHA-256, its original, its thumbnail (JPEG)."""

    sha256: str
    path: Path
    thumbnail: Path


@dataclass(frozen=True, slots=True)
class AuditSheet:
    """What is to be judged: a word, the audit's name, its images in the order of showing."""

    word: str
    language: str
    noun: str
    slug: str
    audit: str
    images: tuple[SheetImage, ...]


def write_sheet(sheet: AuditSheet, target: Path) -> None:
    """Write `target`, which appears when it is whole: a page as .html, a table as .csv.

    Raises:
        InvalidInputError: another suffix, or a place that cannot be written to.
        DiskFullError: no room.
    """
    render = {".html": _page, ".csv": _table}.get(target.suffix.lower())
    if render is None:
        raise InvalidInputError(f"{target}: expected the name of a file that ends in .html or .csv")
    check_is_file_name(target)
    content = render(sheet)
    with temporary_for(target) as temporary:
        temporary.write_bytes(content)
        publish(temporary, target)


def _table(sheet: AuditSheet) -> bytes:
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for image in sheet.images:
        of_word = (sheet.word, sheet.language, sheet.noun)
        table.writerow((*of_word, image.sha256, "", "", "", "audit", sheet.audit, image.path))
    return ("\ufeff" + text.getvalue()).encode()  # the mark by which spreadsheets know UTF-8


def _page(sheet: AuditSheet) -> bytes:
    style, style_hash = _own("sheet.css")
    script, script_hash = _own("sheet.js")
    about = {name: getattr(sheet, name) for name in ("word", "language", "noun", "slug", "audit")}
    environment = Environment(loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined)
    page = environment.get_template("sheet.html.j2").render(
        sheet=sheet,
        about=json.dumps(about, ensure_ascii=True),
        pictures=[(image.sha256, _data(image.thumbnail)) for image in sheet.images],
        style=style,
        style_hash=style_hash,
        script=script,
        script_hash=script_hash,
    )
    return page.encode("utf-8", "replace")


def _own(file: str) -> tuple[Markup, str]:
    """A file of this folder, and the SHA-256 by which the page's policy names it, in Base64."""
    text = (_HERE / file).read_text("utf-8")
    return Markup(text), base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()  # noqa: S704 - our own file


def _data(thumbnail: Path) -> str | None:
    """The picture as an address that holds it; None where its file is missing: it is judged unsure."""
    try:
        return "data:image/jpeg;base64," + base64.b64encode(thumbnail.read_bytes()).decode()
    except OSError:
        return None
