"""Several datasets → one HTML page: of each word the search's first pictures above the final first ones, and links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from mofu.db.durable import publish
from mofu.export.base import ExportOptions
from mofu.export.contact_sheet.page import environment, styled
from mofu.export.contact_sheet.sheet import Sheet, lay_out
from mofu.export.dataset import Dataset
from mofu.export.publishing import temporary_for

STRIP = 12
"""Pictures of each order."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """One word of the page.

    Attributes:
        gloss: what stands beside the word, e.g. `mofumofu, fluffy`.
        links: (label, file beside the page).
    """

    dataset: Dataset
    gloss: str
    links: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Row:
    shelf: Shelf
    sheet: Sheet
    links: tuple[tuple[str, str], ...]


def write_overview(title: str, shelves: Sequence[Shelf], target: Path) -> None:
    """Write the page; what was at `target` stays until it is whole."""
    style, style_hash = styled("page.css", "overview.css")
    rows = [
        _Row(
            shelf,
            lay_out(shelf.dataset, ExportOptions(top=STRIP)),
            tuple((label, quote(file)) for label, file in shelf.links),
        )
        for shelf in shelves
    ]
    template = environment().get_template("overview.html.j2")
    text = template.render(title=title, rows=rows, style=style, style_hash=style_hash)
    with temporary_for(target) as temporary:
        temporary.write_bytes(text.encode("utf-8", "replace"))
        publish(temporary, target)
